import { z } from "zod";
import { notifySchema } from "../notify";
import { unknownValue } from "../plan/faults";
import { planSchema } from "../plan/schema";
import { choice, number } from "../plan/schemaParts";
import { harmless } from "../shown";

const versionId =
  "the id of a version, such as the `id` of a WorkerVersion or the `versionId` of a ScriptVersion";
const scriptName = "the name of a Worker: letters, digits, - and _, at most 255";
const startAt = "a percentage from 0 to 100: the release begins in the first stage with at least that share";
const takeOver =
  "the id of the active deployment, as `npx wrangler deployments status` and the refusal show it";
const accountId = "the id of a Cloudflare account, 32 hexadecimal digits";

/** The Worker and the account, as both resources take them. */
export const workerInputs = {
  accountId: z.string({ error: accountId }).regex(/^[0-9a-f]{32}$/, { error: accountId }),
  scriptName: z.string({ error: scriptName }).regex(/^[A-Za-z0-9_-]{1,255}$/, { error: scriptName }),
};

/** A key of a structured header (RFC 8941): the version override names the Worker with one. */
const headerKey = /^[a-z*][a-z0-9_.*-]*$/;

const previewSchema = z.strictObject(
  { backtest: z.boolean({ error: "true or false" }).default(false) },
  {
    error: ({ code }) =>
      code === "unrecognized_keys" ? undefined : "what a preview also tells: { backtest: true }",
  },
);

/** The inputs of a `Release` as the engine passes them. */
export const releaseInputs = z
  .strictObject({
    ...workerInputs,
    versionId: z.guid({ error: versionId }),
    plan: planSchema,
    retry: z
      .string({ error: "a text of at most 64 characters" })
      .max(64, { error: "a text of at most 64 characters" })
      .default(""),
    whenAborted: choice(["fail", "warn"]).default("fail"),
    takeOver: z.guid({ error: takeOver }).optional(),
    startAt: number(0, 100, startAt).optional(),
    notify: notifySchema.default([]),
    preview: previewSchema.optional(),
    // Only `pulumi preview` and the preview of `pulumi up` have it.
    __isPreview: z.boolean().optional(),
    __urn: z.string().optional(),
    // What Pulumi itself puts there: the serialized provider.
    __provider: z.unknown().optional(),
  })
  .refine(
    ({ scriptName, plan }) =>
      plan.probes.length === 0 || scriptName === unknownValue || headerKey.test(scriptName),
    {
      path: ["plan", "probes"],
      error:
        "no probe for a Worker whose name does not begin with a lower-case letter: its name cannot stand in the version " +
        "override header, so the probes would reach the old version",
    },
  );

const status = z.enum(["completed", "aborted", "inconclusive", "interrupted", "superseded", "revertFailed"], {
  error: "a status this version of pulumi-workers-release knows; a newer one may have written the state",
});

/** A text that a state may lack: outputs without a value are null in it. */
const remembered = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);

/** What a state remembers of a `Release`, as far as anything is decided on it. */
export const releaseState = z.object({
  accountId: remembered,
  scriptName: remembered,
  versionId: remembered,
  retry: z.string().default(""),
  whenAborted: z.string().default("fail"),
  plan: z.unknown().optional(),
  status: status.nullish().transform((known) => known ?? undefined),
  reason: z
    .string()
    .nullish()
    .transform((text) => harmless(text ?? "")),
  finding: remembered.transform((text) => text && harmless(text)),
  // Version 0.1 did not write it: every revert that failed counted as a verdict then.
  isVerdict: z
    .boolean()
    .nullish()
    .transform((known) => known ?? true),
  oldVersionId: remembered,
  deployedVersionId: remembered,
  __urn: remembered,
  // Who drives it, where that is not who the URN says.
  __owner: remembered,
});

export type ReleaseState = z.output<typeof releaseState>;
