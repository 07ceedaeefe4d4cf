import type { Random } from "../random";
import type { Frame } from "./generate";
import type { BadWrite, Fault, Span, Target } from "./scenario";

/** One fault, somewhere in the time that a release takes. */
export function randomFault(random: Random, frame: Frame): Fault {
  return random.weighted(makers)(random, frame);
}

type Maker = (random: Random, frame: Frame) => Fault;

const makers: readonly [readonly [number, Maker], ...(readonly [number, Maker])[]] = [
  [
    5,
    (random, frame) => ({
      kind: "badWrite",
      nth: random.whole(1, frame.stages + 2),
      how: random.pick<BadWrite>([
        "doneSilent",
        "doneError",
        "lostSilent",
        "lostError",
        "doneLate",
        "passing",
      ]),
      ms: random.whole(500, 8000),
    }),
  ],
  [
    3,
    (random, frame) => ({
      kind: "badRead",
      nth: aRead(random, frame),
      how: random.pick(["error", "silent", "empty"]),
    }),
  ],
  [
    4,
    (random, frame) => ({
      kind: "down",
      target: random.pick<Target>(["everything", "deployments", "reads", "writes", "telemetry", "telemetry"]),
      how: random.pick(["silent", "unreachable", "error"]),
      ...span(random, frame),
    }),
  ],
  [
    2,
    (random, frame) => ({
      kind: "rateLimit",
      target: random.pick<Target>(["everything", "telemetry", "deployments"]),
      saysWhen: random.chance(0.7),
      ...limited(span(random, frame), 300_000),
    }),
  ],
  [
    2,
    (random, frame) => ({
      kind: "forbidden",
      target: random.pick(["writes", "everything"]),
      ...span(random, frame),
      ...(random.chance(0.4) && { to: Infinity }),
    }),
  ],
  [
    2,
    (random, frame) => ({
      kind: "staleReads",
      lagMs: random.whole(500, 15_000),
      chance: random.pick([0.3, 1]),
      ...span(random, frame),
    }),
  ],
  [2, (random, frame) => ({ kind: "lateToShow", ms: random.whole(500, 10_000), ...span(random, frame) })],
  [
    2,
    (random, frame) => ({
      kind: "slow",
      target: random.pick<Target>(["everything", "reads", "writes", "telemetry"]),
      ms: random.pick([3000, 8000, 12_000, 28_000]),
      ...span(random, frame),
    }),
  ],
  [2, (random, frame) => ({ kind: "ingestStall", ...span(random, frame) })],
  [
    1,
    (random, frame) => ({
      kind: "uploads",
      at: random.between(0, frame.spanMs),
      count: random.pick([5, 20, 97, 100]),
    }),
  ],
  [1, (random, frame) => ({ kind: "secret", at: random.between(0, frame.spanMs) })],
];

/** The first reads decide how a release begins; they are hit more often than the rest. */
function aRead(random: Random, { spanMs }: Frame): number {
  return random.chance(0.4) ? random.whole(1, 4) : random.whole(1, Math.max(4, Math.round(spanMs / 10_000)));
}

/** From seconds to most of an hour. */
function span(random: Random, { spanMs }: Frame): Span {
  const from = random.chance(0.15) ? 0 : random.between(0, spanMs);
  const [least, most] = random.weighted([
    [3, [3000, 30_000]],
    [3, [30_000, 300_000]],
    [1, [300_000, 2_400_000]],
  ]);
  return { from, to: from + random.between(least, most) };
}

function limited({ from, to }: Span, mostMs: number): Span {
  return { from, to: Math.min(to, from + mostMs) };
}
