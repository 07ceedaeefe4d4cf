import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { create } from "ts-node";
import type { Job, JobEnd, JobReport, Message, NamedTest } from "./job";
import { root } from "./root";

/** Runs tests with other sources, each time in a process of its own. */
export interface Lab {
  /** `instead` is TypeScript, by paths from the root of the clone. */
  run(instead: Readonly<Record<string, string>>, tests: Job["tests"]): Promise<JobEnd>;
  close(): void;
}

/** A lab whose property tests draw their examples from `seed`. */
export function openLab(seed: number): Lab {
  const folder = mkdtempSync(join(tmpdir(), "mutation-"));
  const compiler = create({ cwd: root, transpileOnly: true });
  return {
    run(instead, tests) {
      const compiled = Object.entries(instead).map(([file, source]) => {
        const path = join(root, file);
        return [path, compiler.compile(source, path)] as const;
      });
      return carryOut(folder, { instead: Object.fromEntries(compiled), tests, seed });
    },
    close() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function carryOut(folder: string, job: Job): Promise<JobEnd> {
  const hook = pathToFileURL(join(__dirname, "hook.mjs")).href;
  const child = fork(join(__dirname, "child.ts"), {
    cwd: root,
    env: { ...process.env, MUTATION_FOLDER: folder },
    execArgv: ["--import", hook, "--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise((done, fail) => {
    let report: JobReport | undefined;
    let test: NamedTest | undefined;
    child.on("message", (message: Message) => {
      if (message.kind === "report") report = message.report;
      else test = message.test;
    });
    child.once("error", fail);
    child.once("exit", (code, signal) => {
      const conclude = (): void => {
        if (report) done(report);
        else if (signal === "SIGKILL") done({ ended: "stopped", test });
        else done({ ended: "crashed", trouble: `the process ended with ${signal ?? String(code)}` });
      };
      // A message may still be on its way when the process is gone.
      if (child.connected) child.once("disconnect", conclude);
      else conclude();
    });
    child.send(job);
  });
}
