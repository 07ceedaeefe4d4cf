import type { Check } from "../check";
import { fails, holds, open, type Finding } from "../finding";
import { cells, type Cell } from "../answer";
import { count, type Look } from "../look";
import { keys } from "../query";

/** Some say ten is the default, one that it is the most there may be. */
const byDefault = 10;

/** Whether an answer has as many groups as are asked for. */
export const groupLimit: Check<Look> = {
  id: "group-limit",
  question: "Does an answer hold as many groups as are asked for?",
  assumes: "up to 2000 when asked for them",
  find: async (look) => {
    const groups = async (limit?: "default"): Promise<number> =>
      cells(await count(look, [], { by: [keys.hop], ...(limit && { limit }) })).length;
    return judgeGroupLimit({
      rows: Math.round(cells(await count(look, [])).reduce((sum, cell) => sum + stored(cell), 0)),
      byDefault: await groups("default"),
      asked: await groups(),
    });
  },
};

function stored({ value, sampleInterval }: Cell): number {
  return value / Math.max(1, sampleInterval);
}

/** Each of `rows` rows is a group of its own. */
export function judgeGroupLimit(groups: {
  readonly rows: number;
  readonly byDefault: number;
  readonly asked: number;
}): Finding {
  const { rows, asked } = groups;
  const found = `${rows} requests: ${groups.byDefault} groups by default, ${asked} when 2000 are asked for`;
  if (rows <= byDefault) {
    return open(found, "It takes more than ten requests to tell. Run the doctor again when there are.");
  }
  if (asked <= byDefault) {
    return fails(
      found,
      "Release one version at a time with SLOs that need no statuses, and report it.",
      "capped",
    );
  }
  return holds(found, groups.byDefault === byDefault ? "ten by default" : "other default");
}
