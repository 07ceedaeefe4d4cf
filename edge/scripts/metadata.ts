import * as z from "zod";
import { checked } from "../api/checked";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { isDate } from "./compatibility";
import { uploadedAssets } from "../assets/schema";
import { migrations } from "./migrations";
import { refuseUnemulated } from "./unemulated";

const rate = z.number().min(0).max(1).nullish();

const logs = z.looseObject({
  enabled: z.boolean().nullish(),
  head_sampling_rate: rate,
  invocation_logs: z.boolean().nullish(),
  persist: z.boolean().nullish(),
});

/** What of a Worker's invocations is kept. Where it speaks of logs only, the rest is off. */
export const observability = z.looseObject({
  enabled: z.boolean().default(false),
  head_sampling_rate: rate,
  logs: logs.nullish(),
  traces: z.looseObject({ enabled: z.boolean().nullish(), head_sampling_rate: rate }).nullish(),
});

const tailConsumer = z.looseObject({ service: z.string().min(1), environment: z.string().optional() });

/** What belongs to the script whichever version runs, as uploads and settings give it. */
export const scriptSettings = z.looseObject({
  observability: observability.nullish(),
  logpush: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
  tail_consumers: z.array(tailConsumer).nullish(),
});

/** Cloudflare takes no longer tag. */
const TAG_LIMIT_BYTES = 100;

const text = z.string().nullish();

const annotations = z.looseObject({
  "workers/message": text,
  "workers/tag": text.refine(
    (tag) => Buffer.byteLength(tag ?? "") <= TAG_LIMIT_BYTES,
    "is at most 100 bytes",
  ),
  "workers/alias": text,
});

const limits = z.strictObject({
  cpu_ms: z.int().positive().optional(),
  subrequests: z.int().positive().optional(),
});

/** What belongs to a version. Whatever is left out has a default, or is as it was. */
export const versionSettings = z.looseObject({
  compatibility_date: z.string().refine(isDate, "must be a date such as 2025-07-24").nullish(),
  compatibility_flags: z.array(z.string()).nullish(),
  usage_model: z.enum(["standard", "bundled", "unbound"]).nullish(),
  bindings: z.array(z.looseObject({ type: z.string(), name: z.string().min(1) })).nullish(),
  limits: limits.nullish(),
  placement: z.record(z.string(), z.json()).nullish(),
  cache_options: z.looseObject({ enabled: z.boolean() }).nullish(),
  annotations: annotations.nullish(),
  migrations: migrations.nullish(),
});

/** A change of a script's settings, those of its latest version too. */
export const settingsChange = scriptSettings.extend(versionSettings.shape);

/** The `metadata` part of an upload. */
const uploadMetadata = settingsChange.extend({
  main_module: z.string().min(1),
  /** Kinds of bindings to take over from the version before: how a client keeps the secrets that it does not have. */
  keep_bindings: z.array(z.string()).nullish(),
  assets: uploadedAssets.nullish(),
  keep_assets: z.boolean().nullish(),
});

export type VersionSettings = z.infer<typeof versionSettings>;
export type UploadMetadata = z.infer<typeof uploadMetadata>;
export type ScriptSettingsChange = z.infer<typeof scriptSettings>;
export type SettingsChange = z.infer<typeof settingsChange>;

/** Reads the text of a `metadata` part. */
export function parseMetadata(text: string): UploadMetadata {
  const value = parseJson(text);
  refuseUnemulated(value, "metadata");
  return checkedMetadata(value);
}

/** Reads what is the main module, which is all that an upload of code alone says. */
export function parseMainModule(text: string): string {
  return checked(uploadMetadata.pick({ main_module: true }), parseJson(text), invalid).main_module;
}

/** What an upload says of a version and its script, in the fields of a `metadata` part. */
export function checkedMetadata(value: unknown): UploadMetadata {
  return checked(uploadMetadata, value, invalid);
}

function invalid(faults: string, issues: readonly z.core.$ZodIssue[]): ApiError {
  const nameless = issues.find(({ path }) => path[0] === "bindings" && path[2] === "name");
  if (nameless !== undefined) {
    const index = String(nameless.path[1]);
    return new ApiError(400, CODES.bindingWithoutName, `Binding at index ${index} must have a name.`);
  }
  return new ApiError(400, CODES.invalidScript, `metadata: ${faults}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, CODES.invalidScript, `metadata is not JSON: ${(error as Error).message}`);
  }
}
