import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { cells, groupValue } from "../answer";
import { count } from "../look";
import { keys } from "../query";
import type { TestWorker } from "./testWorker";

const tried = 10;

/** Whether the ray of an answer leads to the version that gave it. */
export const witness: Check<TestWorker> = {
  id: "probe-witness",
  question: "Does the cf-ray of an answer lead to the version that gave it?",
  assumes: "in the telemetry, every time",
  find: async (worker) => {
    const known = worker.sent
      .flatMap(({ rayId, versionId }) =>
        rayId !== undefined && versionId !== undefined ? [{ rayId, versionId }] : [],
      )
      .slice(-tried);
    if (known.length === 0) return judgeWitness(0, 0, 0);
    const value = known.map(({ rayId }) => rayId).join(",");
    const filter = { key: keys.ray, operation: "in", type: "string", value } as const;
    const rows = cells(await count(worker.look(), [filter], { by: [keys.ray, keys.version] }));
    const told = new Map(rows.map((cell) => [groupValue(cell, keys.ray), groupValue(cell, keys.version)]));
    const found = known.filter(({ rayId }) => told.has(rayId));
    return judgeWitness(
      known.length,
      found.length,
      found.filter(({ rayId, versionId }) => told.get(rayId) === versionId).length,
    );
  },
};

/** Of `asked` answers, those found, and those found with the right version. */
export function judgeWitness(asked: number, found: number, right: number): Finding {
  if (asked === 0) return open("no answer had a ray and a version", "See the checks above.");
  const text = `of ${asked}: ${found} found, ${right} with the right version`;
  if (right === asked) return holds(text, "found");
  return fails(text, `Give probes a \`versionHeader\`. ${reportIt}`, found === 0 ? "not found" : "wrong");
}
