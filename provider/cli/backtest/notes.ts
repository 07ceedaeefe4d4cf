import type { Backtest } from "../../backtest/backtest";
import { formatElapsed } from "../../plan/duration";
import type { Plan } from "../../plan/plan";

/** What a reader of a backtest has to know: what is not in the data, and what is taken to be so instead. */
export function notesOn(
  plan: Plan,
  { trace }: Backtest,
  { missing, isTelemetry }: { readonly missing: readonly string[]; readonly isTelemetry: boolean },
): readonly string[] {
  const unknownMs = trace.to - trace.from - trace.knownMs;
  const why = isTelemetry
    ? "before the first request that is kept, while the traffic was split, or before the ten newest deployments, which are all that Cloudflare lists"
    : "it is not in the file";
  const compares = plan.slos.some(
    ({ sli, maxIncrease }) => sli.kind === "slower" || maxIncrease !== undefined,
  );
  return [
    ...(unknownMs >= 60_000 ? [`What was served in ${formatElapsed(unknownMs)} is not known: ${why}.`] : []),
    ...(missing.length > 0
      ? [`The trace does not tell of ${missing.join(", ")}: nothing is taken to be bad by that.`]
      : []),
    ...(compares
      ? [
          "Both versions are drawn from what one has served. How much two equal versions differ by themselves (a cold cache, a slow machine) is not in it.",
        ]
      : []),
    ...(plan.probes.length > 0 ? ["Probes are taken to be answered well."] : []),
    ...(plan.stages.some(({ progression, gate }) => progression === "manual" || gate !== undefined)
      ? ["Approvals are taken to come, and gates to open, at once."]
      : []),
  ];
}
