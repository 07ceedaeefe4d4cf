import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { field, type Row } from "../answer";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";
import { isVisitRow, type DoctorLook } from "./subject";

/** What visits are counted, filtered or grouped by. Others may lack some: crons reportedly have no outcome. */
const ofVisits = [
  keys.type,
  keys.service,
  keys.version,
  keys.outcome,
  keys.eventType,
  keys.executionModel,
  keys.wallTime,
  keys.cpuTime,
];

/** Whether visitors' requests have the fields that a release reads. */
export const rowKeys: Check<DoctorLook> = {
  id: "row-keys",
  question: "Do visitors' requests have the fields that a release reads?",
  assumes: "type, service, version, outcome, event type, execution model, wall and CPU time",
  find: (look) => Promise.resolve(judgeRowKeys(look.rows.filter(isVisitRow))),
};

/** Judges some visits. */
export function judgeRowKeys(visits: readonly Row[]): Finding {
  if (visits.length === 0) return noTraffic;
  const missing = ofVisits
    .map((key) => ({ key, lack: visits.filter((row) => field(row, key) === undefined).length }))
    .filter(({ lack }) => lack > 0);
  if (missing.length > 0) {
    const list = missing.map(({ key, lack }) => `${key} (${lack})`).join(", ");
    return fails(`of ${visits.length} some lack ${list}`, reportIt, "missing");
  }
  const answered = visits.filter((row) => field(row, keys.status) !== undefined).length;
  return holds(`all of ${visits.length} do; ${answered} have a status`, "all");
}
