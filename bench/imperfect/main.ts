import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { format } from "prettier";
import { positive } from "../positive";
import { bad, badFrom, healthy, type Case } from "./cases";
import { abortedAt } from "./late";

interface Options {
  readonly runs: number;
  readonly out?: string;
}

/** So many healthy releases may be aborted in each case. */
const most = 0.01;

/** Says how often healthy releases are aborted and how soon bad ones; false where too many healthy ones are. */
async function main({ runs, out }: Options): Promise<boolean> {
  const quiet = healthy.map((one) => ({
    one,
    aborted: shareAborted(one, runs, true),
    asSeen: shareAborted(one, runs, false),
  }));
  const found = bad.map((one) => ({ one, ...secondsUntil(one, runs) }));
  const text = [
    "# Telemetry that is not ideal",
    `\`npm run bench -- imperfect --runs ${runs}\`: ${runs} runs of each case; the same command prints the same figures. ` +
      "A release with 10 % of the traffic is looked at every 10 s for 15 minutes, at a level of 1 %; at most 1 % of the " +
      "requests may be bad, or no more than of the old version's.",
    "## Nothing is wrong",
    `Both versions are at half of the limit. At most ${most * 100} % may be aborted. "As seen" is the same judge where what is ` +
      "not settled is judged as it is.",
    table(
      ["", "aborted", "as seen"],
      quiet.map(({ one, aborted, asSeen }) => [one.name, percent(aborted), percent(asSeen)]),
    ),
    "## The new version turns bad in minute 5",
    "Seconds until the abort, and how many runs were aborted before anything was wrong.",
    table(
      ["", "median", "p90", "too early"],
      found.map(({ one, median, p90, early }) => [one.name, `${median} s`, `${p90} s`, percent(early)]),
    ),
  ].join("\n\n");
  const formatted = await format(text, { parser: "markdown" });
  if (out === undefined) process.stdout.write(formatted);
  else await writeFile(out, formatted);
  return quiet.every(({ aborted }) => aborted <= most);
}

function endings({ name, bounds, traffic }: Case, runs: number, isFloored: boolean): readonly number[] {
  return Array.from(
    { length: runs },
    (_, run) => abortedAt(bounds, traffic, `${name} ${run}`, isFloored) ?? Infinity,
  );
}

function shareAborted(one: Case, runs: number, isFloored: boolean): number {
  return endings(one, runs, isFloored).filter((end) => end < Infinity).length / runs;
}

function secondsUntil(one: Case, runs: number): { median: number; p90: number; early: number } {
  const ends = endings(one, runs, true);
  const fair = ends
    .filter((end) => end > badFrom)
    .map((end) => end - badFrom)
    .sort((a, b) => a - b);
  const at = (part: number): number => fair[Math.ceil(part * fair.length) - 1] ?? NaN;
  return { median: at(0.5), p90: at(0.9), early: (ends.length - fair.length) / runs };
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const program = new Command("npm run bench -- imperfect")
  .description("How releases end whose telemetry is late, skewed or was noisy before.")
  .option("--runs <count>", "runs of each case", positive, 300)
  .option("--out <file>", "where the results go instead of the standard output")
  .parse();

void main(program.opts<Options>()).then((holds) => {
  process.exitCode = holds ? 0 : 1;
});
