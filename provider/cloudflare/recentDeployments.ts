import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { Deployment } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";

const share = z.object({ version_id: z.string().nullable(), percentage: z.number().min(0).max(100) });
const list = z.object({
  deployments: z.array(
    z.object({
      created_on: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "a date and time"),
      versions: z.array(share).min(1),
    }),
  ),
});

/** The splits of a Worker's newest deployments, newest first: Cloudflare lists ten. Throws {@link PortError}s. */
export async function recentDeployments(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
): Promise<readonly Pick<Deployment, "createdAt" | "split">[]> {
  const question = {
    urgency: "look" as const,
    what: `Reading the deployments of Worker "${scriptName}"`,
    permission: "Workers Scripts Read",
  };
  const { deployments } = await ask(client, question, list, async (options) => {
    const { result } = await client.workers.scripts.deployments.list(
      scriptName,
      { account_id: accountId },
      options,
    );
    return result;
  });
  return deployments.map(({ created_on, versions }) => ({
    createdAt: Date.parse(created_on),
    split: versions.flatMap(({ version_id, percentage }) =>
      version_id === null ? [] : [{ versionId: version_id, percent: percentage }],
    ),
  }));
}
