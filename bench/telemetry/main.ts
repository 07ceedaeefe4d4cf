import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { positive } from "../positive";
import { machine } from "../edge/report";
import { ask, type Asked } from "./ask";
import { fill } from "./fill";
import { handOver } from "./hand-over";
import { QUESTIONS } from "./questions";

interface Options {
  readonly events: number;
  readonly rounds: number;
  readonly rows?: number;
}

async function main({ events, rounds, rows }: Options): Promise<void> {
  console.log(`${machine()}; ${rounds} rounds; medians`);
  const folder = mkdtempSync(join(tmpdir(), "workers-release-bench-"));
  try {
    const file = join(folder, "telemetry.sqlite");
    const { truth, microsecondsPerEvent, fileBytes, residentBytes } = fill(file, events);
    console.log(
      `${events} events: ${microsecondsPerEvent.toFixed(1)} µs each to store, ${megabytes(fileBytes)} in the file, ` +
        `${megabytes(residentBytes)} resident`,
    );
    console.log(`${(await handOver()).toFixed(1)} µs an event to hand over to the store's thread`);
    const answers: Asked[] = [];
    for (const question of QUESTIONS)
      answers.push(await ask(file, { rowsPerQuery: rows, keepForMs: Infinity }, question, truth, rounds));
    console.log(tableOf(answers));
    console.log(`${megabytes(process.memoryUsage().rss)} resident at the end`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tableOf(answers: readonly Asked[]): string {
  const table = new Table({
    head: ["over an hour", "cold ms", "warm ms", "rows read", "one in", "error"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right"],
  });
  for (const { name, coldMs, warmMs, rowsRead, oneIn, error } of answers)
    table.push([
      ...[name, coldMs.toFixed(0), warmMs.toFixed(0), rowsRead, oneIn],
      `${(error * 100).toFixed(1)} %`,
    ]);
  return table.toString();
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

void new Command("npm run bench -- telemetry")
  .description("Fills a telemetry store with an hour of a busy Worker, and asks it what rollouts ask.")
  .option("--events <n>", "how many events the hour has", positive, 10_000_000)
  .option("--rounds <n>", "how often each question is asked of the warm store", positive, 9)
  .option("--rows <n>", "the most rows a query reads (default: as the edge)", positive)
  .action(main)
  .parseAsync();
