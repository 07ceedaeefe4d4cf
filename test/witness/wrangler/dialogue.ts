import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import type { Edge } from "../../../edge";
import { environmentOf, WRANGLER, type Ran } from "./command";
import type { Project } from "./project";

/** What a person sees asked, and the keys that are pressed then. */
export type Answers = readonly (readonly [question: RegExp, keys: string])[];

export const ENTER = "\r";

/**
 * Runs a command of wrangler at a terminal, since at anything else it does not ask. The terminal is that of `script`,
 * which is a part of util-linux.
 */
export function dialogue(
  edge: Edge,
  { folder, home }: Project,
  args: readonly string[],
  answers: Answers,
): Promise<Ran> {
  const command = [process.execPath, WRANGLER, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", `stty cols 200 rows 50; ${command}`, "/dev/null"], {
    cwd: folder,
    env: { ...environmentOf(edge, home), CI: undefined, TERM: "xterm" },
    timeout: 60_000,
  });
  return new Promise((resolve, reject) => {
    const left = [...answers];
    let stdout = "";
    let unread = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      unread = stripVTControlCharacters(unread + text);
      const [next] = left;
      if (!next?.[0].test(unread)) return;
      left.shift();
      unread = "";
      child.stdin.write(next[1]);
    });
    child.on("error", reject).on("close", (code) => {
      resolve({ code: code ?? 1, stdout: stripVTControlCharacters(stdout), stderr: "" });
    });
  });
}
