import { z } from "zod";
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

const binding = z.looseObject({
  type: z.string({ error: 'a kind of binding, such as "plain_text"' }),
  name: z.string({ error: "the name the Worker knows the binding by" }),
});

const sampling = "a share from 0 to 1";

/** The inputs of a `ScriptVersion` as the engine passes them. */
export const versionInputs = z
  .object({
    ...workerInputs,
    mainModule: z.string({ error: "the name of the module with the handlers" }),
    modules: z
      .array(scriptModule, { error: "a list of at least one module" })
      .min(1, { error: "a list of at least one module" }),
    compatibilityDate: z.iso.date({ error: 'a date such as "2026-01-31"' }).optional(),
    compatibilityFlags: z.array(z.string(), { error: "a list of flags" }).optional(),
    bindings: z.array(binding, { error: "a list of bindings" }).optional(),
    observability: z
      .strictObject({
        enabled: z.boolean({ error: "true or false" }),
        headSamplingRate: z
          .number({ error: sampling })
          .min(0, { error: sampling })
          .max(1, { error: sampling })
          .optional(),
      })
      .optional(),
    annotations: z.strictObject({ message: z.string().optional(), tag: z.string().optional() }).optional(),
  })
  .superRefine((inputs, context) => {
    const names = inputs.modules.map(({ name }) => name);
    if (names.includes(inputs.mainModule)) return;
    const allowed = `the name of one of the modules: ${names.join(", ")}`;
    context.addIssue({ code: "custom", path: ["mainModule"], message: allowed });
  });
