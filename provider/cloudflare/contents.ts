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
      script_runtime: z.unknown(),
      bindings: z.unknown(),
    })
    .nullish(),
});

/** What a version answers with for some seconds after its upload, and for good where there is none. */
const notReadable = 100146;

/** What the versions of one Worker are made of, over Cloudflare's API. One request for each version. */
export function cloudflareContents(client: Cloudflare, { accountId, scriptName }: WorkerName): Contents {
  const read = async (versionId: string): Promise<z.infer<typeof version>["resources"]> => {
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
  };
}

/** Without what says how and when a version came to be. */
function contentOf(resources: z.infer<typeof version>["resources"]): unknown {
  return [resources?.script?.etag, resources?.script_runtime, resources?.bindings];
}
