import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { cells, groupValue, sum, total, type Cell } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { isVisit, keys } from "../query";
import { noTraffic, sendRequests } from "./noTraffic";

/** Whether visitors' requests can be told from crons, alarms, sockets and calls of Durable Objects. */
export const visitFilter: Check<Look> = {
  id: "visit-filter",
  question: "Can visitors' requests be told from crons, alarms and Durable Object calls?",
  assumes: `${keys.eventType} eq fetch and ${keys.executionModel} eq stateless select them`,
  find: async (look) => {
    const { all, found } = await whileSteady(look, async () => ({
      filtered: total(await count(look, isVisit)),
      kinds: cells(await count(look, [], { by: [keys.eventType, keys.executionModel] })),
    }));
    return judgeVisits(all, found.filtered, found.kinds);
  },
};

/** Of `all` invocations, those the filters have found, and all by their kind. */
export function judgeVisits(all: number, filtered: number, kinds: readonly Cell[]): Finding {
  if (all === 0) return noTraffic;
  const visits = sum(kinds.filter(isOfVisits));
  const found = `${filtered} of ${all} invocations are visits; grouped by kind ${visits} are`;
  if (filtered !== visits) return fails(found, reportIt, "filter differs");
  if (visits === 0) return open(found, sendRequests);
  return holds(found, visits === all ? "all" : "some");
}

function isOfVisits(cell: Cell): boolean {
  return (
    groupValue(cell, keys.eventType) === "fetch" && groupValue(cell, keys.executionModel) === "stateless"
  );
}
