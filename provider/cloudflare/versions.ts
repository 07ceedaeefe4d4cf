import type Cloudflare from "cloudflare";
import { z } from "zod";
import { PortError } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { secretsOf, settingsOf, uploadForm, type Upload } from "./upload";

/** A large script on a slow line, and its validation at Cloudflare. */
const uploadTimeoutMs = 60_000;
const permissionFor = { read: "Workers Scripts Read", write: "Workers Scripts Write" };

const version = z.object({ id: z.string().min(1), number: z.number().optional() });
const uploaded = z.object({ result: version });
const versionPage = z.object({ items: z.array(version) });

/** What an upload made. */
export interface UploadedVersion {
  readonly versionId: string;
  /** Counts the Worker's versions, from 1. */
  readonly number: number | undefined;
  /** True when all traffic goes to it already: the first version of a new Worker. */
  readonly deployed: boolean;
}

/** The versions of one Worker. */
export interface Versions {
  /** Whether the Worker has this version. Throws a {@link PortError}. */
  exists(versionId: string): Promise<boolean>;
  /**
   * Uploads a version without giving it traffic; a Worker that does not exist yet is created with it, and then the
   * version gets all of it. Throws a {@link PortError}; after `unavailable` the version may be there all the same.
   */
  upload(upload: Upload): Promise<UploadedVersion>;
}

/** The versions of one Worker, over Cloudflare's API. */
export function cloudflareVersions(client: Cloudflare, { accountId, scriptName }: WorkerName): Versions {
  const account = { account_id: accountId };
  const scriptPath = `/accounts/${encodeURIComponent(accountId)}/workers/scripts/${encodeURIComponent(scriptName)}`;
  const worker = `Worker "${scriptName}"`;

  const list = async (): Promise<z.infer<typeof versionPage>> => {
    const question = { what: `Reading the versions of ${worker}`, permission: permissionFor.read };
    // One page only: the call ignores paging, so that an automatic pager would never end.
    return ask(client, question, versionPage, async (options) => {
      const { result } = await client.workers.scripts.versions.list(scriptName, account, options);
      return result;
    });
  };

  const addVersion = async (upload: Upload): Promise<UploadedVersion> => {
    const what = `Uploading a version of ${worker}`;
    const question = {
      what,
      permission: permissionFor.write,
      secrets: secretsOf(upload),
      timeoutMs: uploadTimeoutMs,
    };
    const body = uploadForm(upload, { withSettings: false });
    const { result } = await ask(client, question, uploaded, (options) =>
      client.post(`${scriptPath}/versions`, { ...options, body }),
    );
    await changeSettings(upload);
    return { versionId: result.id, number: result.number, deployed: false };
  };

  const changeSettings = async ({ observability }: Upload): Promise<void> => {
    if (observability === undefined) return;
    const question = { what: `Changing the observability of ${worker}`, permission: permissionFor.write };
    await ask(client, question, z.unknown(), (options) =>
      client.workers.scripts.settings.edit(
        scriptName,
        { ...account, observability: settingsOf(observability) },
        options,
      ),
    );
  };

  const createWorker = async (upload: Upload): Promise<UploadedVersion> => {
    const what = `Creating ${worker}`;
    const question = {
      what,
      permission: permissionFor.write,
      secrets: secretsOf(upload),
      timeoutMs: uploadTimeoutMs,
    };
    const body = uploadForm(upload, { withSettings: true });
    await ask(client, question, z.unknown(), (options) => client.put(scriptPath, { ...options, body }));
    // The answer names no version. The Worker is new, so the oldest of its versions is this one.
    const first = (await list()).items.at(-1);
    if (first === undefined) {
      throw new PortError("unavailable", `${what} worked, but its version cannot be read yet. Try again.`);
    }
    return { versionId: first.id, number: first.number, deployed: true };
  };

  return {
    async exists(versionId) {
      const what = `Reading version ${versionId} of ${worker}`;
      const found = ask(client, { what, permission: permissionFor.read }, version, (options) =>
        client.workers.scripts.versions.get(versionId, { ...account, script_name: scriptName }, options),
      );
      return !(await isMissing(found));
    },

    async upload(upload) {
      return (await isMissing(list())) ? createWorker(upload) : addVersion(upload);
    },
  };
}

/** True when a request fails since what it asks for does not exist; other failures stay failures. */
async function isMissing(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return false;
  } catch (error) {
    if (error instanceof PortError && error.failure === "missing") return true;
    throw error;
  }
}
