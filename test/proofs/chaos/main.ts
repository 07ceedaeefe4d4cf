// npm run prove -- chaos [--runs N] [--seed S] [--only 0,3] [--explain N]: many more scenarios than chaos.test.ts plays.
// With --real they are played by real processes, as in chaosReal.test.ts; --lanes N says how many at once.
import { parseArgs } from "node:util";
import { explain, proveChaos } from "./prove";
import { proveReal } from "./real/prove";
import { realSummaryText } from "./real/report";
import { summaryText } from "./report";

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a whole number`);
  return Number(text);
};

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      real: { type: "boolean", default: false },
      runs: { type: "string" },
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      only: { type: "string" },
      explain: { type: "string", default: "20" },
      lanes: { type: "string", default: "2" },
    },
  });
  const runs = wholeNumber(values.runs ?? (values.real ? "20" : "1000"));
  const seed = wholeNumber(values.seed);
  const only = values.only
    ?.split(",")
    .filter((text) => text !== "none")
    .map(wholeNumber);
  console.log(`${runs} scenarios from the seed ${seed} on`);
  const isProven = values.real
    ? await real(runs, seed, wholeNumber(values.lanes))
    : await virtual({ runs, seed, only }, wholeNumber(values.explain));
  if (!isProven) process.exitCode = 1;
}

async function virtual(order: Parameters<typeof proveChaos>[0], most: number): Promise<boolean> {
  const summary = await proveChaos(order);
  for (const text of await explain(summary, order, most)) console.log(`\n${text}`);
  console.log(`\n${summaryText(summary)}`);
  return summary.failures.length === 0;
}

async function real(runs: number, seed: number, lanes: number): Promise<boolean> {
  const summary = await proveReal({ runs, seed, lanes, say: console.log });
  console.log(`\n${realSummaryText(summary)}`);
  return summary.failures.length === 0;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
