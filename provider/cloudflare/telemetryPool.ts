import type Cloudflare from "cloudflare";
import { PortError } from "../rollout/ports";
import { ask } from "./ask";
import type { Budget } from "./budget/budget";
import {
  byWorker,
  countAnswer,
  hasOthersSince,
  isComplete,
  ofVersions,
  type CountAnswer,
} from "./telemetryAnswer";
import { addsUpTo, groupsIn, type KnownGroups } from "./telemetryGroups";
import { bucketsIn, isAutomatic, longestTimeframe, type Span } from "./telemetryGrid";
import { partId, type Part } from "./telemetryParts";
import { countQuery, maxGroups, type Subject } from "./telemetryQuery";

/** Counting a day takes longer than reading a setting. */
const queryTimeoutMs = 20_000;

/** The most Workers that one query asks for. Users report that lists of 500 values work and 2000 do not. */
const mostWorkers = 125;
/** Fewer are not tried for a failure that may pass. */
const fewWorkers = 25;
/** The most numbers that one answer should have: about 8 MB. */
const mostCells = 30_000;
/** Half of what an answer can hold: Workers differ. */
const mostGroups = maxGroups / 2;
/** Two versions with two outcomes, until answers tell. */
const usualGroups = 4;

/** What to count of one Worker. */
export interface Question {
  readonly subject: Subject;
  readonly timeframe: Span;
  readonly part: Part;
  /** Called when another version than the subject's has served lately, as far as the answer can show it. */
  readonly onOthers: () => void;
}

/** One Worker's counts that somebody waits for. */
interface Wanted extends Question {
  readonly resolve: (counted: Counted) => void;
  readonly reject: (error: unknown) => void;
}

/** What was counted for one Worker, in a timeframe that may be longer than what was asked for. */
export interface Counted {
  readonly answer: CountAnswer;
  readonly timeframe: Span;
  /** True when it is known to lack no group. */
  readonly isWhole: boolean;
}

/** The same part of the telemetry, wanted for several Workers at about the same time. */
interface Round {
  readonly id: string;
  readonly part: Part;
  wanted: Wanted[];
}

/** What is known of a part's answers. */
interface Known {
  groupsPerWorker: number;
  together: number;
}

/**
 * Answers what several releases ask of the telemetry at the same time with one query for all their Workers, where it can
 * hold them all. Each of them gets what it would have got by itself.
 */
export class TelemetryPool {
  /** Whether an answer has shown that the API cuts a timeframe into as many buckets as it is told. */
  obeysGranularity = false;
  private readonly rounds = new Map<string, Round>();
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly accountId: string,
    private readonly budget: Budget,
    private readonly groups: KnownGroups,
  ) {}

  /** Counts one part for one Worker. */
  count(client: Cloudflare, question: Question): Promise<Counted> {
    const { subject, timeframe, part } = question;
    return new Promise((resolve, reject) => {
      const id = JSON.stringify([
        partId(part),
        subject.leaveOutHops,
        subject.leaveOutProbes,
        timeframe.bucketMs,
      ]);
      const wanted = { ...question, resolve, reject };
      const round = this.rounds.get(id);
      if (round) {
        round.wanted.push(wanted);
        return;
      }
      const begun = { id, part, wanted: [wanted] };
      this.rounds.set(id, begun);
      void this.budget.gathered().then(() => {
        this.rounds.delete(id);
        return this.carryOut(client, begun);
      });
    });
  }

  private async carryOut(client: Cloudflare, { id, part, wanted }: Round): Promise<void> {
    const known = this.known.get(id) ?? { groupsPerWorker: usualGroups, together: mostWorkers };
    this.known.set(id, known);
    let requests = 0;
    for (const near of nearInTime(wanted)) {
      for (const batch of batches(near, known)) requests += await this.ask(client, part, batch, known);
    }
    const { bucketMs, to } = timeframeOf(wanted);
    // What ends now will be asked again: the past is asked once.
    if (to > this.budget.now() - bucketMs) this.budget.cost(id, requests, wanted.length, bucketMs);
  }

  /** Asks for all of a batch, or for its halves where the answer cannot hold it. Tells how many requests that took. */
  private async ask(client: Cloudflare, part: Part, batch: readonly Wanted[], known: Known): Promise<number> {
    const subjects = subjectsOf(batch);
    try {
      const counted = await this.query(client, part, subjects, timeframeOf(batch));
      known.groupsPerWorker = Math.max(usualGroups, groupsIn(counted.answer) / subjects.length);
      if (subjects.length > 1 && !(await this.isWhole(client, part, subjects, counted))) {
        const [first, second] = inHalves(batch);
        const more = await this.ask(client, part, first, known);
        return 1 + more + (await this.ask(client, part, second, known));
      }
      if (subjects.length === 1) for (const { resolve } of batch) resolve(counted);
      else handOut(batch, { ...counted, isWhole: true });
    } catch (error) {
      known.together = afterFailure(error, subjects.length, known.together);
      for (const { reject } of batch) reject(error);
    }
    return 1;
  }

  /** A count without groups, which lacks none. */
  async total(
    client: Cloudflare,
    subjects: readonly Subject[],
    timeframe: Span,
    part: Part,
  ): Promise<CountAnswer> {
    return (await this.query(client, part, subjects, timeframe, "all")).answer;
  }

  /** Whether an answer for several Workers lacks no group. */
  private async isWhole(
    client: Cloudflare,
    part: Part,
    subjects: readonly Subject[],
    { answer, timeframe }: Counted,
  ): Promise<boolean> {
    const groups = groupsIn(answer);
    if (groups >= maxGroups) return false;
    if (!this.groups.mayLack(groups)) return true;
    // What has come meanwhile is in the total alone: then the halves are asked for.
    if (!addsUpTo(await this.total(client, subjects, timeframe, part), answer)) return false;
    this.groups.learn(groups);
    return true;
  }

  private async query(
    client: Cloudflare,
    part: Part,
    subjects: readonly Subject[],
    timeframe: Span,
    by: "groups" | "all" = "groups",
  ): Promise<Counted> {
    const [first] = subjects;
    const whose =
      subjects.length === 1 ? `Worker "${first?.scriptName ?? ""}"` : `${subjects.length} Workers`;
    const what = `Reading the telemetry of ${whose}`;
    const question = {
      ...{ what, permission: "Workers Observability Read", timeoutMs: queryTimeoutMs },
      urgency: "telemetry" as const,
    };
    const body = { account_id: this.accountId, ...countQuery(subjects, timeframe, part, by) };
    const answer = await ask(client, question, countAnswer, (options) =>
      client.workers.observability.telemetry.query(body, options),
    );
    if (!isAutomatic(timeframe) && answer.run?.granularity === timeframe.bucketMs)
      this.obeysGranularity = true;
    if (isComplete(answer)) return { answer, timeframe, isWhole: false };
    throw new PortError("unavailable", `${what} was answered before the query was complete.`);
  }
}

