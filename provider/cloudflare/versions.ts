import type Cloudflare from "cloudflare";
import { z } from "zod";
import { PortError } from "../rollout/ports";
import { ask } from "./ask";
import { uploadAssets } from "./assets";
import type { WorkerName } from "./client";
import { pendingMigrations, type Pending } from "./migrations";
import { orMissing } from "./orMissing";
import { secretsOf, uploadForm, type Luggage, type Upload } from "./upload";
import { settingsMetadata } from "./workerSettings";

/** A large script on a slow line, and its validation at Cloudflare. */
const uploadTimeoutMs = 60_000;
/** Without it Cloudflare leaves a binding out that is to be inherited and is not there. */
const strictly = { bindings_inherit: "strict" };
const permissionFor = { read: "Workers Scripts Read", write: "Workers Scripts Write" };

const version = z.object({ id: z.string().min(1), number: z.number().optional() });
const uploaded = z.object({ result: version });
const versionPage = z.object({ items: z.array(version) });
const tagged = z.object({ migration_tag: z.string().nullish() });

type VersionPage = z.infer<typeof versionPage>;

/** What an upload made. */
export interface UploadedVersion {
  readonly versionId: string;
  /** Counts the Worker's versions, from 1. */
  readonly number: number | undefined;
  /** True when all traffic goes to it already: the first version of a new Worker, or one with a migration. */
  readonly deployed: boolean;
  /** Why the settings of the Worker that came with it are not set, in words; undefined when they are. */
  readonly settingsFailure?: string;
}

/** The versions of one Worker. */
export interface Versions {
  /** Whether the Worker has this version. Throws a {@link PortError}. */
  exists(versionId: string): Promise<boolean>;
  /**
   * Uploads a version without giving it traffic; a Worker that does not exist yet is created with it, and then the
   * version gets all of it. Throws a {@link PortError}; after `unavailable` the version may be there all the same, and
   * the message says so where it was found.
   */
  upload(upload: Upload): Promise<UploadedVersion>;
  /** Sets what an upload says of the Worker itself. Throws a {@link PortError}. */
  changeSettings(upload: Upload): Promise<void>;
  /** The Durable Object migrations that the Worker does not have yet. Throws a {@link PortError}. */
  pending(upload: Upload): Promise<Pending | undefined>;
}

