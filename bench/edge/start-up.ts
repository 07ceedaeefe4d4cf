import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask, goLive } from "../../test/edge/support";
import { COMPATIBILITY_DATE, WORKER } from "./load";
import { serveEdge } from "./our-edge";
import { medianOf } from "./statistics";

const VERSIONS = 9;

/** How long a version takes from its first request to its first answer, the start of its process included. */
export async function startUp(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-state-"));
  try {
    const names = await prepare(folder);
    const edge = await serveEdge(folder);
    const times: number[] = [];
    for (const name of names) {
      const start = performance.now();
      await ask(edge.ready, name);
      times.push(performance.now() - start);
    }
    await edge.end();
    return medianOf(times);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Workers that a later edge on this folder finds deployed, but has not started. */
async function prepare(folder: string): Promise<string[]> {
  const { ready, end } = await serveEdge(folder);
  const names = Array.from({ length: VERSIONS }, (_, index) => `start-${index}`);
  for (const name of names) {
    await goLive(ready, name, WORKER, { compatibility_date: COMPATIBILITY_DATE });
  }
  await end();
  return names;
}
