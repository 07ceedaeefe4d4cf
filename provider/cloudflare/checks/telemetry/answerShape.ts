import { z } from "zod";
import type { Reply } from "../api";
import type { Check } from "../check";
import { fails, holds, open, reportIt, type Finding } from "../finding";
import { faultIn } from "../answer";
import { countQuery, invocationsOf, keys } from "../query";
import { refusalOf } from "./refusal";
import { bucketsIn } from "../span";
import type { DoctorLook } from "./subject";

/** Whether an answer has the form that it had in recorded ones. */
export const answerShape: Check<DoctorLook> = {
  id: "answer-shape",
  question: "Does an answer have the form that this package reads?",
  assumes: "that of live answers recorded in September 2026",
  find: async (look) => {
    const query = countQuery({
      timeframe: look.span,
      filters: invocationsOf(look.scriptName),
      by: [keys.version, keys.outcome],
      buckets: bucketsIn(look.span),
    });
    return judgeAnswerShape(await look.send(query));
  },
};

const cell = z.object({
  value: z.number(),
  count: z.number(),
  sampleInterval: z.number(),
  groups: z.array(z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) })),
});

const recorded = z.object({
  success: z.literal(true),
  result: z.object({
    run: z.object({
      status: z.literal("COMPLETED"),
      granularity: z.number().int(),
      timeframe: z.object({ from: z.number().int(), to: z.number().int() }),
      statistics: z.object({ elapsed: z.number(), rows_read: z.number(), bytes_read: z.number() }),
    }),
    statistics: z.object({ elapsed: z.number(), rows_read: z.number(), bytes_read: z.number() }),
    calculations: z
      .array(
        z.object({
          calculation: z.literal("count"),
          aggregates: z.array(cell),
          series: z.array(
            z.object({ time: z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/), data: z.array(cell) }),
          ),
        }),
      )
      .length(1),
  }),
});

/** Judges the form of an answer with groups and a series. */
export function judgeAnswerShape(reply: Reply): Finding {
  const refusal = refusalOf(reply);
  if (refusal !== undefined) return open(`refused: ${refusal.text}`, "Run the doctor again.");
  const parsed = recorded.safeParse(reply.body);
  return parsed.success
    ? holds("it does", "as recorded")
    : fails(`it differs at ${faultIn(parsed.error)}`, reportIt, "differs");
}
