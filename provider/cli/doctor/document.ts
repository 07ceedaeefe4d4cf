import { createRequire } from "node:module";
import { z } from "zod";
import type { Meter } from "../../cloudflare/checks/meter";
import { placeOf } from "../../cloudflare/checks/setup/address";
import { withoutPrivate } from "./private";
import type { Diagnosis } from "./run";
import { tally } from "./summary";

/** What a document must not tell, beside what can be told by its look. */
export interface Secrets {
  readonly baseUrl: string;
  /** Tokens, ids, names. */
  readonly values: readonly string[];
}

/** What was found, to attach to a bug report: nothing in it says whose account or which Worker it was. */
export function documentOf(diagnosis: Diagnosis, meter: Meter, secrets: Secrets): string {
  const safe = (text: string): string => withoutPrivate(text, secrets.values);
  const document = {
    doctor: packageVersion(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    api: placeOf(secrets.baseUrl),
    triedOn: diagnosis.subject,
    requests: meter.requests,
    budget: meter.budget,
    summary: tally(diagnosis),
    checks: diagnosis.entries.map(({ group, check: { id, question, assumes }, finding }) => ({
      ...{ id, group, question, assumes, verdict: finding.verdict },
      ...(finding.reading !== undefined && { reading: finding.reading }),
      found: safe(finding.found),
      ...(finding.verdict !== "holds" && { advice: safe(finding.advice) }),
    })),
    notTried: diagnosis.notTried.map(({ id }) => id),
  };
  return JSON.stringify(document, undefined, 2);
}

function packageVersion(): string {
  // By its own name, which is the same place for the sources and for what is compiled.
  const manifest: unknown = createRequire(__filename)("pulumi-workers-release/package.json");
  return z.object({ version: z.string() }).parse(manifest).version;
}
