import type { Plan } from "../plan/plan";
import type { Outcome } from "../rollout/outcome";
import { alone, type Deployment, type Pace } from "../rollout/ports";
import type { Dependencies, ReleaseRequest } from "../rollout/release";
import type { SloReport } from "../rollout/report";
import { run } from "../rollout/run";
import { Traffic, type Fault } from "./traffic";
import { ReplayClock } from "./world/clock";
import { ReplayDeployments } from "./world/deployments";
import { ReplayProbes } from "./world/probes";
import { ReplayTelemetry } from "./world/telemetry";
import { endOf, type Trace } from "./trace";
import type { Usual } from "./usual";

/** What is replayed: what an old version served, and a plan by which it would have been replaced. */
export interface History {
  readonly plan: Plan;
  readonly trace: Trace;
  readonly usual: Usual;
}

/** One release that did not take place. */
export interface Replayed {
  /** When it would have begun, in milliseconds since the epoch. */
  readonly at: number;
  /** The same seed draws the same requests. */
  readonly seed: string;
  /** What is wrong with its version, and from which stage on, counted from 0. Default: nothing is. */
  readonly fault?: Fault & { readonly fromStage: number };
}

/**
 * How a replay ended:
 * - `completed`;
 * - `violated`: aborted since an SLO was;
 * - `insufficient`, `unsure`: not gone on with since an SLO had seen too few requests, or left a doubt at the end of a soak;
 * - `other`: put back for another reason, which `finding` tells;
 * - `ranOut`: the trace ended before the release did.
 */
export type EndingKind = "completed" | "violated" | "insufficient" | "unsure" | "other" | "ranOut";

/** What one stage of a replay has shown. */
export interface StageSeen {
  /** Counted from 0. */
  readonly stage: number;
  /** Both in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly slos: readonly SloReport[];
}

/** How a replay went. */
export interface Replay {
  readonly at: number;
  readonly kind: EndingKind;
  /** The name of the SLO that ended it; undefined where none did. */
  readonly slo: string | undefined;
  /** What was found, in words; undefined where the release is complete. */
  readonly finding: string | undefined;
  /** The stage in which it ended, counted from 0. */
  readonly stage: number;
  /** When the decision was made, in milliseconds since the epoch. */
  readonly endedAt: number;
  /** Since when the version was faulty, in milliseconds since the epoch; undefined where it was not, or never served. */
  readonly faultySince: number | undefined;
  readonly stages: readonly StageSeen[];
}

const versions = { old: "old", new: "new" } as const;

/** Carries out a release by the real rules on what was served, in no time. */
export async function replay(history: History, replayed: Replayed): Promise<Replay> {
  const { plan, trace } = history;
  const { at, fault } = replayed;
  const stop = new AbortController();
  const clock = new ReplayClock(at, stop.signal);
  const watch = new Watch(fault?.fromStage, () => {
    stop.abort();
  });
  const deployments = new ReplayDeployments(clock, versions.old, (made) => {
    watch.see(made);
  });
  const isFaulty = (time: number): boolean => watch.faultySince !== undefined && watch.faultySince <= time;
  const splits = {
    share: (from: number, to: number) => deployments.share(versions.new, from, to),
    isFaulty,
  };
  const traffic = new Traffic(trace, history.usual, replayed.seed, splits, fault);
  const telemetry = new ReplayTelemetry(plan, clock, traffic, versions.new);
  const dependencies: Dependencies = {
    ...{ deployments, telemetry, witness: telemetry, clock, interruption: stop.signal },
    probes: new ReplayProbes(clock, at, (sentAt) => !(fault?.times === Infinity && isFaulty(sentAt))),
    progress: { status: () => undefined, event: () => undefined },
    random: () => 0.5,
    pace: paceOf(plan, {
      now: () => clock.now(),
      faultySince: () => watch.faultySince,
      runOut: () => {
        if (clock.now() >= endOf(trace)) watch.runOut();
      },
    }),
  };
  const outcome = await run(requestFor(plan), dependencies);
  return {
    at,
    ...watch.ending(outcome, clock.now()),
    faultySince: watch.faultySince,
    stages: seenIn(outcome, plan),
  };
}

/** An approval is taken to come at once, and so is the end of a freeze: how long they take is not in the telemetry. */
function requestFor(plan: Plan): ReleaseRequest {
  const stages = plan.stages.map(({ percent, soakMs }) => ({
    percent,
    soakMs,
    progression: "automatic" as const,
  }));
  return {
    ...{
      releaseId: "backtest",
      scriptName: "backtest",
      versionId: versions.new,
      retry: "",
      owner: "backtest",
    },
    ...{ plan: { ...plan, stages, freezes: [] }, findingBefore: undefined, takeOver: undefined },
  };
}

interface Times {
  readonly now: () => number;
  readonly faultySince: () => number | undefined;
  readonly runOut: () => void;
}

/** So many looks are made of a release with which nothing is wrong, beside those at the ends of its soaks. */
export const calmLooks = 12;
/** Rarer than that they are not. */
const rarestMs = 300_000;
/** Once something is wrong, each look is later than the one before by this part of the time since then. */
const laterEachTime = 0.15;

/**
 * Looks are rarer than a release's: evidence that is conclusive at one of its looks still is at the next of these. How long
 * it takes to find a faulty version is so told to within 15 %, or a look.
 */
function paceOf(plan: Plan, { now, faultySince, runOut }: Times): Pace {
  const poll = plan.pollIntervalMs;
  const whole = (ms: number): number => Math.max(poll, Math.floor(ms / poll) * poll);
  const calmMs = whole(Math.min(rarestMs, soakMsOf(plan) / calmLooks));
  const everyMs = (): number => {
    const since = faultySince();
    return since === undefined ? calmMs : whole(Math.min(rarestMs, laterEachTime * (now() - since)));
  };
  return {
    ...alone,
    interval: () => ({ everyMs: everyMs(), deploymentsEveryMs: everyMs() }),
    untilNextMs: () => {
      runOut();
      return everyMs();
    },
  };
}

/** How long the soaks of a plan take together, in milliseconds. */
export function soakMsOf({ stages }: Plan): number {
  return stages.reduce((sum, { soakMs }) => sum + soakMs, 0);
}

/** Follows a replay by its deployments. */
class Watch {
  faultySince: number | undefined;
  private last: Deployment | undefined;
  private stage = 0;
  private isAsked = false;
  private isRunOut = false;

