import { z } from "zod";
import type { Reply } from "../api";
import type { Check } from "../check";
import { holds, open, type Finding } from "../finding";
import { countQuery, invocationsOf } from "../query";
import { refusalOf } from "./refusal";
import type { DoctorLook } from "./subject";

const dayMs = 86_400_000;

/** What becomes of a query for more time than telemetry is kept. A release asks for some hours at most. */
export const retention: Check<DoctorLook> = {
  id: "retention",
  question: "What becomes of a query over more days than telemetry is kept?",
  assumes: "nothing: no query spans more than some hours",
  find: async (look) => {
    const to = look.now();
    const timeframe = { from: to - 8 * dayMs, to };
    const query = countQuery({ timeframe, filters: invocationsOf(look.scriptName), limit: 1 });
    return judgeRetention(timeframe.from, await look.send(query));
  },
};

const answered = z.object({
  result: z.object({ run: z.object({ timeframe: z.object({ from: z.number(), to: z.number() }) }) }),
});

/** Eight days from `from` on were asked for. */
export function judgeRetention(from: number, reply: Reply): Finding {
  const refusal = refusalOf(reply);
  if (refusal !== undefined) return holds(`8 days are refused: ${refusal.text}`, "refused");
  const parsed = answered.safeParse(reply.body);
  if (!parsed.success) return open("the answer does not say which time it covers", "It does no harm.");
  const cut = (parsed.data.result.run.timeframe.from - from) / dayMs;
  if (cut <= 0) return holds("8 days are answered as asked", "as asked");
  return holds(`8 days are answered as ${(8 - cut).toFixed(1)} days, without a word`, "cut");
}
