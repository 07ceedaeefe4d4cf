import { z } from "zod";
import type { Check } from "../check";
import { holds, open, reportIt, type Finding } from "../finding";
import { countAnswer, total } from "../answer";
import type { Reply } from "../api";
import { countQuery, invocationsOf, keys } from "../query";
import { refusalOf } from "./refusal";
import type { DoctorLook } from "./subject";

/** Whether `in` takes an array too. Nothing here counts on it. */
export const arrayList: Check<DoctorLook> = {
  id: "array-list",
  question: 'Does a filter "in" take an array as well?',
  assumes: "nothing: only texts with commas are sent",
  find: async (look) => {
    const query = countQuery({ timeframe: look.span, filters: invocationsOf(look.scriptName) });
    const filters = [
      ...(query.parameters?.filters ?? []),
      { key: keys.type, operation: "in", type: "string", value: ["cf-worker-event", "cf-worker"] },
    ];
    return judgeArrayList(await look.send({ ...query, parameters: { ...query.parameters, filters } }));
  },
};

const answered = z.object({ result: countAnswer });

/** Judges the answer to a list that every row is in. */
export function judgeArrayList(reply: Reply): Finding {
  const refusal = refusalOf(reply);
  if (refusal !== undefined) return holds(`refused: ${refusal.text}`, "refused");
  const parsed = answered.safeParse(reply.body);
  if (!parsed.success) return open("answered in an unknown form", reportIt);
  return total(parsed.data.result) > 0
    ? holds("it works", "works")
    : holds("accepted, but it finds nothing", "finds none");
}