  constructor(
    private readonly faultyFromStage: number | undefined,
    private readonly stop: () => void,
  ) {}

  see(made: Deployment): void {
    const { record, createdAt } = made;
    if (record === undefined) return;
    if (!this.isAsked) this.last = made;
    this.stage = record.stage;
    if (record.phase === "soak" && record.stage === this.faultyFromStage) this.faultySince = createdAt;
    // Nobody is there to be asked. What comes after the decision is of no interest.
    if (record.phase === "wait") this.isAsked = true;
    if (record.phase !== "soak") this.stop();
  }

  runOut(): void {
    this.isRunOut = true;
    this.stop();
  }

  ending(outcome: Outcome, now: number): Pick<Replay, "kind" | "slo" | "finding" | "stage" | "endedAt"> {
    const { stage } = this;
    const endedAt = this.last?.createdAt ?? now;
    const { finding } = outcome;
    if (outcome.status === "completed") {
      return { kind: "completed", slo: undefined, finding: undefined, stage, endedAt };
    }
    if (this.isRunOut) return { kind: "ranOut", slo: undefined, finding, stage, endedAt: now };
    return { ...culpritIn(outcome), finding, stage, endedAt };
  }
}

/** What ended a release, by the verdicts of its last stage. */
function culpritIn({ stages, status }: Outcome): Pick<Replay, "kind" | "slo"> {
  const judged = stages.at(-1)?.slos.filter(({ observeOnly }) => !observeOnly) ?? [];
  const kinds = status === "aborted" ? (["violated"] as const) : (["unsure", "insufficient"] as const);
  for (const kind of kinds) {
    const slo = judged.find(({ verdict }) => verdict === kind);
    if (slo !== undefined) return { kind, slo: slo.name };
  }
  return { kind: "other", slo: undefined };
}

function seenIn({ stages }: Outcome, plan: Plan): readonly StageSeen[] {
  return stages.map(({ percent, startedAt, endedAt, slos }) => ({
    stage: plan.stages.findIndex((stage) => stage.percent === percent),
    ...{ startedAt: Date.parse(startedAt), endedAt: Date.parse(endedAt), slos },
  }));
}
