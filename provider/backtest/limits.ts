import type { Objective, Plan } from "../plan/plan";
import { quantile } from "./statistics";
import type { Trace } from "./trace";

/** What an SLO's bad share has been, and the limit that would fit it. Shares are from 0 to 1. */
export interface Fitting {
  readonly slo: string;
  /** All events that were counted, and those of them that were bad. */
  readonly valid: number;
  readonly bad: number;
  /** How long the median span is of those whose shares follow, in milliseconds: each has about as many bad events. */
  readonly windowMs: number;
  /** The bad share of the median span, of the 99th of a hundred, and of the worst. */
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
  /** When the worst span began, in milliseconds since the epoch. */
  readonly worstAt: number;
  /** The limit that the plan sets; undefined where it sets none on a share. */
  readonly max: number | undefined;
  /**
   * The smallest round limit that 99 of 100 spans keep, or where nothing was ever bad, that its requests can vouch for;
   * undefined where nothing was counted.
   */
  readonly fits: number | undefined;
}

const leastMs = 300_000;
/** A span is so long that as many bad events are expected in it: of fewer, chance alone would make many shares. */
const expectedBad = 25;
/** Spans are so many at least: of fewer none is the 99th of a hundred. */
const fewestSpans = 20;

/** What limits would fit the SLOs of a plan that bound a share, in the plan's order. */
export function fittingIn(trace: Trace, { slos }: Plan): readonly Fitting[] {
  return slos.flatMap((slo, index) =>
    slo.sli.kind === "probes" || slo.sli.kind === "slower" ? [] : [fitting(trace, slo, index)],
  );
}

interface Span {
  readonly at: number;
  readonly buckets: number;
  readonly valid: number;
  readonly bad: number;
}

function fitting(trace: Trace, { name, max }: Objective, slo: number): Fitting {
  const [valid, bad] = totals(trace, slo);
  const spans = spansIn(trace, slo, Math.min(expectedBad, bad / fewestSpans) * (valid / Math.max(1, bad)));
  const shares = spans.map((span) => span.bad / span.valid);
  const worst = spans.reduce<Span>(
    (most, span) => (span.bad * most.valid > most.bad * span.valid ? span : most),
    spans[0] ?? { at: trace.from, buckets: 0, valid: 1, bad: 0 },
  );
  const p99 = quantile(shares, 0.99) ?? 0;
  const usual =
    quantile(
      spans.map(({ buckets }) => buckets),
      0.5,
    ) ?? 0;
  return {
    ...{ slo: name, valid, bad, windowMs: usual * trace.bucketMs, median: quantile(shares, 0.5) ?? 0, p99 },
    ...{ worst: worst.bad / worst.valid, worstAt: worst.at, max },
    fits: fits(p99, valid),
  };
}

/** Of so many events without a bad one, at most 3 would have been with a confidence of 95 % (the rule of three). */
function fits(p99: number, valid: number): number | undefined {
  if (valid === 0) return undefined;
  const limit = roundedUp(p99 > 0 ? p99 : 3 / valid);
  return limit < 1 ? limit : undefined;
}

/** The next number with two digits. */
function roundedUp(share: number): number {
  const digits = Math.floor(Math.log10(share)) - 1;
  const unit = 10 ** digits;
  return Number((Math.ceil(share / unit - 1e-9) * unit).toPrecision(2));
}

/** Spans that follow each other, each of 5 minutes at least and so long that it has as many events. */
function spansIn({ from, bucketMs, buckets }: Trace, slo: number, leastValid: number): readonly Span[] {
  const spans: Span[] = [];
  let span: Span | undefined;
  buckets.forEach((cells, index) => {
    const cell = cells?.[slo];
    // What is not known is in no span.
    if (cell === undefined) span = undefined;
    else {
      const {
        at,
        buckets: count,
        valid,
        bad,
      } = span ?? { at: from + index * bucketMs, buckets: 0, valid: 0, bad: 0 };
      span = { at, buckets: count + 1, valid: valid + cell.valid, bad: bad + cell.bad };
      if (span.valid === 0 || span.valid < leastValid || span.buckets * bucketMs < leastMs) return;
      spans.push(span);
      span = undefined;
    }
  });
  return spans;
}

function totals({ buckets }: Trace, slo: number): readonly [number, number] {
  return buckets.reduce<readonly [number, number]>(
    ([valid, bad], cells) => [valid + (cells?.[slo]?.valid ?? 0), bad + (cells?.[slo]?.bad ?? 0)],
    [0, 0],
  );
}
