import * as z from "zod";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { explain } from "../api/explain";
import { isDate } from "./compatibility";

const optionalText = z.string().nullish();

const observability = z.looseObject({
  enabled: z.boolean(),
  head_sampling_rate: z.number().min(0).max(1).nullish(),
});

/** What belongs to the script whichever version runs, as uploads and settings give it. */
export const scriptSettings = z.looseObject({
  observability: observability.nullish(),
  logpush: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
});

/** The `metadata` part of an upload. */
const uploadMetadata = scriptSettings.extend({
  main_module: z.string().min(1),
  compatibility_date: z.string().refine(isDate, "must be a date such as 2025-07-24").nullish(),
  compatibility_flags: z.array(z.string()).nullish(),
  usage_model: optionalText,
  bindings: z.array(z.looseObject({ type: z.string(), name: z.string().min(1) })).nullish(),
  /** Kinds of bindings to take over from the version before: how a client keeps the secrets that it does not have. */
  keep_bindings: z.array(z.string()).nullish(),
  annotations: z.looseObject({ "workers/message": optionalText, "workers/tag": optionalText }).nullish(),
});

export type UploadMetadata = z.infer<typeof uploadMetadata>;
export type SettingsChange = z.infer<typeof scriptSettings>;

/** Parts of a version that would change what it does, and that the edge cannot run. */
const NOT_EMULATED = ["migrations", "assets", "containers", "exports", "body_part"];

/** Reads the text of a `metadata` part. */
export function parseMetadata(text: string): UploadMetadata {
  const value = parseJson(text);
  refuseUnemulated(value);
  const result = uploadMetadata.safeParse(value);
  if (result.success) return result.data;
  throw new ApiError(400, CODES.invalidScript, `metadata: ${explain(result.error)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, CODES.invalidScript, `metadata is not JSON: ${(error as Error).message}`);
  }
}

function refuseUnemulated(metadata: unknown): void {
  if (typeof metadata !== "object" || metadata === null) return;
  const found = NOT_EMULATED.find((name) => !isEmpty((metadata as Record<string, unknown>)[name]));
  if (found === undefined) return;
  throw new ApiError(400, CODES.invalidScript, `metadata.${found} is not emulated by the local edge.`);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