/** The versions of one Worker, over Cloudflare's API. */
export function cloudflareVersions(client: Cloudflare, name: WorkerName): Versions {
  const { accountId, scriptName } = name;
  const account = { account_id: accountId };
  const scriptPath = `/accounts/${encodeURIComponent(accountId)}/workers/scripts/${encodeURIComponent(scriptName)}`;
  const worker = `Worker "${scriptName}"`;

  const list = async (): Promise<VersionPage> => {
    const question = { what: `Reading the versions of ${worker}`, permission: permissionFor.read };
    // One page only: the call ignores paging, so that an automatic pager would never end.
    return ask(client, question, versionPage, async (options) => {
      const { result } = await client.workers.scripts.versions.list(scriptName, account, options);
      return result;
    });
  };

  const send = async <T>(
    what: string,
    upload: Upload,
    shape: z.ZodType<T>,
    request: (options: Cloudflare.RequestOptions) => PromiseLike<unknown>,
  ): Promise<T> => {
    const secrets = secretsOf(upload);
    return ask(
      client,
      { what, permission: permissionFor.write, secrets, timeoutMs: uploadTimeoutMs },
      shape,
      request,
    );
  };

  const luggageOf = async ({ assets }: Upload): Promise<Luggage> =>
    assets === undefined ? {} : { assets: await uploadAssets(client, name, assets) };

  const addVersion = async (upload: Upload, before: VersionPage): Promise<UploadedVersion> => {
    const what = `Uploading a version of ${worker}`;
    const body = uploadForm(upload, await luggageOf(upload));
    const sent = send(what, upload, uploaded, (options) =>
      client.post(`${scriptPath}/versions`, { ...options, query: strictly, body }),
    );
    const { result } = await sent.catch(withOrphan(before, "It has no traffic and may stay"));
    const settingsFailure = await settingsFailureOf(upload);
    const made = { versionId: result.id, number: result.number, deployed: false };
    return settingsFailure === undefined ? made : { ...made, settingsFailure };
  };

  /** An upload without an answer may have made a version: says which, and where that stands. */
  const withOrphan =
    (before: VersionPage, where: string) =>
    async (error: unknown): Promise<never> => {
      if (!(error instanceof PortError) || error.failure !== "unavailable") throw error;
      const known = new Set(before.items.map(({ id }) => id));
      const now = await list().catch(() => undefined);
      const [orphan] = now?.items.filter(({ id }) => !known.has(id)) ?? [];
      if (orphan === undefined) throw error;
      throw new PortError(
        "unavailable",
        `${error.message} Version ${orphan.id} of ${worker} was uploaded meanwhile, probably by this request. ${where}: ` +
          "`pulumi up` uploads another one.",
        error.retryAfterMs,
      );
    };

  const changeSettings = async (upload: Upload): Promise<void> => {
    const body = settingsMetadata(upload);
    if (Object.keys(body).length === 0) return;
    const what = `Changing the settings (${Object.keys(body).join(", ")}) of ${worker}`;
    await ask(client, { what, permission: permissionFor.write }, z.unknown(), (options) =>
      client.patch(`${scriptPath}/script-settings`, { ...options, body }),
    );
  };

  const settingsFailureOf = async (upload: Upload): Promise<string | undefined> => {
    try {
      await changeSettings(upload);
      return undefined;
    } catch (error) {
      if (error instanceof PortError) return error.message;
      throw error;
    }
  };

  /** Uploads a version that gets all traffic at once, with the settings of its Worker, and finds out which it is. */
  const put = async (
    what: string,
    upload: Upload,
    luggage: Luggage,
    before: VersionPage,
  ): Promise<UploadedVersion> => {
    const body = uploadForm(upload, { ...(await luggageOf(upload)), ...luggage });
    await send(what, upload, z.unknown(), (options) =>
      client.put(scriptPath, { ...options, query: strictly, body }),
    ).catch(withOrphan(before, "It has all traffic"));
    return newestSince(what, before);
  };

  /** The answer to such an upload names no version. The Worker may be new: then the oldest of its versions is this one. */
  const newestSince = async (what: string, before: VersionPage): Promise<UploadedVersion> => {
    const { items } = await list().catch((error: unknown) => {
      if (error instanceof PortError)
        throw new PortError("unavailable", `${unreadable(what)} ${error.message}`);
      throw error;
    });
    const made = items.at(before.items.length === 0 ? -1 : 0);
    if (made === undefined) throw new PortError("unavailable", unreadable(what));
    return { versionId: made.id, number: made.number, deployed: true };
  };

  const createWorker = async (upload: Upload): Promise<UploadedVersion> => {
    const what = `Creating ${worker}`;
    const migrations = pendingMigrations(upload.migrations ?? [], undefined);
    return put(what, upload, { settings: settingsMetadata(upload), migrations }, { items: [] });
  };

  const unreadable = (what: string): string =>
    `${what} worked, and all traffic goes to the new version, but the version cannot be read yet. \`pulumi up\` uploads ` +
    "it once more, without traffic.";

  const pending = async ({ migrations = [] }: Upload): Promise<Pending | undefined> => {
    if (migrations.length === 0) return undefined;
    const question = { what: `Reading the settings of ${worker}`, permission: permissionFor.read };
    const { migration_tag: tag } = await ask(client, question, tagged, (options) =>
      client.workers.scripts.scriptAndVersionSettings.get(scriptName, account, options),
    );
    return pendingMigrations(migrations, tag || undefined);
  };

  /** A version with a migration cannot be uploaded without traffic. What its Worker has set stays. */
  const migrate = async (
    upload: Upload,
    migrations: Pending,
    before: VersionPage,
  ): Promise<UploadedVersion> => {
    const what = `Deploying a migration of ${worker}`;
    const question = { what: `Reading the settings of ${worker}`, permission: permissionFor.read };
    const settings = await ask(client, question, z.record(z.string(), z.unknown()), (options) =>
      client.workers.scripts.settings.get(scriptName, account, options),
    );
    const kept = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
    return put(what, upload, { settings: { ...kept, ...settingsMetadata(upload) }, migrations }, before);
  };

  return {
    changeSettings,
    pending,

    async exists(versionId) {
      const what = `Reading version ${versionId} of ${worker}`;
      const found = ask(client, { what, permission: permissionFor.read }, version, (options) =>
        client.workers.scripts.versions.get(versionId, { ...account, script_name: scriptName }, options),
      );
      return (await orMissing(found)) !== undefined;
    },

    async upload(upload) {
      const before = await orMissing(list());
      if (before === undefined) return createWorker(upload);
      const migrations = await pending(upload);
      if (migrations === undefined) return addVersion(upload, before);
      // A Worker that has no version yet has no traffic to lose.
      if (upload.whenMigrating === "deployAtOnce" || before.items.length === 0)
        return migrate(upload, migrations, before);
      throw new PortError("refused", migrationRefused(scriptName, migrations));
    },
  };
}

/** Why a version with a migration is not uploaded, and what to do. */
export function migrationRefused(scriptName: string, { steps }: Pending): string {
  const tags = steps.map(({ tag }) => `"${tag}"`).join(", ");
  return (
    `Worker "${scriptName}" does not have the Durable Object migration ${tags} yet, and a version that brings one cannot ` +
    "be released in stages (Cloudflare's code 10211): all traffic goes to it at once. To allow that for this version, " +
    'set `whenMigrating: "deployAtOnce"`; better, deploy the migration beforehand with code that does not use its ' +
    "classes yet, and release what uses them in stages."
  );
}
