import { z } from "zod";
import { oneOf } from "../plan/schemaParts";
import { binding } from "./bindingInputs";
import { migrationInputs } from "./migrationInputs";
import { workerInputs } from "./releaseInputs";

const moduleName = 'the name of a module, such as "index.mjs"';
const either = "either `content` or `contentFile`";

const scriptModule = z
  .strictObject({
    name: z.string({ error: moduleName }).min(1, { error: moduleName }),
    content: z.string({ error: "the text of the module" }).optional(),
    contentFile: z.string({ error: "the path of a file" }).optional(),
    contentType: z.string({ error: "a media type" }).optional(),
    contentSha256: z.string().optional(),
  })
  .refine((given) => (given.content === undefined) !== (given.contentFile === undefined), { error: either });

const text = z.string({ error: "a text" });
const flag = z.boolean({ error: "true or false" });
const share = z
  .number({ error: "a share from 0 to 1" })
  .min(0, { error: "a share from 0 to 1" })
  .max(1, { error: "a share from 0 to 1" });
const count = z.int({ error: "a whole number" }).positive({ error: "a whole number, 1 or more" });

const observed = { enabled: flag.optional(), headSamplingRate: share.optional(), persist: flag.optional() };
const destinations = z.array(text, { error: "a list of destinations" }).optional();

const observability = z.strictObject({
  enabled: flag,
  headSamplingRate: share.optional(),
  redactQueryString: flag.optional(),
  issues: z.strictObject({ enabled: flag.optional() }).optional(),
  logs: z.strictObject({ ...observed, invocationLogs: flag.optional(), destinations }).optional(),
  traces: z
    .strictObject({
      ...observed,
      propagationPolicy: oneOf(["authenticated", "accept"]).optional(),
      destinations,
    })
    .optional(),
});

const target = { region: text.optional(), host: text.optional(), hostname: text.optional() };

const placement = z.strictObject({
  mode: z.enum(["smart", "targeted", "off"], { error: '"smart", "targeted" or "off"' }).optional(),
  ...target,
  targets: z.array(z.strictObject(target), { error: "a list of targets" }).optional(),
});

const htmlHandling = ["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"] as const;
const notFoundHandling = ["none", "404-page", "single-page-application"] as const;

const assets = z.strictObject({
  directory: z.string({ error: "the path of a folder" }).min(1, { error: "the path of a folder" }),
  config: z
    .strictObject({
      htmlHandling: oneOf(htmlHandling).optional(),
      notFoundHandling: oneOf(notFoundHandling).optional(),
      runWorkerFirst: z
        .union([z.boolean(), z.array(z.string())], { error: "true, false or a list of paths" })
        .optional(),
      basePath: text.optional(),
    })
    .optional(),
  assetManifestSha256: z.string().optional(),
});

/** The inputs of a `ScriptVersion` as the engine passes them. */
export const versionInputs = z
  .strictObject({
    ...workerInputs,
    mainModule: z.string({ error: "the name of the module with the handlers" }),
    modules: z
      .array(scriptModule, { error: "a list of at least one module" })
      .min(1, { error: "a list of at least one module" }),
    compatibilityDate: z.iso.date({ error: 'a date such as "2026-01-31"' }).optional(),
    compatibilityFlags: z.array(z.string(), { error: "a list of flags" }).optional(),
    bindings: z.array(binding, { error: "a list of bindings" }).optional(),
    keepBindings: z.array(z.string(), { error: 'a list of kinds, such as ["secret_text"]' }).optional(),
    assets: assets.optional(),
    limits: z.strictObject({ cpuMs: count.optional(), subrequests: count.optional() }).optional(),
    placement: placement.optional(),
    cache: z.strictObject({ enabled: flag, crossVersionCache: flag.optional() }).optional(),
    migrations: migrationInputs.optional(),
    whenMigrating: z.enum(["refuse", "deployAtOnce"], { error: '"refuse" or "deployAtOnce"' }).optional(),
    observability: observability.optional(),
    tailConsumers: z
      .array(z.strictObject({ service: text, environment: text.optional() }), {
        error: "a list of Workers, each with its `service`",
      })
      .optional(),
    logpush: flag.optional(),
    tags: z.array(text, { error: "a list of texts" }).optional(),
    annotations: z.strictObject({ message: text.optional(), tag: text.optional() }).optional(),
    __urn: z.string().optional(),
    __provider: z.unknown().optional(),
  })
  .superRefine((inputs, context) => {
    const names = inputs.modules.map(({ name }) => name);
    if (!names.includes(inputs.mainModule)) {
      const allowed = `the name of one of the modules: ${names.join(", ")}`;
      context.addIssue({ code: "custom", path: ["mainModule"], message: allowed });
    }
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      context.addIssue({
        code: "custom",
        path: ["modules"],
        message: `modules of different names, not two "${twice}"`,
      });
    }
  });

/** What of a version's inputs makes another version when it differs: all but what is ours. */
export const versionProperties = Object.keys(versionInputs.shape).filter((key) => !key.startsWith("__"));
