import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { positive } from "../positive";
import { format } from "prettier";
import { cases } from "./cases";
import { claims, held } from "./holds";
import { measureAll, type Task } from "./pool";
import { report, type Result } from "./report";

interface Options extends Task {
  readonly only: string;
  readonly out?: string;
}

/** Says how the judges do, and what holds; false when a claim does not. */
async function main({ only, out, ...task }: Options): Promise<boolean> {
  const chosen = [...cases.keys()].filter((index) => titleOf(index).includes(only));
  const scores = await measureAll(chosen, task);
  const results = chosen.map((index): Result => ({ one: caseAt(index), scores: scores.get(index) ?? [] }));
  const checked = claims(results);
  const text = [title(only, task), held(checked), report(results)].join("\n\n");
  const formatted = await format(text, { parser: "markdown" });
  if (out === undefined) process.stdout.write(formatted);
  else await writeFile(out, formatted);
  return checked.every(({ broken }) => broken.length === 0);
}

function caseAt(index: number): (typeof cases)[number] {
  const one = cases[index];
  if (one === undefined) throw new RangeError(`There is no case ${index}.`);
  return one;
}

function titleOf(index: number): string {
  const { group, name } = caseAt(index);
  return `${group}: ${name}`;
}

function title(only: string, { runs, seed }: Task): string {
  const command = `npm run bench -- detection --runs ${runs} --seed ${seed}`;
  return `# Judges of a release on the same traces

\`${only === "" ? command : `${command} --only "${only}"`}\`: ${runs} runs of each case, drawn from the seed \`${seed}\`; the same command prints the same figures. A release is judged for 30 minutes in buckets of 10 s unless a case says otherwise. At most 1 % of the requests may be bad, and the new version may be no worse than the old one; the old one is at half the limit unless a case says otherwise. Whoever takes a level is given 1 % for the whole release. Nobody's telemetry is late.`;
}

const program = new Command("npm run bench -- detection")
  .description("Compares judges of a release on the same simulated traces.")
  .option("--runs <count>", "runs of each case", positive, 2000)
  .option("--seed <text>", "what the runs are drawn from", "1")
  .option("--only <text>", "only the cases whose title has this in it", "")
  .option("--out <file>", "where the results go instead of the standard output")
  .parse();

void main(program.opts<Options>()).then((holds) => {
  process.exitCode = holds ? 0 : 1;
});
