import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** The first `count` lines of its standard output, as soon as they are there. */
  lines(count: number): Promise<string[]>;
}

/** Starts `workers-release` with nothing in its environment but what is given; `first` is a module to load before it. */
export function start(args: readonly string[], env: Record<string, string> = {}, first?: string): Running {
  const main = join(__dirname, "../../provider/cli/main.ts");
  const modules = ["ts-node/register/transpile-only", ...(first === undefined ? [] : [first])];
  const child = spawn(process.execPath, [...modules.flatMap((module) => ["-r", module]), main, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      resolve({ code, ...said });
    });
  });
  const lines = (count: number): Promise<string[]> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const whole = said.out.split("\n").slice(0, -1);
        if (whole.length >= count) resolve(whole.slice(0, count));
      };
      child.stdout.on("data", look);
      ended.then(() => {
        reject(new Error(`it ended after it had said:\n${said.out}${said.err}`));
      }, reject);
      look();
    });
  return { process: child, ended, lines };
}

/** Runs `workers-release` to its end. */
export function workersRelease(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return start(args, env).ended;
}
