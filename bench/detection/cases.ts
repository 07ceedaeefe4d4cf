import type { Noise } from "./errors";
import { judges, judgesOfDependence, own } from "./judges/all";
import { bucketSeconds, type Judge, type Shares } from "./judges/judge";
import { slowerThan, type Latency } from "./latency";

/** A kind of release, of which many runs are drawn. */
export interface Case {
  /** What it shows, under which the results are gathered. */
  readonly group: string;
  readonly name: string;
  /** Requests per second to both versions. */
  readonly perSecond: number;
  /** The part of them that the new version serves, from 0 to 1. */
  readonly percentage: number;
  /** True when they come as a clock ticks, else as chance has it. */
  readonly even: boolean;
  /** How many buckets the soak lasts. */
  readonly soak: number;
  readonly max: number;
  readonly maxIncrease: number;
  readonly noise: Noise;
  /** The expected bad shares, in the bucket with this index. */
  readonly shares: (index: number) => Shares;
  /** The traffic, relative to `perSecond`, in the bucket with this index. */
  readonly traffic: (index: number) => number;
  readonly judges: readonly Judge[];
}

/** The first bucket in which the new version is worse than a judge allows; undefined in a healthy release. */
export function onsetOf(one: Case, kind: Judge["kind"]): number | undefined {
  const worse = ({ new: fresh, old }: Shares): boolean =>
    kind === "max" ? fresh > one.max : fresh > old * one.maxIncrease;
  for (let index = 0; index < one.soak; index += 1) {
    if (worse(one.shares(index))) return index;
  }
  return undefined;
}

const limit = 0.01;
const half = limit / 2;
const minutes = (count: number): number => (count * 60) / bucketSeconds;
const middle = minutes(15);

/** A quiet release without trouble at the traffic of the reference figures. */
const quiet: Case = {
  group: "",
  name: "healthy at half the limit",
  perSecond: 50,
  percentage: 0.1,
  even: false,
  soak: minutes(30),
  max: limit,
  maxIncrease: 1,
  noise: { kind: "independent" },
  shares: () => ({ new: half, old: half }),
  traffic: () => 1,
  judges,
};

/** The new version is bad from a bucket on, the old one stays at half the limit. */
function turnsBad(share: number, from: number): Case["shares"] {
  return (index) => ({ new: index >= from ? share : half, old: half });
}

const atTheLimit: Partial<Case> = {
  name: "healthy, exactly at the limit",
  shares: () => ({ new: limit, old: limit }),
};

const effects = [
  ["1.5 × the limit", 1.5 * limit],
  ["2 × the limit", 2 * limit],
  ["5 × the limit", 5 * limit],
  ["every request fails", 1],
] as const;

const onsets = [
  ["from the start", 0],
  ["from minute 15", middle],
] as const;

const violations: readonly Partial<Case>[] = onsets.flatMap(([when, from]) =>
  effects.map(([what, share]) => ({ name: `${what}, ${when}`, shares: turnsBad(share, from) })),
);

function gather(group: string, base: Partial<Case>, variations: readonly Partial<Case>[]): Case[] {
  return variations.map((variation) => ({ ...quiet, group, ...base, ...variation }));
}

const traffic: readonly Case[] = [0.1, 1, 50, 5000].flatMap((perSecond) =>
  [0.01, 0.1, 0.5].flatMap((percentage) =>
    gather(
      `${perSecond} requests/s, ${percentage * 100} % of them to the new version`,
      { perSecond, percentage },
      [{}, atTheLimit, ...violations],
    ),
  ),
);

/** A case of the reference figures, with the medians that the evidence process is to reach or beat there. */
export interface Reference extends Record<Judge["kind"], number> {
  readonly one: Case;
  readonly value: "seconds" | "bad";
}

const failing = { name: "every request fails, from the start", shares: turnsBad(1, 0) };

export const reference: readonly Reference[] = (
  [
    [{ name: "2 × the limit, from the start", shares: turnsBad(2 * limit, 0) }, "seconds", 320, 120],
    [{ name: "5 × the limit, from the start", shares: turnsBad(5 * limit, 0) }, "seconds", 40, 30],
    // Against the old version the evidence grows by 0.27 a second here, and 12.4 are needed: ln 100, ln 360 for a
    // beginning with one of the planned buckets, about ln 7 for the ratios. Whoever knows all of that beforehand takes 20 s.
    [{ name: "5 × the limit, from minute 15", shares: turnsBad(5 * limit, middle) }, "seconds", 60, 40],
    [failing, "seconds", 10, 10],
    [{ ...failing, name: `${failing.name}, at 1 request/s`, perSecond: 1 }, "bad", 2, 4],
  ] as const
).map(([variation, value, max, maxIncrease]) => {
  const group = "Reference figures: 50 requests/s that come evenly, 10 % of them to the new version";
  return { one: { ...quiet, group, even: true, ...variation }, value, max, maxIncrease };
});

