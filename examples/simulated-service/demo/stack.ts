import { execFile, spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { StageReport } from "../../../provider/rollout/report";
import { Interrupted } from "./interruption";

const name = "demo";

/** What the state says of the Release after an update, whether it went well or not. */
const release = z.object({
  releaseId: z.string(),
  versionId: z.string(),
  status: z.string(),
  stages: z.array(z.custom<StageReport>()),
});
export type ReleaseState = z.output<typeof release>;

const exported = z.object({
  deployment: z.object({ resources: z.array(z.object({ type: z.string(), outputs: z.unknown() })) }),
});

/** A stack of this repository's Pulumi program that lives in a folder of its own and leaves nothing elsewhere. */
export class Stack {
  private constructor(
    private readonly root: string,
    private readonly configFile: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Makes the stack.
   * @param root the clone, with the Pulumi program
   * @param folder an empty folder for the stack's state and configuration
   * @param cloudflare what tells Pulumi which Cloudflare to talk to
   */
  static async create(root: string, folder: string, cloudflare: Record<string, string>): Promise<Stack> {
    const state = join(folder, "state");
    mkdirSync(state);
    // A new stack writes its configuration next to its project; a copy of the project keeps it out of the clone.
    copyFileSync(join(root, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const own = { ...cloudflare, PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: "" };
    const stack = new Stack(root, join(folder, `Pulumi.${name}.yaml`), { ...process.env, ...own });
    await stack.ask(["stack", "init", name, "--no-select", "--cwd", folder]);
    return stack;
  }

  /** The command that updates the stack with some configuration, as a person in the clone would type it. */
  upCommand(config: Record<string, string>): string[] {
    const settings = Object.entries(config).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
    const files = ["--stack", name, "--config-file", relative(this.root, this.configFile)];
    return ["pulumi", "up", "--yes", "--skip-preview", ...files, ...settings];
  }

  /**
   * Runs `pulumi up` in the user's terminal. Resolves with its exit code.
   * @throws the reason of `signal`, when that has stopped it
   */
  async up(config: Record<string, string>, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const [command = "", ...args] = this.upCommand(config);
    // Dots that say it is still alive: in a terminal they are not shown, in a log they are only noise.
    args.push("--suppress-progress");
    const child = spawn(command, args, { cwd: this.root, env: this.env, stdio: "inherit" });
    const stop = (): void => {
      stopUpdate(child, signal.reason);
    };
    signal.addEventListener("abort", stop);
    try {
      const code = await exitCode(child);
      signal.throwIfAborted();
      return code;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** What the state remembers of the Release; undefined when it has none. */
  async release(): Promise<ReleaseState | undefined> {
    const { deployment } = exported.parse(JSON.parse(await this.ask(["stack", "export", "--stack", name])));
    const resource = deployment.resources.find(({ type }) => type.endsWith(":Release"));
    return release.optional().parse(resource?.outputs);
  }

  /** The environment a shell needs to work with this stack. */
  environment(): Record<string, string> {
    const { PULUMI_BACKEND_URL = "", PULUMI_CONFIG_PASSPHRASE = "" } = this.env;
    return { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE };
  }

  private async ask(args: string[]): Promise<string> {
    const options = { cwd: this.root, env: this.env, maxBuffer: 100_000_000 };
    return (await promisify(execFile)("pulumi", args, options)).stdout;
  }
}

/** How long Pulumi may take to end a release that was interrupted: as long as it takes to put the traffic back. */
const patienceMs = 5000;

/**
 * Stops an update as a person would: with Ctrl-C, and with another one when it takes too long. A terminal's Ctrl-C has
 * reached Pulumi already; sent again, it would count as the second, which makes Pulumi drop what it is doing.
 */
function stopUpdate(child: ChildProcess, reason: unknown): void {
  const isTyped = process.stdin.isTTY && reason instanceof Interrupted && reason.signal === "SIGINT";
  if (!isTyped) child.kill("SIGINT");
  const again = setTimeout(() => child.kill("SIGINT"), patienceMs);
  const atLast = setTimeout(() => child.kill("SIGKILL"), 3 * patienceMs);
  child.once("exit", () => {
    clearTimeout(again);
    clearTimeout(atLast);
  });
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}
