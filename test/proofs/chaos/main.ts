// npm run prove -- chaos [--runs N] [--seed S] [--only 0,3] [--explain N]: many more scenarios than chaos.test.ts plays.
import { parseArgs } from "node:util";
import { explain, proveChaos } from "./prove";
import { summaryText } from "./report";

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a whole number`);
  return Number(text);
};

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
      only: { type: "string" },
      explain: { type: "string", default: "20" },
    },
  });
  const only = values.only
    ?.split(",")
    .filter((text) => text !== "none")
    .map(wholeNumber);
  const order = { runs: wholeNumber(values.runs), seed: wholeNumber(values.seed), only };
  console.log(`${order.runs} scenarios from the seed ${order.seed} on`);
  const summary = await proveChaos(order);
  for (const text of await explain(summary, order, wholeNumber(values.explain))) console.log(`\n${text}`);
  console.log(`\n${summaryText(summary)}`);
  if (summary.failures.length > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
