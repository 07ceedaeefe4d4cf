import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import type { Edge } from "../../../edge";
import type { Project } from "./project";

export const WRANGLER = join(dirname(require.resolve("wrangler/package.json")), "bin/wrangler.js");

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where wrangler is to find the edge, and nothing and nobody else. */
export function environmentOf(edge: Edge, home: string): Record<string, string | undefined> {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    XDG_CONFIG_HOME: home,
    TMPDIR: home,
    // Nobody is there to ask: what it would ask is answered with the default that it has for that.
    CI: "true",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    // The banner asks npm for newer versions.
    WRANGLER_HIDE_BANNER: "true",
    ...edge.environment(),
  };
}

/** Runs a command of wrangler against an edge, with `input` as what a person or a pipe gives it. */
export function wrangler(
  edge: Edge,
  { folder, home }: Pick<Project, "folder" | "home">,
  args: readonly string[],
  input = "",
): Promise<Ran> {
  const options = { cwd: folder, env: environmentOf(edge, home), timeout: 60_000 };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [WRANGLER, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
