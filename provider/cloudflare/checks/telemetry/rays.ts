import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { cells, field, groupValue, type Row } from "../answer";
import { count } from "../look";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";
import { isVisitRow, type DoctorLook } from "./subject";

/** The field that had the ray before September 2026. */
const formerKey = "$workers.requestId";
const tried = 5;

/** Whether a request can be found in the telemetry by the ray in its answer: how probes learn which version they met. */
export const rays: Check<DoctorLook> = {
  id: "ray",
  question: "Can a request be found by the cf-ray of its answer?",
  assumes: `${keys.ray} in "a,b" finds it, with its version`,
  find: async (look) => {
    const visits = look.rows.filter(isVisitRow);
    const wanted = visits.flatMap((row) => rayOf(row) ?? []).slice(0, tried);
    if (wanted.length === 0) return judgeRays(visits, 0, 0);
    const filter = { key: keys.ray, operation: "in", type: "string", value: wanted.join(",") } as const;
    const found = cells(await count(look, [filter], { by: [keys.ray, keys.version] }));
    const known = new Set(found.map((cell) => groupValue(cell, keys.ray)));
    return judgeRays(visits, new Set(wanted).size, wanted.filter((ray) => known.has(ray)).length);
  },
};

function rayOf(row: Row): string | undefined {
  const ray = field(row, keys.ray);
  return typeof ray === "string" && ray !== "" ? ray : undefined;
}

/** Of some visits, `wanted` were looked for by their ray, and `found` found. */
export function judgeRays(visits: readonly Row[], wanted: number, found: number): Finding {
  if (visits.length === 0) return noTraffic;
  const have = visits.filter((row) => rayOf(row) !== undefined).length;
  const former = visits.filter((row) => field(row, formerKey) !== undefined).length;
  const text = `${have} of ${visits.length} visits have ${keys.ray}, ${former} have ${formerKey}; looked for ${wanted}, found ${found}`;
  const advice = `Give probes a \`versionHeader\`: without one they would never be confirmed. ${reportIt}`;
  if (have < visits.length || found < wanted) return fails(text, advice, "not found");
  return holds(text, former === 0 ? "$metadata only" : "both keys");
}