/** Others that have served for longer than that may be on their way out since a deployment before. */
const latelyMs = 60_000;

/** Gives each Worker its own part of an answer. */
function handOut(batch: readonly Wanted[], { answer, timeframe, isWhole }: Counted): void {
  const answers = byWorker(answer);
  const nothing = { ...answer, calculations: [] };
  for (const { subject, resolve, onOthers } of batch) {
    const own = answers.get(subject.scriptName) ?? nothing;
    if (hasOthersSince(own, subject.versionIds, timeframe.to - latelyMs)) onOthers();
    resolve({ timeframe, isWhole, answer: ofVersions(own, subject.versionIds) });
  }
}

/** A query may be too large to be taken, which the next one then is not. What the service orders says nothing of that. */
function afterFailure(error: unknown, asked: number, together: number): number {
  if (!(error instanceof PortError) || error.retryAfterMs !== undefined || asked === 1) return together;
  const least = error.failure === "unavailable" ? Math.min(together, fewWorkers) : 1;
  return Math.max(least, Math.min(together, Math.ceil(asked / 2)));
}

/** Each Worker once, with all the versions that are asked for. */
function subjectsOf(batch: readonly Wanted[]): readonly Subject[] {
  const subjects = new Map<string, Subject>();
  for (const { subject } of batch) {
    const { versionIds = [] } = subjects.get(subject.scriptName) ?? {};
    const all = [...new Set([...versionIds, ...subject.versionIds])];
    subjects.set(subject.scriptName, { ...subject, versionIds: all });
  }
  return [...subjects.values()];
}

/** The timeframe that holds those of all. */
function timeframeOf(batch: readonly Wanted[]): Span {
  return batch.map(({ timeframe }) => timeframe).reduce(spanOf);
}

/** Looks that begin a little apart are asked together. */
const shortTimeframe = 72;
const alike = 1.25;

/**
 * Groups whose timeframes fit into one query. Who has much to catch up with is not among those who have not: all of them
 * would be asked for as much.
 */
function nearInTime(wanted: readonly Wanted[]): readonly (readonly Wanted[])[] {
  const groups: { all: Span; most: number; readonly of: Wanted[] }[] = [];
  for (const one of wanted.toSorted((a, b) => b.timeframe.from - a.timeframe.from)) {
    const { timeframe } = one;
    const last = groups.at(-1);
    const all = last && spanOf(last.all, timeframe);
    if (last && all && bucketsIn(all) <= last.most) {
      last.all = all;
      last.of.push(one);
    } else {
      const most = Math.min(longestTimeframe, Math.max(shortTimeframe, alike * bucketsIn(timeframe)));
      groups.push({ all: timeframe, most, of: [one] });
    }
  }
  return groups.map(({ of }) => of);
}

function spanOf(a: Span, b: Span): Span {
  return { ...a, from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

/** Pieces of a group that one answer should be able to hold. The same Worker is in one of them. */
function batches(group: readonly Wanted[], { groupsPerWorker, together }: Known): readonly Wanted[][] {
  const cells = mostCells / bucketsIn(timeframeOf(group));
  const most = Math.floor(Math.min(cells, mostGroups) / groupsPerWorker);
  const size = Math.max(1, Math.min(most, together, mostWorkers));
  const byWorker = [...Map.groupBy(group, ({ subject }) => subject.scriptName).values()];
  const count = Math.ceil(byWorker.length / size);
  // Of about the same size each, so that what one holds tells of the others.
  return Array.from({ length: count }, (_, index) =>
    byWorker
      .slice(
        Math.floor((index * byWorker.length) / count),
        Math.floor(((index + 1) * byWorker.length) / count),
      )
      .flat(),
  );
}

function inHalves(batch: readonly Wanted[]): readonly [Wanted[], Wanted[]] {
  const byWorker = [...Map.groupBy(batch, ({ subject }) => subject.scriptName).values()];
  const middle = Math.floor(byWorker.length / 2);
  return [byWorker.slice(0, middle).flat(), byWorker.slice(middle).flat()];
}
