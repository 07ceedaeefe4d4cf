import { binomial, generator, poisson, type Random } from "../../provider/backtest/random";
import type { Cell, Trace } from "../../provider/backtest/trace";
import { edgesOf } from "../../provider/health/latencyBins";
import type { Objective, Plan } from "../../provider/plan/plan";
import { normalTail } from "../detection/statistics/normal";

const minuteMs = 60_000;
const minutesOfDay = 1440;
/** Monday and Tuesday. */
const from = Date.UTC(2030, 0, 7);
const days = 2;

/** The share of requests that is bad by any SLO, but in an incident. */
export const badShare = 0.002;

/** Two days of a Worker's requests, minute by minute. */
export interface Workload {
  readonly name: string;
  readonly perSecond: (minute: number) => number;
  /** The share of its requests that is bad by any SLO. */
  readonly badShare: (minute: number) => number;
}

const byDay = (minute: number): number => 1 - 0.8 * Math.cos((2 * Math.PI * minute) / minutesOfDay);
const isNight = (minute: number): boolean => minute % minutesOfDay >= 180 && minute % minutesOfDay < 200;

export const workloads: readonly Workload[] = [
  { name: "50 requests a second", perSecond: () => 50, badShare: () => badShare },
  {
    name: "2 to 18 a second by day and night, 5 % bad from 03:00 to 03:20",
    perSecond: (minute) => 10 * byDay(minute),
    badShare: (minute) => (isNight(minute) ? 0.05 : badShare),
  },
  { name: "1 a second", perSecond: () => 1, badShare: () => badShare },
  { name: "100 an hour", perSecond: () => 100 / 3600, badShare: () => badShare },
];

/** What the SLOs of a plan would have counted of a workload. */
export function traceOf({ name, perSecond, badShare }: Workload, { slos }: Plan): Trace {
  const random = generator(name);
  const buckets = Array.from({ length: days * minutesOfDay }, (_, minute) => {
    const valid = poisson(60 * perSecond(minute), random);
    return slos.map((slo) => cellOf(slo, valid, badShare(minute), random));
  });
  return { from, bucketMs: minuteMs, buckets };
}

function cellOf({ sli }: Objective, valid: number, share: number, random: Random): Cell {
  if (sli.kind !== "slower") return { valid, bad: binomial(valid, share, random) };
  const counted = (edges: readonly number[]): readonly number[] => counts(valid, edges, random);
  return {
    ...{ valid, bad: 0 },
    latencies: counted(edgesOf(sli.of)),
    tolerated: counted(edgesOf(sli.of, sli.tolerance)),
  };
}

/** Times of requests are log-normal with this median and 99th percentile. */
const [medianMs, p99Ms] = [60, 400];
const sigma = Math.log(p99Ms / medianMs) / 2.3263;

/** How many of some requests fall between each two edges. */
function counts(requests: number, edges: readonly number[], random: Random): readonly number[] {
  const above = [1, ...edges.map((edge) => normalTail(Math.log(edge / medianMs) / sigma)), 0];
  let left = requests;
  return above.slice(1).map((tail, bin) => {
    const reached = above[bin] ?? 0;
    const drawn = binomial(left, reached > 0 ? 1 - tail / reached : 1, random);
    left -= drawn;
    return drawn;
  });
}
