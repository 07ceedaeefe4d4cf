import { z } from "zod";
import type { Reply } from "../api";
import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { invocationsOf, keys } from "../query";
import { refusalOf } from "./refusal";
import type { DoctorLook } from "./subject";

/** Listed whenever there was a visit. A recorded list lacks `$metadata.rayId`, although the rows have it. */
const expected = [
  keys.type,
  keys.service,
  keys.version,
  keys.outcome,
  keys.status,
  keys.eventType,
  keys.executionModel,
  keys.wallTime,
  keys.cpuTime,
];

/** Whether Cloudflare lists the fields that a release reads; it is how a plan's filters could be checked. */
export const keyList: Check<DoctorLook> = {
  id: "key-list",
  question: "Does Cloudflare list the fields that a release reads?",
  assumes: `POST telemetry/keys lists all of them but ${keys.ray}`,
  find: async (look) => judgeKeyList(await look.sendKeys(bodyOf(look))),
};

function bodyOf({ span, scriptName }: DoctorLook): unknown {
  const filters = invocationsOf(scriptName).map(({ key, operation, type, value }) => ({
    key,
    operation,
    type,
    value,
  }));
  return { datasets: ["cloudflare-workers"], from: span.from, to: span.to, filters, limit: 1000 };
}

const answered = z.object({ result: z.array(z.looseObject({ key: z.string() })) });

/** Judges the list of fields. */
export function judgeKeyList(reply: Reply): Finding {
  const refusal = refusalOf(reply);
  if (refusal !== undefined) {
    return open(
      `refused: ${refusal.text}`,
      "A release works without the list. Report it with `doctor --json`.",
      "refused",
    );
  }
  const parsed = answered.safeParse(reply.body);
  if (!parsed.success) return open("answered in an unknown form", reportIt);
  const listed = new Set(parsed.data.result.map(({ key }) => key));
  const missing = expected.filter((key) => !listed.has(key));
  if (missing.length === 0) {
    const ray = listed.has(keys.ray) ? "with" : "without";
    return holds(`all ${expected.length}, ${ray} ${keys.ray}`, `${ray} ray`);
  }
  return fails(`missing: ${missing.join(", ")}`, reportIt, "missing");
}
