import { readFileSync } from "node:fs";
import { Command } from "commander";
import { ask, goLive, type EdgeAddress } from "../../test/edge/support";
import { serveEdge } from "../edge/our-edge";
import { positive } from "../positive";
import { machine } from "../edge/report";
import { ATTACKS, BINDINGS, HOSTILE, NEIGHBOUR, NEIGHBOURS } from "./attacks";

/** How a neighbour fared during an attack. */
interface Fared {
  readonly timesMs: readonly number[];
  readonly failed: number;
  /** What the attacker was answered with. */
  readonly answered: string;
}

/** Has an attack done for so long, if any, and asks the neighbour meanwhile, again and again. */
async function during(edge: EdgeAddress, path: string | undefined, milliseconds: number): Promise<Fared> {
  const end = AbortSignal.timeout(milliseconds);
  const attacked = path === undefined ? "" : attack(edge, path, end);
  const timesMs: number[] = [];
  let failed = 0;
  while (!end.aborted) {
    const from = performance.now();
    const answer = await ask(edge, "neighbour").catch(() => undefined);
    if (answer?.body !== "kept") failed += 1;
    timesMs.push(performance.now() - from);
  }
  return { timesMs: timesMs.sort((a, b) => a - b), failed, answered: await attacked };
}

async function attack(edge: EdgeAddress, path: string, signal: AbortSignal): Promise<string> {
  try {
    return String((await ask(edge, "hostile", { path, signal })).status);
  } catch {
    return "goes on";
  }
}

function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]) / 1024;
}

function rowOf(what: string, { timesMs, failed, answered }: Fared, grownMb: number): string {
  const at = (share: number): string => (timesMs[Math.floor(share * (timesMs.length - 1))] ?? 0).toFixed(0);
  return `| ${what} | ${answered} | ${timesMs.length} | ${failed} | ${at(0.5)} ms | ${at(0.99)} ms | ${grownMb.toFixed(0)} MB |`;
}

/** Each attack has an edge of its own, so that none has to suffer from the one before. */
async function measure(path: string | undefined, milliseconds: number): Promise<[Fared, number]> {
  const { ready: edge, pid, end } = await serveEdge();
  try {
    await goLive(edge, "hostile", HOSTILE, BINDINGS);
    await goLive(edge, "neighbour", NEIGHBOUR, NEIGHBOURS);
    await ask(edge, "neighbour");
    const before = residentMb(pid);
    const fared = await during(edge, path, milliseconds);
    return [fared, residentMb(pid) - before];
  } finally {
    await end();
  }
}

async function main({ seconds }: { readonly seconds: number }): Promise<void> {
  console.log(`${machine()}; ${seconds} s of each attack`);
  console.log("| attack | answered | neighbour's requests | failed | p50 | p99 | the edge grows by |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  console.log(rowOf("none", ...(await measure(undefined, seconds * 1000))));
  for (const [path, what] of Object.entries(ATTACKS)) {
    console.log(rowOf(what, ...(await measure(path, seconds * 1000))));
  }
}

void new Command("npm run bench -- hostile")
  .description("Has a hostile Worker attack the edge, and asks a neighbour meanwhile.")
  .option("--seconds <n>", "how long each attack is left alone", positive, 10)
  .action(main)
  .parseAsync();
