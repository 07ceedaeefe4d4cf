import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { field, type Row } from "../answer";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";
import { isVisitRow, type DoctorLook } from "./subject";

/** What every invocation is counted, filtered or grouped by. */
const ofInvocations = [
  keys.type,
  keys.service,
  keys.version,
  keys.outcome,
  keys.eventType,
  keys.executionModel,
  keys.wallTime,
  keys.cpuTime,
];

/** Whether invocations have the fields that a release reads. */
export const rowKeys: Check<DoctorLook> = {
  id: "row-keys",
  question: "Do invocations have the fields that a release reads?",
  assumes: "type, service, version, outcome, event type, execution model, wall and CPU time on all",
  look: (look) => Promise.resolve(judgeRowKeys(look.rows)),
};

/** Judges some invocations. */
export function judgeRowKeys(rows: readonly Row[]): Finding {
  if (rows.length === 0) return open(noTraffic.found, noTraffic.advice);
  const missing = ofInvocations
    .map((key) => ({ key, rows: rows.filter((row) => field(row, key) === undefined).length }))
    .filter(({ rows }) => rows > 0);
  if (missing.length > 0) {
    const list = missing.map(({ key, rows }) => `${key} (${rows})`).join(", ");
    return fails(`of ${rows.length} rows some lack ${list}`, reportIt, "missing");
  }
  const visits = rows.filter(isVisitRow);
  const answered = visits.filter((row) => field(row, keys.status) !== undefined).length;
  return holds(
    `all of ${rows.length} have them; ${answered} of ${visits.length} visits have a status`,
    "all",
  );
}
