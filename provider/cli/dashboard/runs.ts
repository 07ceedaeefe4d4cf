import { hostname } from "node:os";
import { dependenciesOf } from "../../host/dependencies";
import { newReleaseId, ownerFrom } from "../../host/identity";
import type { RunLine, Start } from "../../dashboard/ports";
import type { Plan } from "../../plan/plan";
import { systemClock } from "../../pulumi/clock";
import { run } from "../../rollout/run";
import { operator } from "../worker";
import type { AccountAccess } from "./access";

/** A release that this process drives. */
interface Running {
  readonly versionId: string;
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
  async start(
    { scriptName, versionId }: Pick<Start, "scriptName" | "versionId">,
    plan: Plan,
  ): Promise<string> {
    if (this.running.has(scriptName)) throw new Error(`A release of ${scriptName} runs here already.`);
    const { accountId, connection } = this.access;
    const interruption = new AbortController();
    return new Promise((resolve, reject) => {
      const tell = (line: string): void => {
        const mine = this.running.get(scriptName);
        if (mine !== undefined) mine.line = line;
      };
      const progress = {
        status: tell,
        event: (line: string) => {
          tell(line);
          resolve(line);
        },
      };
      const dependencies = dependenciesOf({
        ...{ connection, plan, progress, clock: systemClock },
        worker: { accountId, scriptName },
        interruption: interruption.signal,
      });
      const names = {
        releaseId: newReleaseId(),
        scriptName,
        versionId,
        owner: ownerFrom(`workers-release run\n${operator()}@${hostname()}`),
      };
      const request = { ...names, plan, retry: "", findingBefore: undefined, takeOver: undefined };
      const end = run(request, dependencies).then(
        ({ reason }) => {
          this.ended(scriptName, reason);
          resolve(reason);
        },
        (error: unknown) => {
          const reason = error instanceof Error ? error.message : String(error);
          this.ended(scriptName, reason);
          reject(new Error(reason, { cause: error }));
        },
      );
      this.running.set(scriptName, { versionId, line: "It begins.", end, interruption });
    });
  }

  /** Stops all runs as their plans say, and waits until each has left its traffic in order. */
  async stop(): Promise<void> {
    const all = [...this.running.values()];
    for (const { interruption } of all) interruption.abort();
    await Promise.all(all.map(({ end }) => end));
  }

  private ended(scriptName: string, line: string): void {
    this.running.delete(scriptName);
    this.over.set(scriptName, { line, isOver: true });
  }
}
