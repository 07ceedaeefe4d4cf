import { dependenciesOf } from "../../host/dependencies";
import type { RunLine, Start } from "../../dashboard/ports";
import type { ReleasePlan } from "../../plan/types";
import { systemClock } from "../../pulumi/clock";
import { run } from "../../rollout/run";
import type { ReleaseView } from "../../view/schema";
import { ownerOf, requestFor } from "../run/request";
import { inCommandWords } from "../run/words";
import type { AccountAccess } from "./access";

/** What a run says of itself. */
export interface RunSaid {
  line: string;
  /** Whether it has told what happens: before that it has not deployed anything. */
  hasBegun: boolean;
  readonly versionId: string;
}

/** A release that this process drives. */
interface Running extends RunSaid {
  readonly end: Promise<unknown>;
  readonly interruption: AbortController;
}

/** How a run has ended here. */
export interface EndedRun {
  readonly scriptName: string;
  /** In words. */
  readonly line: string;
  /** The release that it drove; undefined where none began. */
  readonly releaseId: string | undefined;
}

/** The releases that were started from the page: the same run as that of `workers-release run`. */
export class Runs {
  private readonly running = new Map<string, Running>();
  private readonly over = new Map<string, EndedRun>();
  private isStopping = false;

  constructor(private readonly access: AccountAccess) {}

  /**
   * What the run of a Worker's release here says; undefined where there was none, or another release came after it.
   *
   * @param release the release that the Worker's deployment tells of, if any
   */
  lineOf(scriptName: string, release: (Pick<ReleaseView, "id"> & ReleaseSeen) | null): RunLine | undefined {
    const running = this.running.get(scriptName);
    if (running !== undefined) return { line: lineBeside(release, running), isOver: false };
    const over = this.over.get(scriptName);
    if (over?.releaseId === undefined) return undefined;
    return release === null || release.id === over.releaseId ? { line: over.line, isOver: true } : undefined;
  }

  /** Whether a run that is started here goes on with a release: an earlier one of the same owner has left it. */
  goesOnWith({ owner }: Pick<ReleaseView, "owner">, scriptName: string): boolean {
    return owner === ownerOf(undefined) && !this.running.has(scriptName);
  }

  /** How many releases would be without their run if this process ended now. */
  get count(): number {
    return this.running.size;
  }

  /**
   * Starts a release.
   *
   * @param retry another value than before releases a version again that was aborted
   * @returns what has begun, or how it has ended at once
   * @throws Error when it does not begin
   */
  start(
    { scriptName, versionId, retry }: Pick<Start, "scriptName" | "versionId" | "retry">,
    plan: ReleasePlan,
  ): Promise<string> {
    if (this.isStopping) throw new Error("The dashboard is being stopped. Nothing was started.");
    if (this.running.has(scriptName)) throw new Error(stillRuns(scriptName));
    const request = requestFor({ accountId: this.access.accountId, scriptName, versionId, retry, plan });
    return new Promise((begun, refused) => {
      this.drive(request, begun, refused);
    });
  }

  /** @param begun is told the first thing that happens, or how it has ended at once */
  private drive(
    request: ReturnType<typeof requestFor>,
    begun: (line: string) => void,
    refused: (error: Error) => void,
  ): void {
    const { accountId, scriptName, plan } = request;
    const interruption = new AbortController();
    const status = (line: string): void => {
      const mine = this.running.get(scriptName);
      if (mine !== undefined) mine.line = inCommandWords(line);
    };
    const said: string[] = [];
    const event = (line: string): void => {
      status(line);
      said.push(inCommandWords(line));
      // Warnings come before anything has begun.
      if (line.startsWith("Warning:")) return;
      const mine = this.running.get(scriptName);
      if (mine !== undefined) mine.hasBegun = true;
      begun(said.join(" "));
    };
    const dependencies = dependenciesOf({
      ...{ connection: this.access.connection, worker: { accountId, scriptName }, plan },
      ...{ progress: { status, event }, clock: systemClock, interruption: interruption.signal },
    });
    const end = run(request, dependencies).then(
      ({ reason, releaseId }) => {
        begun(this.ended(scriptName, reason, releaseId));
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        refused(new Error(this.ended(scriptName, reason, undefined), { cause: error }));
      },
    );
    const { versionId } = request;
    this.running.set(scriptName, { line: "It begins.", hasBegun: false, versionId, end, interruption });
  }

  /** Stops all runs as their plans say, and waits until each has left its traffic in order. Returns how each has ended. */
  async stop(): Promise<readonly EndedRun[]> {
    this.isStopping = true;
    const all = [...this.running];
    for (const [, { interruption }] of all) interruption.abort();
    await Promise.all(all.map(([, { end }]) => end));
    return all.flatMap(([scriptName]) => this.over.get(scriptName) ?? []);
  }

  /** Returns how it has ended, as it is told here. */
  private ended(scriptName: string, reason: string, releaseId: string | undefined): string {
    const line = inCommandWords(reason);
    this.running.delete(scriptName);
    this.over.set(scriptName, { scriptName, line, releaseId });
    return line;
  }
}

type ReleaseSeen = Pick<ReleaseView, "newVersionId" | "endedAt">;

/** What a run says beside what is seen of the release: an order may have ended that since its last look. */
export function lineBeside(release: ReleaseSeen | null, { line, hasBegun, versionId }: RunSaid): string {
  const isEnding = hasBegun && release?.newVersionId === versionId && release.endedAt !== null;
  return isEnding ? "It learns at its next look that the release is over." : line;
}

function stillRuns(scriptName: string): string {
  return (
    `The last release of ${scriptName} that was started here has not ended yet: its run learns of an order at its next ` +
    "look. Nothing was started; try again in some seconds."
  );
}
