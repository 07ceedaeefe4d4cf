import { z } from "zod";
import type { ScriptBinding } from "../scriptBinding";

const text = z.string().nullish();
const flag = z.boolean().nullish();
const share = z.number().nullish();
const texts = z.array(z.string()).nullish();

const observed = z.object({ enabled: flag, head_sampling_rate: share, persist: flag, destinations: texts });

/** What of a version wrangler would upload. What a `ScriptVersion` has no input for is an error, not left out. */
export const metadata = z.strictObject({
  main_module: z.string({
    error:
      "the Worker is in the older service-worker syntax; write it as an ES module (`export default { fetch }`)",
  }),
  body_part: z.unknown().optional(),
  bindings: z
    .array(z.looseObject({ type: z.string(), name: z.string() }))
    .transform((all) => all as ScriptBinding[]),
  compatibility_date: text,
  compatibility_flags: texts,
  keep_bindings: texts,
  annotations: z.unknown().optional(),
  limits: z.strictObject({ cpu_ms: share, subrequests: share }).nullish(),
  placement: z
    .strictObject({
      mode: z.enum(["smart", "targeted", "off"]).nullish(),
      region: text,
      host: text,
      hostname: text,
    })
    .nullish(),
  observability: z
    .strictObject({
      enabled: flag,
      head_sampling_rate: share,
      redact_query_string: flag,
      issues: z.strictObject({ enabled: flag }).nullish(),
      logs: observed.extend({ invocation_logs: flag }).strict().nullish(),
      traces: observed
        .extend({ propagation_policy: z.enum(["authenticated", "accept"]).nullish() })
        .strict()
        .nullish(),
    })
    .nullish(),
  cache_options: z.strictObject({ enabled: z.boolean(), cross_version_cache: flag }).nullish(),
  tail_consumers: z.array(z.strictObject({ service: z.string(), environment: text })).nullish(),
  logpush: flag,
  // Where the files are is in the configuration, and they are not uploaded here.
  assets: z.unknown().optional(),
  keep_assets: z.unknown().optional(),
  // What the version was built with makes no difference to it.
  package_dependencies: z.unknown().optional(),
  // It is said of a deployment.
  code_update_strategy: z.unknown().optional(),
});

export type Metadata = z.output<typeof metadata>;

const classNames = texts;

/** What of wrangler's configuration is in no upload of it that uploads nothing. */
export const configuration = z.object({
  name: z.string({ error: "the Worker's name is missing in wrangler's configuration" }),
  assets: z
    .object({
      directory: text,
      html_handling: z
        .enum(["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"])
        .nullish(),
      not_found_handling: z.enum(["none", "404-page", "single-page-application"]).nullish(),
      run_worker_first: z.union([z.boolean(), z.array(z.string())]).nullish(),
      base_path: text,
    })
    .nullish(),
  migrations: z
    .array(
      z.strictObject({
        tag: z.string(),
        new_sqlite_classes: classNames,
        new_classes: classNames,
        renamed_classes: z.array(z.object({ from: z.string(), to: z.string() })).nullish(),
        deleted_classes: classNames,
        transferred_classes: z
          .array(z.object({ from: z.string(), from_script: z.string(), to: z.string() }))
          .nullish(),
      }),
    )
    .nullish(),
  keep_vars: flag,
  site: z
    .object({ bucket: text })
    .nullish()
    .refine((site) => site?.bucket == null, {
      error: "the files of Workers Sites would be lost; serve them as static assets (`assets`)",
    }),
});

export type Configuration = z.output<typeof configuration>;
