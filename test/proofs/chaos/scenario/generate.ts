import { parsePlan } from "../driver";
import { Random } from "../random";
import { randomFault } from "./faults";
import { randomOrders, randomPerson } from "./people";
import { randomPlan, randomTimes, withGates } from "./plans";
import type { ReleasePlan } from "../../../../provider/plan/types";
import type { Fault, Person, Piece, Scenario, Traffic } from "./scenario";

/** What faults and people are placed by. */
export interface Frame {
  /** How long the release takes if all goes well, in milliseconds. */
  readonly spanMs: number;
  readonly stages: number;
  readonly isManual: boolean;
  readonly requestsPerSecond: number;
}

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(`scenario ${seed}`);
  const requestsPerSecond = random.weighted([
    [1, 0.05],
    [2, 1],
    [5, 20],
    [2, 200],
  ]);
  // What was added later has luck of its own, so that each seed goes on to mean what it meant.
  const later = new Random(`later ${seed}`);
  const latest = new Random(`latest ${seed}`);
  const ungated: ReleasePlan = { ...randomPlan(random, requestsPerSecond), ...randomTimes(later) };
  const hasGates = latest.chance(0.2);
  const plan = hasGates ? withGates(ungated, latest) : ungated;
  const frame = { ...frameOf(plan), requestsPerSecond };
  return {
    seed,
    plan,
    before: beforeOf(
      random.weighted([
        [18, "old"],
        [1, "nothing"],
        [1, "foreignSplit"],
      ]),
      later,
    ),
    startAt: later.chance(0.1) ? later.pick([5, 50, 100]) : undefined,
    gates: hasGates ? randomGates(latest, frame) : undefined,
    traffic: randomTraffic(random, frame),
    network: random.pick(["calm", "rough"]),
    propagationMs: random.pick([0, 2000, 10_000, 30_000]),
    ingestMs: random.pick([
      [2000, 5000],
      [10_000, 30_000],
      [10_000, 60_000],
    ]),
    clock: randomClock(random, frame),
    uploadsSinceOld: random.pick([0, 0, 3, 90]),
    again: random.weighted([
      [3, []],
      [2, [random.whole(2000, 60_000)]],
      [1, [random.whole(2000, 60_000), random.whole(2000, 900_000)]],
    ]),
    pieces: numbered([...randomPieces(random, frame), ...randomOrders(latest, frame)]),
  };
}

/** The new version may have served before the old one. */
function beforeOf(before: Scenario["before"], random: Random): Scenario["before"] {
  return before === "old" && random.chance(0.2) ? "oldAfterNew" : before;
}

/** What a plan says about the time it takes. */
export function frameOf(plan: ReleasePlan): Omit<Frame, "requestsPerSecond"> {
  const { stages, settleMs, whenUnsure } = parsePlan(plan);
  return {
    spanMs: stages.reduce((sum, { soakMs }) => sum + soakMs + settleMs, 0),
    stages: stages.length,
    isManual: whenUnsure === "ask" || stages.some(({ progression }) => progression === "manual"),
  };
}

function randomTraffic(random: Random, { spanMs, requestsPerSecond }: Frame): Traffic {
  if (random.chance(0.55)) return { requestsPerSecond, bad: undefined };
  const from = random.pick([0, random.between(0, spanMs)]);
  const to = random.chance(0.7) ? Infinity : from + random.between(10_000, 600_000);
  const version = random.chance(0.85) ? "new" : "all";
  return { requestsPerSecond, bad: { version, share: random.pick([0.05, 0.2, 1]), from, to } };
}

function randomClock(random: Random, { spanMs }: Frame): Scenario["clock"] {
  const error = (): number => Math.round(random.between(-2000, 2000));
  return { ms: random.chance(0.5) ? 0 : error(), jumpAt: random.between(0, spanMs), thenMs: error() };
}

/** Few runs are calm, few are storms: a fault is found best where little hides it. */
function randomPieces(random: Random, frame: Frame): (Fault | Person)[] {
  const count = random.weighted([
    [1, 0],
    [4, 1],
    [4, random.whole(2, 4)],
    [2, random.whole(5, 12)],
  ]);
  const pieces: (Fault | Person)[] = Array.from({ length: count }, () =>
    random.chance(0.55) ? randomFault(random, frame) : randomPerson(random, frame),
  );
  if (frame.isManual && random.chance(0.8)) {
    const everyMs = random.pick([15_000, 60_000, 240_000]);
    pieces.push({ kind: "approver", from: random.between(0, 60_000), everyMs });
  }
  return pieces;
}

function numbered(pieces: readonly (Fault | Person)[]): Piece[] {
  return pieces.map((piece, id) => ({ ...piece, id }));
}

/** Gates that are shut now and then. */
function randomGates(random: Random, { spanMs }: Frame): Scenario["gates"] {
  const shut = Array.from({ length: random.whole(0, 3) }, () => {
    const from = random.between(0, spanMs);
    return { from, to: from + random.pick([5000, 120_000, 1_200_000]) };
  });
  return { says: random.pick(["later", "closed", "failing"]), shut };
}
