import type { ReleasePlan, Stage } from "../../../../provider/plan/types";
import { atOnce } from "../../../fakes/plans";
import { Random } from "../random";
import { frameOf } from "../scenario/generate";
import type { Span, Target, When } from "../scenario/scenario";
import type { Blow, Death, Failure, Fault, Person, Piece, Scenario } from "./scenario";

interface Frame {
  /** How long the release takes if all goes well, in milliseconds. */
  readonly spanMs: number;
  readonly stages: number;
  readonly isManual: boolean;
}

/** The scenario of a seed: a release of ten seconds or so, and what may befall it. */
export function realScenarioOf(seed: number): Scenario {
  const random = new Random(`real scenario ${seed}`);
  const plan = randomPlan(random);
  const frame = frameOf(plan);
  return {
    seed,
    plan,
    isBad: random.chance(0.3),
    ups: random.weighted([
      [3, 2],
      [1, 3],
    ]),
    again: random.chance(0.25),
    pieces: randomPieces(random, frame),
  };
}

/** A valid plan of two or three short stages, with so much traffic in each that a bad version cannot pass it. */
function randomPlan(random: Random): ReleasePlan {
  const percents = random.pick([[0, 50], [25], [50], [0, 25], [25, 64.1], [33.3, 75]]);
  return {
    ...atOnce,
    slos: [{ name: "5xx", sli: "serverErrors", max: 0.05 }],
    stages: randomStages(random, [...percents, 100]),
    pollInterval: "1s",
    minRequests: 10,
    maxBlindTime: random.pick(["4s", "6s", "8s"]),
    // The command that approves takes its time to start.
    approvalTimeout: "45s",
    onInterrupt: random.pick(["revert", "revert", "revert", "hold"]),
  };
}

function randomStages(random: Random, percents: readonly number[]): Stage[] {
  const isManual = random.chance(0.3);
  return percents.map((percent) => ({
    percent,
    soakTime: `${random.whole(2, 4)}s`,
    ...(isManual && percent > 0 && percent < 100 && { progression: "manual" as const }),
  }));
}

function randomPieces(random: Random, frame: Frame): Piece[] {
  const faults = random.weighted([
    [1, 0],
    [4, 1],
    [3, 2],
    [2, 4],
  ]);
  return [
    ...Array.from({ length: faults }, () => randomFault(random, frame)),
    ...(random.chance(0.5) ? [randomDeath(random, frame)] : []),
    ...(random.chance(0.35) ? [randomPerson(random, frame)] : []),
    ...(frame.isManual && random.chance(0.8) ? [randomApprover(random)] : []),
  ];
}

function randomFault(random: Random, frame: Frame): Fault {
  return random.weighted<() => Fault>([
    [
      4,
      () => {
        const how = random.pick(failures);
        const done = random.pick(["never", "before", "before", "later"] as const);
        const nth = random.whole(1, frame.stages + 2);
        return {
          kind: "badWrite",
          nth,
          how,
          done: mayBeDone(how) ? done : "never",
          ms: random.whole(1000, 6000),
        };
      },
    ],
    [
      3,
      () => ({
        kind: "badRead",
        nth: random.whole(1, 12),
        how: random.pick<Failure | "empty">(["empty", "empty", ...quickFailures]),
      }),
    ],
    [
      4,
      () => ({
        kind: "failing",
        target: random.pick<Target>(["everything", "deployments", "reads", "writes", "telemetry"]),
        how: random.pick(quickFailures),
        ...randomSpan(random, frame),
      }),
    ],
    [1, () => ({ kind: "unreachable", ...randomSpan(random, frame) })],
    [1, () => blocked(random, frame)],
    [
      2,
      () => ({
        kind: "slow",
        target: random.pick<Target>(["everything", "reads", "writes", "telemetry"]),
        ms: random.pick([500, 2000, 4000]),
        ...randomSpan(random, frame),
      }),
    ],
    [2, () => ({ kind: "staleReads", lagMs: random.pick([1000, 3000, 8000]), ...randomSpan(random, frame) })],
  ])();
}

/** What is refused is not done; of what went wrong nobody knows. */
function mayBeDone(how: Failure): boolean {
  return ["reset", "cut", "page", "500", "503"].includes(how);
}

const quickFailures = [
  "reset",
  "cut",
  "page",
  "500",
  "503",
  "429 retry-after",
  "429 ratelimit",
  "10013",
  "403",
] as const satisfies Failure[];

const failures = [...quickFailures, "429", "100146", "10035"] as const satisfies Failure[];

/** A rate limit that does not say when it ends: writes alone, since whoever reads then waits for five minutes. */
function blocked(random: Random, frame: Frame): Fault {
  return { kind: "failing", target: "writes", how: "429", ...randomSpan(random, frame) };
}

/** From a second to more than a release may be blind. */
function randomSpan(random: Random, { spanMs }: Frame): Span {
  const from = random.chance(0.15) ? 0 : random.between(0, spanMs);
  const length = random.weighted([
    [3, random.between(1000, 4000)],
    [1, random.between(4000, 12_000)],
  ]);
  return { from: Math.round(from), to: Math.round(from + length) };
}

function randomWhen(random: Random, { spanMs, stages }: Frame): When {
  if (random.chance(0.3)) return { at: random.whole(0, spanMs) };
  return {
    port: random.weighted([
      [4, "create"],
      [2, "active"],
      [1, "telemetry"],
    ]),
    nth: random.whole(1, stages + 1),
    moment: random.pick(["sent", "served", "answered"]),
    plusMs: random.pick([0, random.whole(1, 100), random.whole(100, 3000)]),
  };
}

const blows = [
  "typed ctrl-c",
  "typed ctrl-c twice",
  "terminal closed",
  "SIGINT",
  "SIGINT twice",
  "SIGTERM",
  "ladder",
  "kill -9 CLI",
  "kill -9 provider",
  "kill -9 all",
] as const satisfies Blow[];

function randomDeath(random: Random, frame: Frame): Death {
  return {
    kind: "death",
    how: random.pick(blows),
    when: randomWhen(random, frame),
    gapMs: random.whole(50, 4000),
  };
}

function randomPerson(random: Random, frame: Frame): Person {
  const when = randomWhen(random, frame);
  if (random.chance(0.35))
    return { kind: "operator", when, orders: random.pick(["approve", "abort", "abort"]) };
  const does = random.pick([
    "hotfix",
    "hotfix",
    "rollback",
    "rollback",
    "promote",
    "split",
    "splitOther",
  ] as const);
  return { kind: "colleague", when, does };
}

function randomApprover(random: Random): Person {
  return {
    kind: "approver",
    afterMs: random.whole(0, 4000),
    by: random.pick(["command", "command", "hand"]),
  };
}
