import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { endings, exitCodeOf, interruption } from "./interruption.mjs";

/**
 * Runs a command out of sight and resolves, whatever its exit code, with `{ code, out, err }` (lines).
 * With `timeout` the command leads a process group of its own, so that what it started ends with it.
 */
export function run(command, args, { cwd, env, timeout, onError = () => {} } = {}) {
  interruption.throwIfAborted();
  const child = spawn(command, args, { cwd, env, detached: timeout > 0, stdio: ["ignore", "pipe", "pipe"] });
  const end = (signal) => (timeout > 0 ? endGroup(child.pid, signal) : child.kill(signal));
  const out = linesOf(child.stdout);
  const err = linesOf(child.stderr, onError);

  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(timeout ?? 2 ** 31 - 1);
    const interrupt = () => end("SIGINT");
    const giveUp = () => end("SIGKILL");
    const settle = () => {
      interruption.removeEventListener("abort", interrupt);
      late.removeEventListener("abort", giveUp);
    };
    interruption.addEventListener("abort", interrupt);
    late.addEventListener("abort", giveUp);
    child.once("error", (error) => (settle(), reject(error)));
    child.once("close", (code) => {
      settle();
      if (interruption.aborted) reject(interruption.reason);
      else if (late.aborted) reject(new Error(`no end within ${timeout / 1000} s`));
      else resolve({ code, out, err });
    });
  });
}

/** Gives a command the terminal and resolves with its exit code. */
export function attend(command, args, { cwd, env }) {
  interruption.throwIfAborted();
  const child = spawn(command, args, { cwd, env, stdio: "inherit" });
  // A terminal's Ctrl-C reaches everyone in the foreground by itself. Passing it on would make it two, and the
  // second one tells Pulumi to drop what it is doing.
  const forward = (signal) => (signal === "SIGINT" && process.stdin.isTTY) || child.kill(signal);
  for (const signal of endings) process.on(signal, forward);

  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

function endGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // it has just ended by itself
  }
}

function linesOf(stream, onLine = () => {}) {
  const lines = [];
  createInterface({ input: stream }).on("line", (line) => {
    lines.push(line);
    onLine(line);
  });
  return lines;
}
