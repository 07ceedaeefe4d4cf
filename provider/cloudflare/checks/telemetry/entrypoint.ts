import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { total } from "../answer";
import { count, whileSteady, type Look } from "../look";
import { isVisit, keys } from "../query";
import { noTraffic } from "./noTraffic";

/**
 * Whether `is_null` matches rows that lack the field. If it matched none where no row has the field, a query that
 * leaves inner hops out by it would count nothing at all.
 */
export const entrypointIsNull: Check<Look> = {
  id: "entrypoint-is-null",
  question: "Does the filter that leaves out named entrypoints keep the others?",
  assumes: `${keys.entrypoint} is_null matches the rows without that field`,
  find: async (look) => {
    const { found } = await whileSteady(look, () =>
      Promise.all(
        [isVisit, [...isVisit, presence("is_null")], [...isVisit, presence("exists")]].map(async (filters) =>
          total(await count(look, filters)),
        ),
      ),
    );
    const [visits = 0, without = 0, having = 0] = found;
    return judgeEntrypoint({ visits, without, with: having });
  },
};

function presence(operation: "is_null" | "exists") {
  return { key: keys.entrypoint, operation, type: "string" } as const;
}

/** Of `visits` rows, those that the two filters have found. */
export function judgeEntrypoint(rows: {
  readonly visits: number;
  readonly without: number;
  readonly with: number;
}): Finding {
  if (rows.visits === 0) return noTraffic;
  const found = `of ${rows.visits}: is_null ${rows.without}, exists ${rows.with}`;
  if (rows.without + rows.with !== rows.visits) {
    return fails(found, reportIt, rows.without === 0 ? "matches none" : "matches others");
  }
  // All have an entrypoint: then nothing shows what is_null does.
  if (rows.without === 0) return open(found, "Run the doctor on a Worker without named entrypoints.");
  return holds(found, "matches rows without it");
}
