import { readFileSync, readlinkSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

/** What CI systems set; Pulumi's CLI knows them too, and then shows no live lines. */
const ciVariables = [
  "CI",
  "BUILD_ID",
  "TF_BUILD",
  "TEAMCITY_VERSION",
  "CODEBUILD_BUILD_ARN",
  "BITBUCKET_COMMIT",
];

/**
 * Whether `pulumi` shows lines that change, as in a terminal. Where its output is a file or a pipe, and in CI, each line
 * that it is told is printed below the others. A system that does not tell where the output goes is taken for a terminal.
 */
export function isLiveScreen(environment: Environment, output = outputOfCli()): boolean {
  const isCi = ciVariables.some((name) => (environment[name] ?? "") !== "" && environment[name] !== "false");
  if (isCi && environment["PULUMI_DISABLE_CI_DETECTION"] === undefined) return false;
  return output === undefined || /^\/dev\/(?:pts\/|tty|console)/.test(output);
}

/** Where the standard output of the CLI goes that has started this process; undefined where nobody tells. */
function outputOfCli(): string | undefined {
  try {
    for (let pid = process.ppid; pid > 1; pid = parentOf(pid)) {
      if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pulumi") {
        return readlinkSync(`/proc/${pid}/fd/1`);
      }
    }
  } catch {
    // No Linux, or no right to look.
  }
  return undefined;
}

function parentOf(pid: number): number {
  // The name before it may hold spaces and parentheses.
  const [, ppid] = /\) \w (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
  return Number(ppid ?? 0);
}
