import type { Piece, Scenario, Traffic } from "../scenario/scenario";

/** A release of three stages on a calm day, without anything that the code under test is known to get wrong. */
export function calmDay(pieces: readonly Piece[] = [], bad?: Traffic["bad"]): Scenario {
  return {
    seed: 1,
    plan: {
      slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
      stages: [
        { percent: 10, soakTime: "3m" },
        { percent: 50, soakTime: "3m" },
        { percent: 100, soakTime: "3m" },
      ],
    },
    before: "old",
    traffic: { requestsPerSecond: 50, bad },
    network: "calm",
    propagationMs: 2000,
    ingestMs: [2000, 5000],
    clock: { ms: 0, jumpAt: 0, thenMs: 0 },
    uploadsSinceOld: 0,
    again: [],
    pieces,
  };
}

/** A version that fails from its first request on. */
export const badFromTheStart: Traffic["bad"] = { version: "new", share: 0.2, from: 0, to: Infinity };

/** Somebody deploys a fix in the middle of the second stage. */
export const hotfix: Piece = { id: 0, kind: "colleague", when: { at: 300_000 }, does: "hotfix", percent: 0 };

/** Somebody deploys a fix in the moment in which the second stage is sent. */
export const crossing: Piece = {
  ...{ id: 0, kind: "colleague", when: { port: "create", nth: 2, moment: "sent", plusMs: 0 } },
  ...{ does: "hotfix", percent: 0 },
};

/** Somebody holds the second stage for ten minutes. */
export const held: Piece = { id: 0, kind: "holder", when: { at: 300_000 }, forMs: 600_000 };

/** A gate before the second stage is shut for ten minutes. */
export function gated(day: Scenario): Scenario {
  const [first, ...rest] = day.plan.stages;
  const stages = [first, ...rest.map((stage) => ({ ...stage, gate: { url: "https://gates.example.com/" } }))];
  const gates: Scenario["gates"] = { says: "later", shut: [{ from: 0, to: 600_000 }] };
  return { ...day, gates, plan: { ...day.plan, stages: stages.filter((stage) => stage !== undefined) } };
}

/** The write of the last stage is lost. */
export const lostWrite: Piece = { id: 0, kind: "badWrite", nth: 3, how: "lostError", ms: 0 };

/** The same program is started again while its first process lives on. */
export const replaced: Piece = {
  id: 0,
  kind: "secondRun",
  when: { at: 300_000 },
  owner: "same",
  version: "another",
};
