import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Edge } from "../../../edge";
import { start, type Running } from "../../cli/command";
import { edgeFrom } from "../../cli/printed";
import { generator } from "../../fakes/random";
import { Client } from "./client";

/** Clients that write at once, each a script of its own. */
const CLIENTS = 3;

/** A kill comes at any moment of this long a time of work. */
const LONGEST_MS = 1500;

/** In one of so many rounds the edge that comes back is killed while it starts. */
const KILLED_AT_START = 4;

/** What a proof has to say at its end. */
export interface Proof {
  readonly kills: number;
  readonly writes: number;
}

/**
 * Kills an edge that is busy, with SIGKILL, at moments that follow from `seed`; starts it again on the same folder;
 * and checks that everything it had answered with success is there and serves. Rejects when something is not.
 */
export async function proveKills(
  rounds: number,
  seed: string,
  say: (text: string) => void = () => undefined,
): Promise<Proof> {
  const random = generator(seed);
  const folder = mkdtempSync(join(tmpdir(), "edge-kill-"));
  const clients = Array.from({ length: CLIENTS }, (_, i) => i + 1).map(
    (number) => new Client(`s${number}`, generator(`${seed}, client ${number}`)),
  );
  let running = await begin(folder);
  let kills = 0;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const ms = Math.floor(random() * LONGEST_MS);
      await workUntilKilled(running, clients, ms);
      kills += 1;
      if (random() < 1 / KILLED_AT_START) kills += await killAtStart(folder, random);
      running = await begin(folder);
      for (const client of clients) await client.check(running.edge);
      say(`round ${round}: killed after ${ms} ms of work, nothing lost`);
    }
  } finally {
    await kill(running.command);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  return { kills, writes: clients.reduce((sum, { written }) => sum + written, 0) };
}

interface RunningEdge {
  readonly command: Running;
  readonly edge: Edge;
}

function command(folder: string): Running {
  return start(["edge", "--port", "0", "--no-realistic", "--state", folder]);
}

async function begin(folder: string): Promise<RunningEdge> {
  const started = command(folder);
  return { command: started, edge: edgeFrom(await started.lines(4)) };
}

async function workUntilKilled({ command, edge }: RunningEdge, clients: Client[], ms: number): Promise<void> {
  let gone = false;
  const work = Promise.all(clients.map((client) => client.work(edge, () => gone)));
  await Promise.race([sleep(ms), work]);
  gone = true;
  await kill(command);
  await work;
}

/** Starts an edge and kills it before it can say that it is there, or just then. */
async function killAtStart(folder: string, random: () => number): Promise<number> {
  const started = command(folder);
  await sleep(random() * LONGEST_MS);
  await kill(started);
  return 1;
}

async function kill({ process, ended }: Running): Promise<void> {
  process.kill("SIGKILL");
  await ended;
}
