import colors from "picocolors";
import type { StageReport } from "../../../provider/rollout/report";
import { announce } from "./announce";
import { bounds, type Load } from "./load";
import type { ReleaseState, Stack } from "./stack";
import { tableOf, type Known } from "./table";
import type { Worker } from "./worker";

/** What came of one `pulumi up`. */
interface Update {
  readonly exitCode: number;
  /** What Pulumi knows of the release; undefined when it knows of none. */
  readonly release: ReleaseState | undefined;
  /** The version that serves all traffic alone afterwards; undefined when there is none. */
  readonly serves: string | undefined;
}

/** The story of three versions: one to begin with, one that is released, and one that must not be. */
export class Story implements Known {
  readonly versions = new Map<string, string>();
  readonly reports = new Map<string, readonly StageReport[]>();

  constructor(
    private readonly stack: Stack,
    private readonly worker: Worker,
    private readonly load: Load,
    private readonly signal: AbortSignal,
  ) {}

  /** Tells it. True when version 2 was completed and version 3 aborted and reverted. */
  async tell(): Promise<boolean> {
    announce("Version 1 goes live at once: there is nothing yet to release it from.");
    const first = await this.up("version 1", { label: "first" });
    if (!wasCompleted(first)) throw new Error("version 1 is not live; what Pulumi said above tells why.");
    await this.worker.enable();

    announce(`Users come: ${bounds.perSecond} requests a second, of which one in 20 is slow.`);
    this.load.start();

    announce("Version 2 is as good as version 1. It is released in five stages and must pass them all.");
    const second = await this.up("version 2", { label: "second" });
    if (!wasCompleted(second)) return this.end(`Version 2 should have been released: ${this.found(second)}`);

    announce(
      "Version 3 answers one request in 20 with a 500, the plan allows one in 100. It must be caught.",
    );
    const third = await this.up("version 3", { label: "third", badLuck: "error" });
    if (!wasAborted(third, second))
      return this.end(`Version 3 should have been caught: ${this.found(third)}`);
    return this.end();
  }

  private async up(name: string, config: Record<string, string>): Promise<Update> {
    console.log(colors.dim(`$ ${this.stack.upCommand(config).join(" ")}`));
    const exitCode = await this.stack.up(config, this.signal);
    const release = await this.stack.release();
    if (release && !this.versions.has(release.versionId)) {
      this.versions.set(release.versionId, name);
      this.reports.set(release.releaseId, release.stages);
    }
    return { exitCode, release, serves: await this.worker.soleVersion() };
  }

  private found({ exitCode, release, serves }: Update): string {
    const status = release?.status ?? "unknown to Pulumi";
    const who = serves === undefined ? "no version" : (this.versions.get(serves) ?? serves);
    return `pulumi up ended with ${exitCode}, the release is ${status}, ${who} serves all traffic alone.`;
  }

  /** Shows what happened, and tells what should have happened if it did not. */
  private async end(fault?: string): Promise<boolean> {
    announce("What happened, from the deployments and the telemetry of the Worker:");
    console.log(tableOf(await this.worker.history(), this));
    const { sent, unanswered } = this.load.requests;
    console.log(`${sent} requests were sent, ${unanswered} of them got no answer.`);
    console.log(
      fault === undefined
        ? colors.green("✓ Version 2 was released. Version 3 was caught: all traffic is back on version 2.")
        : colors.red(`✗ ${fault}`),
    );
    return fault === undefined;
  }
}

/** True when its version serves, and Pulumi knows. */
function wasCompleted({ exitCode, release, serves }: Update): boolean {
  return exitCode === 0 && release?.status === "completed" && serves === release.versionId;
}

/** True when the version before serves again, and Pulumi knows why. */
function wasAborted({ exitCode, release, serves }: Update, before: Update): boolean {
  return exitCode !== 0 && release?.status === "aborted" && serves === before.serves;
}
