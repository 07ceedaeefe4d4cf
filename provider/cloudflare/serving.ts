import type Cloudflare from "cloudflare";
import { z } from "zod";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { cloudflareDeployments } from "./deployments";
import { orMissing } from "./orMissing";
import { keptBindings, type Upload } from "./upload";

const binding = z.object({ type: z.string(), name: z.string() });
const version = z.object({
  id: z.string(),
  resources: z
    .object({
      bindings: z.array(binding).nullish(),
      script_runtime: z
        .object({
          compatibility_flags: z.array(z.string()).nullish(),
          limits: z.record(z.string(), z.unknown()).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
const versionPage = z.object({ items: z.array(z.object({ id: z.string() })) });
const script = z.object({
  id: z.string(),
  has_assets: z.boolean().nullish(),
  placement: z.record(z.string(), z.unknown()).nullish(),
  cache_options: z.object({ enabled: z.boolean().nullish() }).nullish(),
});

type Version = z.infer<typeof version>;

/** What serves now, and the version that secrets are taken over from. */
export interface Serving {
  readonly version: Version;
  readonly latest: Version;
  readonly script: z.infer<typeof script> | undefined;
}

/**
 * What serves most of a Worker's traffic now; undefined when the Worker is not there or serves nothing.
 *
 * @throws {PortError}
 */
export function servingNow(client: Cloudflare, name: WorkerName): Promise<Serving | undefined> {
  return orMissing(read(client, name));
}

async function read(client: Cloudflare, { accountId, scriptName }: WorkerName): Promise<Serving | undefined> {
  const account = { account_id: accountId };
  const { scripts } = client.workers;
  const question = { what: `Reading what Worker "${scriptName}" serves`, permission: "Workers Scripts Read" };
  const active = await cloudflareDeployments(client, { accountId, scriptName }).active("start");
  const [most] = active?.split.toSorted((a, b) => b.percent - a.percent) ?? [];
  if (most === undefined) return undefined;
  const versionOf = (id: string): Promise<Version> =>
    ask(client, question, version, (options) =>
      scripts.versions.get(id, { ...account, script_name: scriptName }, options),
    );
  const { items } = await ask(client, question, versionPage, async (options) => {
    const { result } = await scripts.versions.list(scriptName, account, options);
    return result;
  });
  const serving = await versionOf(most.versionId);
  const latestId = items[0]?.id ?? serving.id;
  const all = await ask(client, question, z.array(script), async (options) => {
    const { result } = await scripts.list(account, options);
    return result;
  });
  return {
    version: serving,
    latest: latestId === serving.id ? serving : await versionOf(latestId),
    script: all.find(({ id }) => id === scriptName),
  };
}

/** What of a version an upload replaces or keeps. */
export type Replacement = Pick<
  Upload,
  "compatibilityFlags" | "keepBindings" | "limits" | "placement" | "cache"
> & {
  readonly bindings?: readonly { readonly name: string }[];
  readonly assets?: unknown;
};

/** What the version that serves now has and the new one will not, each in words. */
export function lackingIn(next: Replacement, { version: now, latest, script: worker }: Serving): string[] {
  const { compatibility_flags: flags, limits } = now.resources?.script_runtime ?? {};
  const lostFlags = (flags ?? []).filter((flag) => !next.compatibilityFlags?.includes(flag));
  return [
    ...lostBindings(next, now, latest).map(({ type, name }) => `binding ${name} (${type})`),
    ...lostFlags.map((flag) => `compatibility flag ${flag}`),
    ...lostLimits(next.limits, limits),
    ...(isSet(worker?.placement) && next.placement === undefined ? ["placement"] : []),
    ...(worker?.cache_options?.enabled === true && next.cache === undefined ? ["cache"] : []),
    ...(worker?.has_assets === true && next.assets === undefined ? ["static assets"] : []),
  ];
}

function lostBindings(next: Replacement, now: Version, latest: Version): z.infer<typeof binding>[] {
  const given = new Set(next.bindings?.map(({ name }) => name));
  const keeps = next.keepBindings ?? keptBindings;
  const kept = (latest.resources?.bindings ?? []).filter(({ type }) => keeps.includes(type));
  const stays = new Set([...given, ...kept.map(({ name }) => name)]);
  return (now.resources?.bindings ?? []).filter(({ name }) => !stays.has(name));
}

function lostLimits(
  next: Replacement["limits"],
  now: Readonly<Record<string, unknown>> | null | undefined,
): string[] {
  if (!isSet(now)) return [];
  if (next === undefined) return ["limits"];
  return [
    ...(isKept(now?.["cpu_ms"], next.cpuMs) ? [] : ["limits.cpuMs"]),
    ...(isKept(now?.["subrequests"], next.subrequests) ? [] : ["limits.subrequests"]),
  ];
}

/** Whether what is set now has a value afterwards too, whichever. */
function isKept(now: unknown, next: unknown): boolean {
  return now === null || now === undefined || next !== undefined;
}

function isSet(value: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return Object.values(value ?? {}).some((each) => each !== null && each !== undefined);
}
