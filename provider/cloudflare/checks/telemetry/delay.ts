import { formatElapsed } from "../../../plan/duration";
import type { Check } from "../check";
import { fails, holds, open, type Finding } from "../finding";
import { read, rowsAnswer } from "../answer";
import { invocationsOf, rowsQuery } from "../query";
import { noTraffic, sendRequests } from "./noTraffic";
import type { DoctorLook } from "./subject";

/** What a release waits before it takes a bucket for complete. */
const assumedMs = 60_000;
/** Soon enough that asking again would say little more. */
const soonMs = 15_000;
const asks = 4;
const pauseMs = 5000;
const hourMs = 3_600_000;

/** How late telemetry is, by the newest invocation in it. */
export const delay: Check<DoctorLook> = {
  id: "telemetry-delay",
  question: "How long does an invocation take to be found?",
  assumes: "at most 60 s",
  find: async (look) => {
    const seen: Newest[] = [];
    for (let asked = 1; ; asked += 1) {
      const askedAt = look.now();
      const timestamp = await newest(look, askedAt);
      if (timestamp !== undefined) seen.push({ askedAt, timestamp });
      if (asked === asks || (timestamp !== undefined && askedAt - timestamp <= soonMs)) break;
      await look.pause(pauseMs);
    }
    return judgeDelay(seen);
  },
};

/** The newest invocation at some moment; both in epoch milliseconds. */
export interface Newest {
  readonly askedAt: number;
  readonly timestamp: number;
}

async function newest(look: DoctorLook, now: number): Promise<number | undefined> {
  const timeframe = { from: now - hourMs, to: now + 60_000 };
  const answer = read(rowsAnswer, await look.ask(rowsQuery(timeframe, invocationsOf(look.scriptName), 10)));
  const times = (answer.events?.events ?? []).map(({ timestamp }) => timestamp);
  return times.length === 0 ? undefined : Math.max(...times);
}

/**
 * Judges what several asks have seen. The age of the newest invocation is more than its delay, by however long there
 * was no traffic. One that an ask finds and the one before did not was late by its age at that earlier ask at least.
 */
export function judgeDelay(seen: readonly Newest[]): Finding {
  if (seen.length === 0) return noTraffic;
  const atMost = Math.max(1000, Math.min(...seen.map(({ askedAt, timestamp }) => askedAt - timestamp)));
  const atLeast = Math.max(0, ...seen.map((one, i) => missedFor(one, seen[i - 1])));
  const found = `at most ${formatElapsed(atMost)}, which is the age of the newest one`;
  if (atMost <= assumedMs) return holds(found, "in time");
  if (atLeast > assumedMs) {
    return fails(
      `at least ${formatElapsed(atLeast)}`,
      "Wait until it is over, or give the plan soaks that are much longer than this.",
      "late",
    );
  }
  return open(`${found}: too little traffic to tell`, sendRequests, "too little traffic");
}

/** For how long, at the ask before, it had already been an invocation that was not found. */
function missedFor({ timestamp }: Newest, before: Newest | undefined): number {
  return before !== undefined && before.timestamp < timestamp ? before.askedAt - timestamp : 0;
}
