import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { positive } from "../positive";
import { machine } from "../edge/report";
import { releaseOnEdge } from "./edge";
import { faultsOf, rowOf, tableOf, type Measured } from "./report";

/**
 * The heap that a run gets, in MB. In virtual time it is never idle, which is when Node.js gives memory back: without a
 * limit it takes what the machine has.
 */
const heapMb = 320;

/** Simulates in a process of its own, whose memory nobody else uses. */
async function simulated(releases: number): Promise<Measured> {
  const node = [`--max-old-space-size=${heapMb}`, "-r", "ts-node/register/transpile-only"];
  const child = promisify(execFile)(process.execPath, [...node, join(__dirname, "one.ts"), String(releases)]);
  child.child.stderr?.pipe(process.stderr);
  return JSON.parse((await child).stdout) as Measured;
}

interface Options {
  readonly releases: string;
  readonly edge?: number;
}

async function main({ releases, edge }: Options): Promise<void> {
  console.log(machine());
  if (edge !== undefined) {
    await releaseOnEdge(edge);
    return;
  }
  const measured: Measured[] = [];
  for (const count of releases.split(",").map(positive)) measured.push(await simulated(count));
  console.log(tableOf(measured.map(rowOf)));
  for (const { releases: count, lastStatus } of measured) console.log(`\n${count}: ${lastStatus}`);
  const faults = measured.flatMap(faultsOf);
  console.log(faults.length === 0 ? "\nAll of it holds." : `\nThis does not hold:\n${faults.join("\n")}`);
  if (faults.length > 0) process.exitCode = 1;
}

void new Command("npm run bench -- scale")
  .description(
    "Carries out many releases in one process with one token, against Cloudflare's limit of requests.",
  )
  .option("--releases <list>", "how many, in simulated time", "1,10,100,500")
  .option("--edge <n>", "instead so many real ones, on a local edge with that limit", positive)
  .action(main)
  .parseAsync();
