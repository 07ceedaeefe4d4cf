import type { Filter } from "../../../health/sli";
import type { Reply } from "../api";
import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { countQuery, invocationsOf, keys, mostGroups } from "../query";
import { refusalOf } from "./refusal";
import type { DoctorLook } from "./subject";

/** The most filters that a query of this package has. */
const mostFilters = 16;

/** Whether a query may be as complex as a plan allows, and how one is refused that is more so. */
export const filterLimit: Check<DoctorLook> = {
  id: "filter-limit",
  question: "May a query have 16 filters, and how are 17 refused?",
  assumes: "16 are taken; more are refused with 400 and a reason in a known form",
  find: async (look) => {
    const ask = (filters: number): Promise<Reply> =>
      look.send(countQuery({ timeframe: look.span, filters: manyFilters(look.scriptName, filters) }));
    return judgeFilterLimit(await ask(mostFilters), await ask(mostFilters + 1));
  },
};

/** The same condition over and over. */
function manyFilters(scriptName: string, length: number): readonly Filter[] {
  const more = Array.from({ length: length - 2 }, () => ({
    key: keys.type,
    operation: "exists" as const,
    type: "string" as const,
  }));
  return [...invocationsOf(scriptName), ...more];
}

/** Judges the answers to as many filters as are allowed, and to one more. */
export function judgeFilterLimit(allowed: Reply, tooMany: Reply): Finding {
  const refused = refusalOf(allowed);
  if (refused !== undefined) {
    return fails(
      `16 filters are refused: ${refused.text}`,
      `Use custom SLIs with few filters. ${reportIt}`,
      "fewer",
    );
  }
  return judgeRefusal("17 filters", tooMany);
}

/** How a query is refused that asks for more than there may be. */
export const rowLimit: Check<DoctorLook> = {
  id: "row-limit",
  question: "How is a limit above 2000 refused?",
  assumes: "with 400 and a reason in a known form",
  find: async (look) => {
    const query = countQuery({
      timeframe: look.span,
      filters: invocationsOf(look.scriptName),
      limit: mostGroups + 1,
    });
    return judgeRefusal("a limit of 2001", await look.send(query));
  },
};

/** Judges whether this package could tell a person why `what` is refused. */
export function judgeRefusal(what: string, reply: Reply): Finding {
  const refusal = refusalOf(reply);
  if (refusal === undefined) return holds(`${what}: accepted`, "accepted");
  const found = `${what}: ${refusal.text}`;
  if (reply.status === 429 || reply.status >= 500) return open(found, "Run the doctor again.");
  if (refusal.shape === "unknown" || refusal.shape === "no JSON")
    return fails(found, reportIt, refusal.shape);
  return holds(found, refusal.shape);
}
