import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";

/** What somebody has entered in a terminal, and what came of it. */
export interface Step {
  readonly line: string;
  /** With the colours that a terminal shows. */
  readonly out: string;
}

/** `workers-release`, as people run it. */
export class Command {
  private readonly running = new Set<ChildProcess>();

  /** @param folder where it runs */
  constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Runs it to its end. What it says on standard error comes after the rest. */
  run(args: readonly string[]): Promise<Step> {
    const child = this.start(args);
    let [out, err] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (err += text));
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", () => {
        resolve({ line: `workers-release ${args.join(" ")}`, out: out + err });
      });
    });
  }

  /** Starts the dashboard, for as long as this process runs. Returns its address. */
  async dashboard(): Promise<string> {
    const child = this.start(["dashboard", "--port", "0", "--by", "jo"]);
    if (child.stdout !== null) for await (const line of createInterface(child.stdout)) return line;
    throw new Error("The dashboard has not started.");
  }

  /** Ends what still runs. */
  end(): void {
    for (const child of this.running) child.kill();
  }

  private start(args: readonly string[]): ChildProcess {
    const main = join(this.root, "provider/cli/main.ts");
    const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", main, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...this.environment, FORCE_COLOR: "1", TS_NODE_CWD: this.root },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.running.add(child);
    child.once("close", () => this.running.delete(child));
    return child;
  }
}
