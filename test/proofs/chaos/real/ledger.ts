import type { Edge } from "../../../../edge";
import type { Outcome } from "../../../../provider/rollout/outcome";
import type { Deployment } from "../../../../provider/rollout/ports";
import { readMessage } from "../../../../provider/rollout/record/recordText";
import { clientOf } from "../../../edge/support";
import type { Order } from "../driver";
import { originalOf } from "../invariants/facts";
import type { Author, Call, Commit, Line, Read, RunLog, Write } from "../log";
import type { Story } from "../simulate";

/** The deployments of a Worker as the API lists them, newest first. */
interface Listed {
  readonly id: string;
  readonly created_on: string;
  readonly source: string;
  readonly author_email: string;
  readonly annotations?: { readonly "workers/message"?: string };
  readonly versions: readonly { readonly version_id: string; readonly percentage: number }[];
}

/** A look at the deployments: when, and the list as it was answered. */
interface Look {
  readonly at: number;
  readonly deployments: readonly Listed[];
}

/** Cloudflare lists the ten newest deployments; nobody makes as many between two looks. */
const lookEveryMs = 150;

/** What truly happened to one Worker: its deployments, read from the edge directly and all the time, and who made them. */
export class Ledger {
  readonly lines: Line[] = [];
  private readonly runs: LoggedRun[] = [];
  /** Oldest first. */
  private readonly made: Listed[] = [];
  private readonly looks: Look[] = [];
  private readonly authors = new Map<string, Author>();
  private readonly start = Date.now();
  private watching = true;
  private watched: Promise<void> | undefined;

  constructor(
    private readonly edge: Edge,
    private readonly scriptName: string,
  ) {}

  /** Looks at what serves before anybody acts, and from then on. */
  async begin(): Promise<void> {
    await this.look();
    for (const { id } of this.made) this.authors.set(id, { kind: "before" });
    this.watched = this.watch();
  }

  /** Looks for the last time. */
  async end(): Promise<void> {
    this.watching = false;
    await this.watched;
    await this.look();
  }

  say(who: string, text: string): void {
    this.lines.push({ at: Date.now() - this.start, who, text, isRoutine: false });
  }

  /** Notes who made a deployment. */
  madeBy(id: string, by: Author): void {
    this.authors.set(id, by);
  }

  startRun(name: string, order: Order): LoggedRun {
    const run = new LoggedRun(name, order);
    this.runs.push(run);
    return run;
  }

  /** The deployment that is active, as of the last look. */
  get active(): Commit | undefined {
    return this.commits().at(-1);
  }

  /** The list of deployments as it was a while ago: the oldest one known, if that is too long. */
  listed(agoMs: number): readonly unknown[] {
    const at = Date.now() - agoMs;
    return (this.looks.findLast((look) => look.at <= at) ?? this.looks[0])?.deployments ?? [];
  }

  async look(): Promise<void> {
    const account = { account_id: this.edge.accountId };
    const { result } = await clientOf(this.edge).workers.scripts.deployments.list(this.scriptName, account);
    const { deployments } = result as unknown as { deployments: Listed[] };
    this.looks.push({ at: Date.now(), deployments });
    const known = new Set(this.made.map(({ id }) => id));
    this.made.push(...deployments.toReversed().filter(({ id }) => !known.has(id)));
  }

  /** What is held against the invariants. It has no telemetry and no scenario of the simulation. */
  story(): Story {
    const commits = this.commits();
    const byId = new Map(commits.map((commit) => [commit.deployment.id, commit]));
    for (const run of this.runs) run.resolve(byId);
    const absent = (): never => {
      throw new Error("real releases have no such thing");
    };
    return {
      start: this.start,
      end: Date.now(),
      commits,
      runs: this.runs.map(({ log }) => log),
      endless: this.runs.map(({ log }) => log).find(isEndless),
      unhandled: [],
      hits: new Map(),
      lines: this.lines,
      isDeployable: () => true,
      telemetryAt: absent,
      get scenario(): never {
        return absent();
      },
    };
  }

  private async watch(): Promise<void> {
    while (this.watching) {
      await this.look();
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  private commits(): Commit[] {
    const commits: Commit[] = [];
    for (const [index, listed] of this.made.entries()) {
      const at = Date.parse(listed.created_on);
      const text = listed.annotations?.["workers/message"] ?? "";
      // Nobody forges one here.
      const { record, sentence: message = text } = readMessage(text) ?? {};
      const deployment: Deployment = {
        id: listed.id,
        createdAt: at,
        createdOn: listed.created_on,
        split: listed.versions.map(({ version_id, percentage }) => ({
          versionId: version_id,
          percent: percentage,
        })),
        ...{ record, isUnproven: false, message },
        author: `${listed.author_email} with ${listed.source}`,
        byUpload: false,
      };
      const by: Author = this.authors.get(listed.id) ?? { kind: "colleague", does: "hotfix" };
      const original = originalOf(deployment, by, commits);
      commits.push({
        index,
        ...{ at, effectiveAt: at, visibleAt: at },
        ...{ by: original?.by ?? by, againBy: original && by },
        ...{ deployment, record },
      });
    }
    return commits;
  }
}

function isEndless({ endedAt, killedAt }: RunLog): boolean {
  return endedAt === undefined && killedAt === undefined;
}

/** A call of a run on its way: what it showed or made is found by its id, once all deployments are known. */
export interface LoggedCall {
  readonly call: Call;
  /** The deployment that a read showed first, or that a write made. */
  deploymentId: string | undefined;
}

/** One `pulumi up` as it was seen from outside. */
export class LoggedRun {
  readonly log: RunLog;
  private readonly calls: LoggedCall[] = [];

  constructor(name: string, order: Order) {
    this.log = {
      ...{ name, order, startedAt: Date.now(), reads: [], writes: [], telemetry: [], gates: [] },
      ...{ endedAt: undefined, killedAt: undefined, interruptedAt: undefined },
      ...{ outcome: undefined, thrown: undefined, mostPending: 0, mostListeners: 0 },
    };
  }

  read(): LoggedCall {
    const read: Read = { ...newCall(), shown: undefined };
    this.log.reads.push(read);
    return this.remember(read);
  }

  write(split: Write["split"], text: string, isForced: boolean): LoggedCall {
    const { record, sentence: message = text } = readMessage(text) ?? {};
    const write: Write = { ...newCall(), split, message, record, isForced, commit: undefined };
    this.log.writes.push(write);
    return this.remember(write);
  }

  end(outcome: Outcome | undefined, thrown: unknown, endedAt = Date.now()): void {
    Object.assign(this.log, { outcome, thrown, endedAt });
  }

  /** Fills in what only the whole list of deployments tells. */
  resolve(commits: ReadonlyMap<string, Commit>): void {
    for (const { call, deploymentId = "" } of this.calls) {
      const commit = commits.get(deploymentId);
      Object.assign(call, "shown" in call ? { shown: commit } : { commit });
    }
    // The release's name is its own choice; its deployments tell it.
    const [first] = this.log.writes.flatMap(({ record }) => record ?? []);
    if (first) Object.assign(this.log.order, { releaseId: first.run });
  }

  private remember(call: Read | Write): LoggedCall {
    const logged = { call, deploymentId: undefined };
    this.calls.push(logged);
    return logged;
  }
}

function newCall(): Call {
  return { sentAt: Date.now(), servedAt: undefined, answeredAt: undefined, failure: undefined };
}
