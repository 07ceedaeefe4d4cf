import { dependenciesOf } from "../../host/dependencies";
import type { RunLine, Start } from "../../dashboard/ports";
import type { ReleasePlan } from "../../plan/types";
import { systemClock } from "../../pulumi/clock";
import { run } from "../../rollout/run";
import { requestFor } from "../run/request";
import { inCommandWords } from "../run/words";
import type { AccountAccess } from "./access";

/** A release that this process drives. */
interface Running {
  line: string;
  readonly end: Promise<unknown>;
  readonly interruption: AbortController;
}

/** The releases that were started from the page: the same run as that of `workers-release run`. */
export class Runs {
  private readonly running = new Map<string, Running>();
  private readonly over = new Map<string, RunLine>();

  constructor(private readonly access: AccountAccess) {}

  /** What the run of a Worker's release here says; undefined where there was none. */
  lineOf(scriptName: string): RunLine | undefined {
    const running = this.running.get(scriptName);
    return running ? { line: running.line, isOver: false } : this.over.get(scriptName);
  }

  /** How many releases would be without their run if this process ended now. */
  get count(): number {
    return this.running.size;
  }

  /**
   * Starts a release.
   *
   * @returns what has begun, or how it has ended at once
   * @throws Error when it does not begin
   */
  start(
    { scriptName, versionId }: Pick<Start, "scriptName" | "versionId">,
    plan: ReleasePlan,
  ): Promise<string> {
    if (this.running.has(scriptName)) throw new Error(stillRuns(scriptName));
    const request = requestFor({ accountId: this.access.accountId, scriptName, versionId, plan });
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
      if (!line.startsWith("Warning:")) begun(said.join(" "));
    };
    const dependencies = dependenciesOf({
      ...{ connection: this.access.connection, worker: { accountId, scriptName }, plan },
      ...{ progress: { status, event }, clock: systemClock, interruption: interruption.signal },
    });
    const end = run(request, dependencies).then(
      ({ reason }) => {
        begun(this.ended(scriptName, reason));
      },
      (error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        refused(new Error(this.ended(scriptName, reason), { cause: error }));
      },
    );
    this.running.set(scriptName, { line: "It begins.", end, interruption });
  }

  /** Stops all runs as their plans say, and waits until each has left its traffic in order. */
  async stop(): Promise<void> {
    const all = [...this.running.values()];
    for (const { interruption } of all) interruption.abort();
    await Promise.all(all.map(({ end }) => end));
  }

  /** Returns how it has ended, as it is told here. */
  private ended(scriptName: string, reason: string): string {
    const line = inCommandWords(reason);
    this.running.delete(scriptName);
    this.over.set(scriptName, { line, isOver: true });
    return line;
  }
}

function stillRuns(scriptName: string): string {
  return (
    `The last release of ${scriptName} that was started here has not ended yet: its run learns of an order at its next ` +
    "look. Nothing was started; try again in some seconds."
  );
}
