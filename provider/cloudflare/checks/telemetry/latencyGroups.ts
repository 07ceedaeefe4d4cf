import type { Filter, TimeKind } from "../../../health/sli";
import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { total } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";

/** So that an answer has room for a group for each millisecond. */
const mostMs = 1000;

/**
 * Whether invocations can be grouped by how long they took, which is how latencies are compared as a whole. Nobody is
 * known to have tried it live; grouping by the response status, a number too, works.
 */
export function latencyGroups(of: TimeKind): Check<Look> {
  const key = keys[of];
  return {
    id: of === "wallTime" ? "wall-time-groups" : "cpu-time-groups",
    question: `Can invocations be grouped by their ${of === "wallTime" ? "wall time" : "CPU time"}?`,
    assumes: `the groups of ${key} hold all of them`,
    find: async (look) => {
      const short: readonly Filter[] = [{ key, operation: "lte", type: "number", value: mostMs }];
      const { found } = await whileSteady(look, () =>
        Promise.all([count(look, short), count(look, short, { by: [key] })]),
      );
      const [all = 0, grouped = 0] = found.map(total);
      return judgeLatencyGroups(all, grouped);
    },
  };
}

/** Of `all` invocations, the groups have held `grouped`. */
export function judgeLatencyGroups(all: number, grouped: number): Finding {
  if (all === 0) return noTraffic;
  const found = `groups held ${grouped} of ${all}`;
  if (grouped === all) return holds(found, "all");
  const advice = `Use no SLO with \`slower\`: it would not see all requests. ${reportIt}`;
  return fails(found, advice, grouped === 0 ? "none" : "some");
}
