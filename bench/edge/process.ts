import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A server of its own process, so that it does not share an event loop with the clients that measure it. */
export interface Served<T> {
  /** What it said when it was ready. */
  readonly ready: T;
  readonly end: () => Promise<void>;
  readonly pid: number;
}

/** Starts a process and waits until it prints a line in which `isReady` finds what there is to know. */
export async function serve<T>(
  command: string,
  args: readonly string[],
  cwd: string,
  isReady: (line: string) => T | undefined,
): Promise<Served<T>> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const said: string[] = [];
  const ready = await new Promise<T>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const found = isReady(line);
        if (found !== undefined) resolve(found);
      });
    }
    child.once("error", reject);
    child.once("exit", () => {
      reject(new Error(`${command} ${args.join(" ")} ended before it was ready:\n${said.join("\n")}`));
    });
  });
  return { ready, end: () => end(child), pid: child.pid ?? 0 };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
