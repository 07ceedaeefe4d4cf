import type { Meter } from "../../cloudflare/checks/meter";
import type { Verdict } from "../../cloudflare/checks/finding";
import type { Diagnosis } from "./run";

/** How many checks ended in each way. */
export function tally({ entries }: Pick<Diagnosis, "entries">): Readonly<Record<Verdict, number>> {
  const of = (verdict: Verdict): number =>
    entries.filter(({ finding }) => finding.verdict === verdict).length;
  return { holds: of("holds"), fails: of("fails"), open: of("open") };
}

/** The last words to a person. */
export function summaryOf(diagnosis: Diagnosis, { requests, budget }: Meter): string {
  const { holds, fails, open } = tally(diagnosis);
  const left = diagnosis.notTried.length;
  const counts = [
    `${holds} as assumed`,
    `${fails} not`,
    `${open} open`,
    ...(left > 0 ? [`${left} not tried`] : []),
  ];
  return (
    `${counts.join(", ")}. The questions about telemetry were tried on ${diagnosis.subject}.\n` +
    `${requests} of at most ${budget} requests were made.`
  );
}
