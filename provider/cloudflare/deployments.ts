import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { Deployment, Deployments, Split } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";

/** Longer than a read may take: giving up on a write leaves open whether it happened. */
const writeTimeoutMs = 30_000;
/** Cloudflare cuts a longer message off, and with it what a resumed release reads from its end. */
const maxMessageBytes = 1000;
/** The permissions that users of both calls found enough. */
const permissionFor = { read: "Workers Scripts Read", write: "Workers Scripts Write" };

const epochMs = z.string().transform(Date.parse).pipe(z.number());

const share = z
  .object({ version_id: z.string().min(1).nullable(), percentage: z.number().min(0).max(100) })
  // A list in use has an entry of 0 % without a version. Nobody is served by it.
  .refine(
    ({ version_id, percentage }) => version_id !== null || percentage === 0,
    "a version that has traffic has an id",
  );

const deployment = z
  .object({
    id: z.string().min(1),
    created_on: epochMs,
    source: z.string().nullish(),
    author_email: z.string().nullish(),
    versions: z.array(share).min(1),
    annotations: z
      .object({ "workers/message": z.string().nullish(), "workers/triggered_by": z.string().nullish() })
      .nullish(),
  })
  .transform((made): Deployment => ({
    id: made.id,
    createdAt: made.created_on,
    split: made.versions.flatMap(({ version_id, percentage }) =>
      version_id === null ? [] : [{ versionId: version_id, percent: percentage }],
    ),
    message: made.annotations?.["workers/message"] ?? "",
    author: `${made.author_email ?? "somebody"} with ${made.source ?? "something unknown"}`,
    byUpload: made.annotations?.["workers/triggered_by"] === "upload",
  }));

// The newest deployment comes first and is the active one. The others, nine at most, are not looked at.
const newestFirst = z.object({
  deployments: z
    .array(z.unknown())
    .transform((all) => all.slice(0, 1))
    .pipe(z.array(deployment)),
});

const versionPage = z.object({ items: z.array(z.object({ id: z.string().min(1) })) });

/** The deployments of one Worker, over Cloudflare's API. One request a call. */
export function cloudflareDeployments(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
): Deployments {
  const api = client.workers.scripts.deployments;

  return {
    async active() {
      const question = {
        what: `Reading the deployments of Worker "${scriptName}"`,
        permission: permissionFor.read,
      };
      const page = await ask(client, question, newestFirst, async (options) => {
        const { result } = await api.list(scriptName, { account_id: accountId }, options);
        return result;
      });
      return page.deployments[0];
    },

    async create(split, message, { force = false } = {}) {
      checkLength(message);
      const what = `Deploying ${describe(split)} of Worker "${scriptName}"`;
      const body = {
        account_id: accountId,
        strategy: "percentage" as const,
        versions: split.map((share) => ({ version_id: share.versionId, percentage: share.percent })),
        annotations: { "workers/message": message },
        ...(force && { force }),
      };
      const question = { what, permission: permissionFor.write, timeoutMs: writeTimeoutMs };
      return ask(client, question, deployment, (options) => api.create(scriptName, body, options));
    },

    async deployable() {
      const what = `Reading the versions of Worker "${scriptName}"`;
      const question = { what, permission: permissionFor.read };
      // One page only: the call ignores paging, so that an automatic pager would never end.
      const { items } = await ask(client, question, versionPage, async (options) => {
        const list = { account_id: accountId, deployable: true };
        return (await client.workers.scripts.versions.list(scriptName, list, options)).result;
      });
      return items.map(({ id }) => id);
    },
  };
}

function describe(split: Split): string {
  return split.map((share) => `version ${share.versionId} at ${share.percent} %`).join(" and ");
}

function checkLength(message: string): void {
  const bytes = Buffer.byteLength(message);
  if (bytes <= maxMessageBytes) return;
  throw new RangeError(
    `The message of a deployment has ${bytes} bytes, Cloudflare keeps ${maxMessageBytes}: shorten it before it is passed on.`,
  );
}
