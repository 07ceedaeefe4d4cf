import type Cloudflare from "cloudflare";
import { z } from "zod";
import { formatPercent } from "../plan/percent";
import type { Deployments, PastDeployments, Split, Urgency } from "../rollout/ports";
import { maxMessageBytes } from "../rollout/record/recordText";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { authorOf } from "./origins";
import { orMissing } from "./orMissing";
import { proven, sealedMessage, vouchedFor, type Told } from "./seal";

/** Longer than a read may take: giving up on a write leaves open whether it happened. */
const writeTimeoutMs = 30_000;
/** The permissions that users of both calls found enough. */
const permissionFor = { read: "Workers Scripts Read", write: "Workers Scripts Write" };

/** An id as Cloudflare makes them. It reaches terminals and messages. */
const id = z.string().regex(/^[\w-]{1,64}$/);

const share = z
  .object({ version_id: id.nullable(), percentage: z.number().min(0).max(100) })
  // A list in use has an entry of 0 % without a version. Nobody is served by it.
  .refine(
    ({ version_id, percentage }) => version_id !== null || percentage === 0,
    "a version that has traffic has an id",
  );

const deployment = z
  .object({
    id,
    created_on: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "a date and time"),
    source: z.string().nullish(),
    author_email: z.string().nullish(),
    versions: z.array(share).min(1),
    annotations: z
      .object({ "workers/message": z.string().nullish(), "workers/triggered_by": z.string().nullish() })
      .nullish(),
  })
  .transform((made): Told => ({
    id: made.id,
    createdAt: Date.parse(made.created_on),
    createdOn: made.created_on,
    split: made.versions.flatMap(({ version_id, percentage }) =>
      version_id === null ? [] : [{ versionId: version_id, percent: percentage }],
    ),
    text: made.annotations?.["workers/message"] ?? "",
    author: authorOf(made.author_email, made.source),
    byUpload: made.annotations?.["workers/triggered_by"] === "upload",
  }));

// The newest deployment comes first and is the active one. The others, nine at most, prove records and tell the past: one
// that cannot be read is left out, and is no reason not to see the traffic.
const newestFirst = z.object({
  deployments: z.array(z.unknown()).transform((all, context) => {
    const [newest, ...older] = all;
    if (newest === undefined) return [];
    const read = deployment.safeParse(newest);
    if (read.success) return [read.data, ...older.flatMap((each) => deployment.safeParse(each).data ?? [])];
    for (const { path, message } of read.error.issues) {
      context.addIssue({ code: "custom", path: [0, ...path], message });
    }
    return z.NEVER;
  }),
});

const versionPage = z.object({ items: z.array(z.object({ id: z.string().min(1) })) });

/**
 * The newest deployments as they are told, newest first. One request.
 *
 * @throws PortError where the active one cannot be read: the next is no substitute for it
 */
async function readNewest(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  urgency: Urgency,
): Promise<readonly Told[]> {
  const what = `Reading the deployments of Worker "${scriptName}"`;
  const question = { urgency, what, permission: permissionFor.read };
  const { deployments } = await ask(client, question, newestFirst, async (options) => {
    const { result } = await client.workers.scripts.deployments.list(
      scriptName,
      { account_id: accountId },
      options,
    );
    return result;
  });
  return deployments;
}

/** The deployments of one Worker, over Cloudflare's API. One request a call. */
export function cloudflareDeployments(client: Cloudflare, worker: WorkerName): Deployments {
  const { accountId, scriptName } = worker;
  const api = client.workers.scripts.deployments;

  return {
    async active(urgency = "look") {
      const [newest, ...older] = await readNewest(client, worker, urgency);
      return newest && proven(newest, older, worker);
    },

    async create(split, sentence, { force = false, record, over, urgency = "write" } = {}) {
      const message = record === undefined ? sentence : sealedMessage(sentence, record, split, over, worker);
      checkLength(message);
      const what = `Deploying ${describe(split)} of Worker "${scriptName}"`;
      const body = {
        account_id: accountId,
        strategy: "percentage" as const,
        versions: split.map((share) => ({ version_id: share.versionId, percentage: share.percent })),
        annotations: { "workers/message": message },
        ...(force && { force }),
      };
      const question = { what, permission: permissionFor.write, timeoutMs: writeTimeoutMs, urgency };
      const told = await ask(client, question, deployment, (options) =>
        api.create(scriptName, body, options),
      );
      return proven(told, over ? [{ ...over, text: "" }] : [], worker);
    },

    async deployable(urgency = "look") {
      const what = `Reading the versions of Worker "${scriptName}"`;
      const question = { what, permission: permissionFor.read, urgency };
      // One page only: the call ignores paging, so that an automatic pager would never end.
      const { items } = await ask(client, question, versionPage, async (options) => {
        const list = { account_id: accountId, deployable: true };
        return (await client.workers.scripts.versions.list(scriptName, list, options)).result;
      });
      return items.map(({ id }) => id);
    },
  };
}

/** What was deployed before to one Worker, over Cloudflare's API. */
export function cloudflarePast(client: Cloudflare, worker: WorkerName): PastDeployments {
  const { accountId, scriptName } = worker;
  const api = client.workers.scripts.deployments;

  return {
    async recent(urgency = "look") {
      const told = await readNewest(client, worker, urgency);
      return told.map((each, index) => proven(each, told.slice(index + 1), worker));
    },

    async named(deploymentId) {
      const what = `Reading a deployment of Worker "${scriptName}"`;
      const question = { what, permission: permissionFor.read };
      const name = { account_id: accountId, script_name: scriptName };
      const told = await orMissing(
        ask(client, question, deployment, (options) => api.get(deploymentId, name, options)),
      );
      return told && vouchedFor(told);
    },
  };
}

function describe(split: Split): string {
  return split.map((share) => `version ${share.versionId} at ${formatPercent(share.percent)}`).join(" and ");
}

function checkLength(message: string): void {
  const bytes = Buffer.byteLength(message);
  if (bytes <= maxMessageBytes) return;
  throw new RangeError(
    `The message of a deployment has ${bytes} bytes, Cloudflare keeps ${maxMessageBytes}: shorten it before it is passed on.`,
  );
}
