import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { positive } from "../positive";
import type { Contestant } from "./contestant";
import { LOADS, WARM_UP, type Load } from "./load";
import { dispatchFetch, rawWorkerd } from "./miniflare";
import { ourEdge } from "./our-edge";
import { machine, tableOf } from "./report";
import type { Sample } from "./sample";
import { startUp } from "./start-up";
import { wranglerDev } from "./wrangler";

interface Options {
  readonly rounds: number;
  readonly seconds: number;
}

/** All contestants take turns within each round, so that noise of the machine hits all alike. */
async function rounds(contestants: readonly Contestant[], load: Load, options: Options): Promise<void> {
  const results = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const contestant of contestants) {
      results.get(contestant.name)?.push(await contestant.measure(load, options.seconds));
    }
  }
  console.log(tableOf(load.name, results));
}

async function compare(options: Options): Promise<void> {
  const edge = await ourEdge();
  const contestants = [await rawWorkerd(), edge, await wranglerDev(), await dispatchFetch()];
  try {
    for (const { measure } of contestants) await measure(WARM_UP, options.seconds);
    for (const load of LOADS) await rounds(contestants, load, options);
    // A version tells of its last invocations a moment later.
    await sleep(2_000);
    console.log(`Our edge: ${await edge.telemetry()}.`);
  } finally {
    await Promise.all(contestants.map(({ close }) => close()));
  }
}

async function main(options: Options): Promise<void> {
  console.log(`${machine()}; ${options.rounds} rounds of ${options.seconds} s; medians`);
  await compare(options);
  console.log(`A version gives its first answer ${(await startUp()).toFixed(0)} ms after its first request.`);
}

void new Command("npm run bench -- edge")
  .description("Compares raw workerd, our edge with telemetry, wrangler dev and Miniflare's dispatchFetch.")
  .option("--rounds <n>", "how often each contestant is measured under each load", positive, 5)
  .option("--seconds <n>", "how long each measurement takes", positive, 2)
  .action(main)
  .parseAsync();
