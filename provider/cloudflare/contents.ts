import { isDeepStrictEqual } from "node:util";
import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { Contents } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { orMissing } from "./orMissing";

const version = z.object({
  resources: z
    .object({
      script: z.object({ etag: z.string().nullish() }).nullish(),
      script_runtime: z.unknown().optional(),
      // Left out where there is none.
      bindings: z.unknown().optional(),
    })
    .nullish(),
});

const bindings = z.array(z.object({ type: z.string() }));

/** The kinds of bindings whose values are not told. */
const secretTypes = new Set(["secret_text", "secret_key"]);

const runtime = z.object({ migration_tag: z.string().nullish() });

type Resources = z.infer<typeof version>["resources"];

const script = z.object({ id: z.string(), has_assets: z.boolean().nullish() });

/** What a version answers with for some seconds after its upload, and for good where there is none. */
const notReadable = 100146;

/** What the versions of one Worker are made of, over Cloudflare's API. One request for each version, and one for what is not told. */
export function cloudflareContents(client: Cloudflare, { accountId, scriptName }: WorkerName): Contents {
  const known = new Map<string, Promise<Resources>>();
  // A version never changes.
  const read = (versionId: string): Promise<Resources> => {
    const found = known.get(versionId) ?? readAnew(versionId);
    known.set(versionId, found);
    found.catch(() => known.delete(versionId));
    return found;
  };
  const readAnew = async (versionId: string): Promise<Resources> => {
    const question = {
      what: `Reading version ${versionId} of Worker "${scriptName}"`,
      permission: "Workers Scripts Read",
      missing: [notReadable],
    };
    const name = { account_id: accountId, script_name: scriptName };
    const { resources } = await ask(client, question, version, (options) =>
      client.workers.scripts.versions.get(versionId, name, options),
    );
    return resources;
  };

  return {
    async exists(versionId) {
      return (await orMissing(read(versionId).then(() => true))) ?? false;
    },

    async areSame(first, second) {
      const [a, b] = await Promise.all([read(first), read(second)]);
      const isTold = a?.script?.etag !== undefined && a.script.etag !== null;
      return isTold && isDeepStrictEqual(contentOf(a), contentOf(b));
    },

    async hasSecrets(versionId) {
      const told = bindings.safeParse((await read(versionId))?.bindings ?? []);
      // What cannot be read may be one.
      return !told.success || told.data.some(({ type }) => secretTypes.has(type));
    },

    async differInMigrations(first, second) {
      const [a, b] = await Promise.all([read(first), read(second)]);
      return migrationTagOf(a) !== migrationTagOf(b);
    },

    async hasUntold() {
      const question = { what: "Reading the Workers of the account", permission: "Workers Scripts Read" };
      const all = await ask(client, question, z.array(script), async (options) => {
        const { result } = await client.workers.scripts.list({ account_id: accountId }, options);
        return result;
      });
      // Where it is not told, it is not known that there are none.
      return all.find(({ id }) => id === scriptName)?.has_assets !== false;
    },
  };
}

/** Its last Durable Object migration; undefined for none. */
function migrationTagOf(resources: Resources): string | undefined {
  return runtime.safeParse(resources?.script_runtime).data?.migration_tag || undefined;
}

/** Without what says how and when a version came to be. */
function contentOf(resources: Resources): unknown {
  return [resources?.script?.etag, resources?.script_runtime, resources?.bindings];
}