const day: readonly Case[] = [1, 50].flatMap((perSecond) =>
  gather("A day instead of 30 minutes", { perSecond, soak: minutes(24 * 60), judges: Object.values(own) }, [
    { ...atTheLimit, name: `exactly at the limit, ${perSecond} requests/s` },
  ]),
);

/** The bad share that both versions have from the middle of the soak on. */
function incident(times: number): Case["shares"] {
  return (index) => {
    const share = index >= middle ? half * times : half;
    return { new: share, old: share };
  };
}

const drift: Case["shares"] = (index) => ({ new: half + (index / quiet.soak) * 2.5 * limit, old: half });

const stops = (from: number, to: number): Partial<Case> => ({
  traffic: (index) => (index >= from && index < to ? 0 : 1),
});

const times: readonly Case[] = gather("What changes with time", {}, [
  { name: "incident: both versions twice as bad from minute 15", shares: incident(2) },
  { name: "incident: both versions 10 × as bad from minute 15", shares: incident(10) },
  { name: "slow drift: from half the limit to 3 × the limit in 30 minutes", shares: drift },
  { name: "healthy, traffic stops at minute 10", ...stops(minutes(10), Infinity) },
  {
    name: "5 × the limit from minute 15, no traffic from minute 10 to minute 15",
    ...stops(minutes(10), middle),
    shares: turnsBad(5 * limit, middle),
  },
]);

const clusters: readonly Case[] = (
  [
    ["correlated errors (lag 0.3)", { kind: "sticky", lag: 0.3 }],
    ["bursts of 5 errors, each at one version", { kind: "bursts", size: 5 }],
  ] as const satisfies readonly (readonly [string, Noise])[]
).flatMap(([name, noise]) =>
  gather(
    "Errors that depend on each other",
    { noise, judges: judgesOfDependence },
    [{}, ...violations].map((one) => ({ ...one, name: `${name}: ${one.name ?? quiet.name}` })),
  ),
);

/** Log-normal latencies of a Worker whose p99 is 400 ms; the limit is 500 ms for 99 of 100. */
const usual: Latency = { medianMs: 60, sigma: Math.log(400 / 60) / 2.3263 };
const limitMs = 500;

function latency(changed: Latency, slowPath = 0): Case["shares"] {
  const old = slowerThan(limitMs, usual);
  const fresh = slowPath + (1 - slowPath) * slowerThan(limitMs, changed);
  return () => ({ new: fresh, old });
}

const latencies: readonly Case[] = gather("Latency: at most 1 % slower than 500 ms (p99 ≤ 500 ms)", {}, [
  { name: "healthy, p99 400 ms", shares: latency(usual) },
  { name: "every request 1.5 × as slow", shares: latency({ ...usual, medianMs: usual.medianMs * 1.5 }) },
  { name: "every request 3 × as slow", shares: latency({ ...usual, medianMs: usual.medianMs * 3 }) },
  { name: "2 % of requests take a path that is too slow", shares: latency(usual, 0.02) },
]);

const sigmas = [0.3, 0.6, 1];
const busy = [50, 1000, 5000, 50_000];
/** A swing that two versions take by themselves is no increase worth an abort: half as much again is allowed. */
const swing = { maxIncrease: 1.5, judges: judgesOfDependence };

const wandering: readonly Case[] = [false, true].flatMap((shared) =>
  [0, ...sigmas].flatMap((sigma) =>
    gather(
      `Traffic that wanders, ${shared ? "both versions alike" : "each version by itself"}: healthy at half the limit`,
      { ...swing, noise: { kind: "wander", sigma, shared } },
      busy.map((perSecond) => ({ name: `σ ${sigma}, ${perSecond} requests/s`, perSecond })),
    ),
  ),
);

const wanderingBad: readonly Case[] = [0, 0.3, 0.6].flatMap((sigma) =>
  [50, 1000].flatMap((perSecond) =>
    gather(
      "Traffic that wanders, each version by itself: detection",
      { ...swing, perSecond, noise: { kind: "wander", sigma, shared: false } },
      violations.map((one) => ({ ...one, name: `σ ${sigma}, ${perSecond} requests/s: ${one.name ?? ""}` })),
    ),
  ),
);

export const cases: readonly Case[] = [
  ...reference.map(({ one }) => one),
  ...traffic,
  ...day,
  ...times,
  ...clusters,
  ...latencies,
  ...wandering,
  ...wanderingBad,
];
