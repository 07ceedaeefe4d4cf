import { z } from "zod";
import { formatElapsed } from "../../../plan/duration";
import { metricsAnswer } from "../../metricsAnswer";
import { metricsQuery } from "../../metricsQuery";
import type { Reply } from "../api";
import type { Check } from "../check";
import { holds, open, type Finding } from "../finding";
import type { DoctorLook } from "./subject";

const minuteMs = 60_000;

/** Whether there is a second source of counts: metrics, which are there when nothing is recorded. */
export const graphql: Check<DoctorLook> = {
  id: "graphql",
  question: "Can this token count a Worker's invocations in the metrics (GraphQL)?",
  assumes: "yes: where telemetry shows nothing, they tell whether anybody came",
  find: async (look) => {
    const now = look.now();
    const counted = await look.graphql(...askedBySpan(look, now));
    if (!isCounted(counted)) return judgeRefusal(counted);
    const reply = await look.graphql(metrics, {
      account: look.accountId,
      script: look.scriptName,
      from: new Date(Math.min(look.span.from, now - 30 * minuteMs)).toISOString(),
      to: new Date(now + minuteMs).toISOString(),
    });
    return judgeGraphql(reply, now);
  },
};

/** The question of a release whose telemetry shows nothing. */
function askedBySpan({ accountId, scriptName }: DoctorLook, now: number): [query: string, variables: object] {
  const to = Math.floor(now / minuteMs) * minuteMs;
  const spans = [30, 10].map((minutes) => ({ from: to - minutes * minuteMs, to }));
  const { query, variables } = metricsQuery(accountId, scriptName, spans);
  return [query, variables];
}

/** Whether both spans were counted, as that question wants it. */
export function isCounted({ status, body }: Reply): boolean {
  const { success, data } = metricsAnswer(2).safeParse(body);
  return status === 200 && success && data.refusals.length === 0;
}

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
    const age = formatElapsed(Math.max(1000, now - newest));
    return holds(`allowed; the newest minute began ${age} ago`, "works");
  }
  return judgeRefusal({ status, body });
}

/** Judges an answer that is not what was asked for. */
export function judgeRefusal({ status, body }: Reply): Finding {
  if (status !== 200 || refused.safeParse(body).success) {
    return open(
      `refused: HTTP ${status}`,
      `${harm} Give the token the permission Account Analytics Read.`,
      "refused",
    );
  }
  return open("answered in an unknown form", `${harm} Report it with the output of \`doctor --json\`.`);
}

const harm =
  "A release can do without, but where its telemetry shows nothing it reverts, though perhaps only nobody came.";
