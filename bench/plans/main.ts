import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command } from "commander";
import { format } from "prettier";
import { backtest, type Backtest } from "../../provider/backtest/backtest";
import { binomial, generator, poisson } from "../../provider/backtest/random";
import type { Trace } from "../../provider/backtest/trace";
import { caughtText, percentText, rateText } from "../../provider/backtest/words";
import { formatPercent } from "../../provider/plan/percent";
import type { Plan } from "../../provider/plan/plan";
import { loadPlanFile } from "../../provider/plan/file/load";
import { planFiles } from "../../provider/planFiles";
import { positive } from "../positive";

const minuteMs = 60_000;
const minutesOfDay = 1440;

/** Two days of a Worker's requests, minute by minute. */
interface Workload {
  readonly name: string;
  readonly perSecond: (minute: number) => number;
  /** The share of its requests that is bad by any SLO. */
  readonly badShare: (minute: number) => number;
}

const byDay = (minute: number): number => 1 - 0.8 * Math.cos((2 * Math.PI * minute) / minutesOfDay);

const workloads: readonly Workload[] = [
  { name: "50 requests a second, 0.2 % bad", perSecond: () => 50, badShare: () => 0.002 },
  { name: "1 request a second, 0.2 % bad", perSecond: () => 1, badShare: () => 0.002 },
  {
    name: "2 to 18 a second by day and night, 0.2 % bad, 5 % from 03:00 to 03:20 UTC",
    perSecond: (minute) => 10 * byDay(minute),
    badShare: (minute) => (minute % minutesOfDay >= 180 && minute % minutesOfDay < 200 ? 0.05 : 0.002),
  },
];

const days = 2;

function traceOf({ name, perSecond, badShare }: Workload, { slos }: Plan): Trace {
  const random = generator(name);
  const buckets = Array.from({ length: days * minutesOfDay }, (_, minute) => {
    const valid = poisson(60 * perSecond(minute), random);
    return slos.map(() => ({ valid, bad: binomial(valid, badShare(minute), random) }));
  });
  return { from: Date.UTC(2030, 0, 7), bucketMs: minuteMs, buckets };
}

interface Options {
  readonly unchanged: number;
  readonly worse: number;
  readonly out?: string;
}

async function main(paths: readonly string[], { unchanged, worse, out }: Options): Promise<void> {
  const rows: string[] = [];
  for (const path of paths) {
    const { checked: plan, problems } = loadPlanFile(path, planFiles, {
      args: {},
      asText: true,
      missing: "refuse",
    });
    if (plan === undefined) throw new Error(`${path}: ${problems[0]?.reason ?? "an argument has no value"}`);
    for (const workload of workloads) {
      const tested = await backtest(plan, traceOf(workload, plan), { seed: 1, most: { unchanged, worse } });
      rows.push(rowOf(basename(path, ".yaml"), workload, tested));
    }
  }
  const command = `npm run bench -- plans ${paths.join(" ")} --unchanged ${unchanged} --worse ${worse}`;
  const text = `\`${command}\`: two simulated days each, ${unchanged} releases of an unchanged version and ${worse} of each worse one.

| plan | traffic | unchanged: aborted | put back | all bad is caught after | 5 times as bad | stages with too few requests |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
  const formatted = await format(text, { parser: "markdown" });
  if (out === undefined) process.stdout.write(formatted);
  else await writeFile(out, formatted);
}

function rowOf(plan: string, { name }: Workload, { unchanged, detection, stages }: Backtest): string {
  const [first] = detection;
  const at = (times: number): string => {
    const one = detection.find(
      (cell) => cell.slo === first?.slo && cell.stage === first.stage && cell.times === times,
    );
    return one === undefined ? "–" : caughtText(one);
  };
  const few = stages
    .filter(({ tooFew }) => tooFew.count > 0)
    .map(({ percent, tooFew }) => `${formatPercent(percent)}: ${percentText(tooFew.count / tooFew.of)}`);
  const cells = [plan, name, rateText(unchanged.aborted), rateText(unchanged.inconclusive)];
  return `| ${[...cells, at(Infinity), at(5), few.join(", ") || "none"].join(" | ")} |`;
}

const program = new Command("npm run bench -- plans")
  .description(
    "Backtests plan files on simulated traffic: what a first stage with users shows by its first SLO.",
  )
  .argument("<files...>", "plan files without arguments that have no value")
  .option("--unchanged <count>", "releases of an unchanged version", positive, 100)
  .option("--worse <count>", "releases of each worse version", positive, 8)
  .option("--out <file>", "where the table goes instead of the standard output")
  .action(main);

void program.parseAsync();
