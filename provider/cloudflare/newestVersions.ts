import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { VersionEntry } from "../dashboard/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { authorOf } from "./origins";

const page = z.object({
  items: z.array(
    z.object({
      id: z.string().min(1),
      number: z.number().optional(),
      metadata: z.object({
        created_on: z.string().transform(Date.parse).pipe(z.number()),
        author_email: z.string().nullish(),
        source: z.string().nullish(),
      }),
      annotations: z
        .looseObject({ "workers/message": z.string().nullish(), "workers/tag": z.string().nullish() })
        .nullish(),
    }),
  ),
});

/**
 * The versions of a Worker that were uploaded last, newest first: as many as one answer has.
 *
 * @throws PortError
 */
export async function newestVersions(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
): Promise<readonly VersionEntry[]> {
  const what = `Reading the versions of Worker "${scriptName}"`;
  const question = { what, permission: "Workers Scripts Read", urgency: "look" as const };
  const { items } = await ask(client, question, page, async (options) => {
    const { result } = await client.workers.scripts.versions.list(
      scriptName,
      { account_id: accountId },
      options,
    );
    return result;
  });
  return items.map(({ id, number, metadata, annotations }) => ({
    ...{ versionId: id, number, uploadedAt: metadata.created_on },
    author: authorOf(metadata.author_email, metadata.source),
    message: annotations?.["workers/message"] ?? "",
    tag: annotations?.["workers/tag"] ?? "",
  }));
}
