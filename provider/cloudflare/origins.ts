import type Cloudflare from "cloudflare";
import { z } from "zod";
import { unlessFault } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";

/** Where a version comes from. */
export interface Origin {
  /** In milliseconds since the epoch. */
  readonly uploadedAt: number;
  /** Who uploaded it and with what, for a person to read. */
  readonly author: string;
}

const version = z.object({
  metadata: z.object({
    created_on: z.string().transform(Date.parse).pipe(z.number()),
    author_email: z.string().nullish(),
    source: z.string().nullish(),
  }),
});

/** Where versions of a Worker come from: undefined for one of which that cannot be read, which stops nobody. */
export async function originsOf(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  versionIds: readonly string[],
): Promise<ReadonlyMap<string, Origin | undefined>> {
  const read = async (versionId: string): Promise<Origin | undefined> => {
    const what = `Reading version ${versionId} of Worker "${scriptName}"`;
    const question = { what, permission: "Workers Scripts Read" };
    const name = { account_id: accountId, script_name: scriptName };
    const { metadata } = await ask(client, question, version, (options) =>
      client.workers.scripts.versions.get(versionId, name, options),
    );
    const { created_on: uploadedAt, author_email, source } = metadata;
    return { uploadedAt, author: authorOf(author_email, source) };
  };
  const found = versionIds.map(async (versionId) => {
    return [versionId, await read(versionId).catch(unlessFault(undefined))] as const;
  });
  return new Map(await Promise.all(found));
}

/** Who did something and with what: `jo@example.com with wrangler`. */
export function authorOf(email: string | null | undefined, source: string | null | undefined): string {
  return `${email ?? "somebody"} with ${source ?? "something unknown"}`;
}
