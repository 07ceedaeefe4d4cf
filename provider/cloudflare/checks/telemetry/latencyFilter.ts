import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { total } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";

/**
 * Whether a latency limit finds slow invocations. One user's filter `gt` on the wall time found nothing where rows
 * were; a latency SLO would then always be met. Every invocation takes more than -1 ms.
 */
export function latencyFilter(of: "wallTime" | "cpuTime"): Check<Look> {
  const key = keys[of];
  return {
    id: of === "wallTime" ? "wall-time-filter" : "cpu-time-filter",
    question: `Does a filter "greater than" on the ${of === "wallTime" ? "wall time" : "CPU time"} find invocations?`,
    assumes: `${key} gt -1 finds all of them`,
    find: async (look) => {
      const { all, found } = await whileSteady(look, () =>
        count(look, [{ key, operation: "gt", type: "number", value: -1 }]),
      );
      return judgeLatencyFilter(all, total(found));
    },
  };
}

/** Of `all` invocations, the filter has found `found`. */
export function judgeLatencyFilter(all: number, found: number): Finding {
  if (all === 0) return noTraffic;
  if (found === all) return holds(`found all ${all}`, "all");
  const advice = `Use no latency SLO: it would overlook slow requests. ${reportIt}`;
  return fails(`found ${found} of ${all}`, advice, found === 0 ? "none" : "some");
}
