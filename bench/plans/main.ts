import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { Command } from "commander";
import { format } from "prettier";
import { backtest, type Backtest } from "../../provider/backtest/backtest";
import { detectionOf } from "../../provider/backtest/detection";
import { replay, type Replay } from "../../provider/backtest/replay";
import { startsIn } from "../../provider/backtest/starts";
import type { Rate } from "../../provider/backtest/statistics";
import type { Trace } from "../../provider/backtest/trace";
import { usualIn } from "../../provider/backtest/usual";
import { caughtText, percentText } from "../../provider/backtest/words";
import { formatPercent } from "../../provider/plan/percent";
import { loadPlanFile } from "../../provider/plan/file/load";
import type { Plan } from "../../provider/plan/plan";
import { planFiles } from "../../provider/planFiles";
import { positive } from "../positive";
import { badShare, traceOf, workloads } from "./workloads";

const readyMade = ["standard", "cautious", "fast", "low-traffic", "on-call-hours"].map(
  (name) => `plans/${name}.yaml`,
);

/** How bad the worse versions are by the plan's first SLO: what share of their requests fails. */
const failing = [1, 0.1, 0.05];
/** By how much those take longer that are slower. */
const slowdown = 2;

interface Options {
  readonly unchanged: number;
  readonly worse: number;
  readonly out?: string;
}

async function main(paths: readonly string[], { unchanged, worse, out }: Options): Promise<void> {
  const rows: string[] = [];
  for (const path of paths) {
    const plan = planIn(path);
    for (const workload of workloads) {
      const trace = traceOf(workload, plan);
      const tested = await backtest(plan, trace, { seed: 1, most: { unchanged, worse: 0 } });
      const caught = await caughtIn(plan, trace, worse);
      rows.push(rowOf(basename(path, ".yaml"), workload.name, tested, caught));
    }
  }
  const formatted = await format(pageOf(rows, unchanged, worse), {
    parser: "markdown",
    printWidth: 124,
    proseWrap: "preserve",
  });
  if (out === undefined) process.stdout.write(formatted);
  else await writeFile(out, formatted);
}

function planIn(path: string): Plan {
  const { checked, problems } = loadPlanFile(path, planFiles, { args: {}, asText: true, missing: "refuse" });
  if (checked === undefined) {
    throw new Error(`${path}: ${problems[0]?.reason ?? "an argument has no value"}`);
  }
  return checked;
}

/** How soon worse versions are caught that are so from the first stage with users on. */
async function caughtIn(plan: Plan, trace: Trace, releases: number): Promise<readonly string[]> {
  const history = { plan, trace, usual: usualIn(trace) };
  const stage = plan.stages.findIndex(({ percent }) => percent > 0);
  const after = async (slo: number, times: number, isAllowed: boolean): Promise<string> => {
    if (slo < 0) return "–";
    const fault = { slo, times, fromStage: stage };
    const replays: Replay[] = [];
    for (const at of isAllowed ? [] : startsIn(trace, plan, releases, "worse")) {
      replays.push(await replay(history, { at, seed: String(at), fault }));
    }
    return caughtText(detectionOf(plan, { slo, stage, times }, replays, isAllowed));
  };
  const max = plan.slos[0]?.max ?? 0;
  const told: string[] = [];
  for (const share of failing) {
    told.push(await after(0, share === 1 ? Infinity : share / badShare, share <= max));
  }
  const slower = plan.slos.findIndex(({ sli }) => sli.kind === "slower");
  return [...told, await after(slower, slowdown, false)];
}

function rowOf(
  name: string,
  traffic: string,
  { unchanged, stages }: Backtest,
  caught: readonly string[],
): string {
  const few = stages
    .filter(({ tooFew }) => tooFew.count > 0)
    .map(({ percent, tooFew }) => `${formatPercent(percent)}: ${percentText(tooFew.count / tooFew.of)}`);
  const of = ({ count }: Rate): string => `${count} of ${unchanged.runs}`;
  const cells = [name, traffic, of(unchanged.aborted), of(unchanged.inconclusive), ...caught];
  return `| ${[...cells, few.join(", ") || "none"].join(" | ")} |`;
}

function pageOf(rows: readonly string[], unchanged: number, worse: number): string {
  return `# Ready-made plans on simulated traffic

\`npm run bench -- plans --unchanged ${unchanged} --worse ${worse}\`: two days of traffic each, a Monday and a Tuesday
(UTC), of which ${percentText(badShare)} is bad by any SLO. Times of requests are log-normal with a median of 60 ms and a 99th percentile of
400 ms.

| plan | traffic | aborted | put back | all fail | 10 % fail | 5 % fail | twice as slow | too few requests |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}

- **aborted** and **put back**: of releases of a version that is no different, which begin all over these days, but in no
  freeze. An abort is a false alarm. Put back are those without a verdict: too few requests, or a question to a person.
- **all fail**, **10 % fail**, **5 % fail** and **twice as slow**: how soon a version that is so from the first stage with
  users on is caught, by the plan's first SLO or by \`slower\`: the median of ${worse} releases that begin all over these days.
  \`2m, 6/8\` is caught in 6 of 8, \`never\` is put back for want of requests or not caught at all, \`allowed\` is within the
  SLO's limit, and \`–\` means that nothing judges it.
- **too few requests**: the stages in which some soaks served fewer than \`minRequests\`, and what part of them.
`;
}

const program = new Command("npm run bench -- plans")
  .description("Backtests plan files on simulated traffic.")
  .argument(
    "[files...]",
    "plan files without arguments that have no value (default: the ready-made plans)",
    readyMade,
  )
  .option("--unchanged <count>", "releases of an unchanged version", positive, 100)
  .option("--worse <count>", "releases of each worse version", positive, 8)
  .option("--out <file>", "where the page goes instead of the standard output")
  .action(main);

void program.parseAsync();
