import type { Random } from "../random";
import type { Frame } from "./generate";
import { randomPlan } from "./plans";
import type { Deed, Person, Port, Restart, When } from "./scenario";

/** Somebody who acts while a release is under way. */
export function randomPerson(random: Random, frame: Frame): Person {
  return random.weighted(makers)(random, frame);
}

type Maker = (random: Random, frame: Frame) => Person;

const deeds: readonly [Deed, ...Deed[]] = [
  "hotfix",
  "rollback",
  "promote",
  "split",
  "splitOther",
  "nextStage",
  "upload",
];

const makers: readonly [readonly [number, Maker], ...(readonly [number, Maker])[]] = [
  [
    5,
    (random, frame) => ({
      kind: "colleague",
      when: randomMoment(random, frame),
      does: random.pick(deeds),
      percent: random.pick([5, 33.33, 50, 95]),
    }),
  ],
  [1, (random, frame) => ({ kind: "aborter", when: randomMoment(random, frame) })],
  [2, (random, frame) => ({ kind: "interrupt", when: randomMoment(random, frame) })],
  [
    4,
    (random, frame) => ({
      kind: "kill",
      when: randomMoment(random, frame),
      restart: random.chance(0.9) ? randomRestart(random, frame) : undefined,
    }),
  ],
  [
    2,
    (random, frame) => ({
      kind: "secondRun",
      when: random.chance(0.3) ? { at: random.between(0, 3000) } : randomMoment(random, frame),
      owner: random.chance(0.6) ? "other" : "same",
      version: random.pick(["same", "another"]),
    }),
  ],
];

/** Somebody who orders what came to the command line later. */
export function randomOrders(random: Random, frame: Frame): Person[] {
  const when = randomMoment(random, frame);
  const forMs = random.pick([2000, 60_000, 900_000]);
  if (random.chance(0.15)) return [{ kind: "holder", when, forMs }];
  return random.chance(0.1) ? [{ kind: "promoter", when }] : [];
}

function randomRestart(random: Random, frame: Frame): Restart {
  return {
    afterMs: random.pick([1000, 20_000, 300_000]),
    owner: random.chance(0.85) ? "same" : "other",
    version: random.chance(0.75) ? "same" : "another",
    plan: random.chance(0.25) ? randomPlan(random, frame.requestsPerSecond) : undefined,
  };
}

/** Half of all moments lie at a call, so that every await point is met; most of those at a write or close to it. */
function randomMoment(random: Random, frame: Frame): When {
  if (random.chance(0.5)) return { at: random.between(0, frame.spanMs * 1.1) };
  const port = random.weighted<Port>([
    [5, "create"],
    [3, "active"],
    [2, "telemetry"],
    [1, "readiness"],
  ]);
  const most = { create: frame.stages + 2, active: 12, telemetry: 12, readiness: 2, deployable: 2 }[port];
  return {
    port,
    nth: random.whole(1, most),
    moment: random.pick(["sent", "served", "answered"]),
    plusMs: random.pick([0, 0, 100, random.whole(1, 5000)]),
  };
}
