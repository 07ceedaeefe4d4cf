import type { Check } from "../check";
import { fails, holds, reportIt, type Finding } from "../finding";
import { cells, groupValue, total } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { keys } from "../query";
import { noTraffic } from "./noTraffic";

/** Belongs to nothing. */
const noVersion = "00000000-0000-4000-8000-000000000000";

/** Whether two versions can be asked for in one query. */
export const versionList: Check<Look> = {
  id: "version-list",
  question: "Can one query ask for two versions, by a text with a comma?",
  assumes: `${keys.version} in "a,b" matches both`,
  find: async (look) => {
    const { all, found } = await whileSteady(look, async () => {
      const groups = cells(await count(look, [], { by: [keys.version] }));
      const [one = noVersion, two = noVersion] = groups.map((cell) => groupValue(cell, keys.version));
      const value = `${one},${two}`;
      const listed = total(
        await count(look, [{ key: keys.version, operation: "in", type: "string", value }]),
      );
      return { groups: groups.map(({ value }) => value), listed };
    });
    return judgeVersionList(all, found.groups, found.listed);
  },
};

/** Of `all` invocations, how many each version has, and how many a list of the first two has found. */
export function judgeVersionList(all: number, groups: readonly number[], listed: number): Finding {
  if (all === 0) return noTraffic;
  const grouped = groups.reduce((sum, value) => sum + value, 0);
  if (grouped !== all) return fails(`only ${grouped} of ${all} have a version`, reportIt, "no version");
  const expected = (groups[0] ?? 0) + (groups[1] ?? 0);
  const found = `${listed} of ${expected} found, of ${groups.length} version${groups.length === 1 ? "" : "s"}`;
  return listed === expected ? holds(found, "matches both") : fails(found, reportIt, "matches others");
}
