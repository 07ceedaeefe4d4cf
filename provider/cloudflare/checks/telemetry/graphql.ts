import { z } from "zod";
import { formatDuration } from "../../../plan/duration";
import type { Reply } from "../api";
import type { Check } from "../check";
import { holds, open, type Finding } from "../finding";
import type { DoctorLook } from "./subject";

const minuteMs = 60_000;

/** Whether there is a second source of counts: metrics, which are there when logs are off. */
export const graphql: Check<DoctorLook> = {
  id: "graphql",
  question: "Can this token read the metrics of GraphQL by version and minute?",
  assumes: "nothing: they would be a second source",
  find: async (look) => {
    const now = look.now();
    const reply = await look.graphql(metrics, {
      account: look.accountId,
      script: look.scriptName,
      from: new Date(Math.min(look.span.from, now - 30 * minuteMs)).toISOString(),
      to: new Date(now + minuteMs).toISOString(),
    });
    return judgeGraphql(reply, now);
  },
};

const metrics = `query Metrics($account: string!, $script: string!, $from: Time!, $to: Time!) {
  viewer {
    accounts(filter: { accountTag: $account }) {
      workersInvocationsAdaptive(
        limit: 1000
        filter: { scriptName: $script, datetime_geq: $from, datetime_lt: $to }
      ) {
        sum { requests errors }
        dimensions { scriptVersion status datetimeMinute }
      }
    }
  }
}`;

const line = z.object({
  sum: z.object({ requests: z.number() }),
  dimensions: z.object({
    scriptVersion: z.string(),
    datetimeMinute: z.string().transform(Date.parse).pipe(z.number()),
  }),
});

const answered = z.object({
  errors: z.null().optional(),
  data: z.object({
    viewer: z.object({ accounts: z.array(z.object({ workersInvocationsAdaptive: z.array(line) })).min(1) }),
  }),
});

const refused = z.object({ errors: z.array(z.object({ message: z.string() })).min(1) });

/** Judges the metrics as they were at `now`. */
export function judgeGraphql({ status, body }: Reply, now: number): Finding {
  const parsed = answered.safeParse(body);
  if (status === 200 && parsed.success) {
    const lines = parsed.data.data.viewer.accounts.flatMap((one) => one.workersInvocationsAdaptive);
    if (lines.length === 0) return holds("allowed, but nothing is there yet", "empty");
    const newest = Math.max(...lines.map(({ dimensions }) => dimensions.datetimeMinute));
    const age = formatDuration(Math.max(1000, now - newest));
    return holds(`allowed; the newest minute began ${age} ago`, "works");
  }
  if (status !== 200 || refused.safeParse(body).success) {
    const advice =
      "Nothing here needs it. To allow it, give the token the permission Account Analytics Read.";
    return open(`refused: HTTP ${status}`, advice, "refused");
  }
  return open(
    "answered in an unknown form",
    "Nothing here needs it. Report it with the output of `doctor --json`.",
  );
}
