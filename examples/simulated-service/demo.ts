// The main job on a Cloudflare that runs on this machine, started by `npm start`: a good version is released in stages,
// a bad one is caught and reverted, each by a real `pulumi up`. Exits with 0 only if that is what happened.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { startEdge } from "../../edge";
import { announce } from "./demo/announce";
import { heedSignals, Interrupted, toldToStop } from "./demo/interruption";
import { howToPlay } from "./demo/keep";
import { Load } from "./demo/load";
import { Stack } from "./demo/stack";
import { Story } from "./demo/story";
import { Worker } from "./demo/worker";

const root = resolve(__dirname, "../..");
const scriptName = "simulated-service";

/** Starts everything, tells the story, and stops everything, whatever happens. True when all went as it should. */
async function demo(keep: boolean, signal: AbortSignal): Promise<boolean> {
  announce("A local edge starts: Cloudflare's API, Workers and Observability on this machine.");
  const edge = await startEdge();
  const load = new Load(edge, scriptName, "/?rate=20");
  const folder = temporaryFolder();
  try {
    const stack = await Stack.create(root, folder, edge.environment());
    const isAsItShould = await new Story(stack, new Worker(edge, scriptName), load, signal).tell();
    if (keep) {
      console.log(howToPlay(edge, stack, scriptName));
      await toldToStop(signal);
    }
    return isAsItShould;
  } finally {
    if (signal.aborted) console.log("\nStopping the load and the edge.");
    await load.stop();
    await edge.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Inside the clone, since a Pulumi backend must be writable and a clone's cache is. */
function temporaryFolder(): string {
  const cache = join(root, ".cache");
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, "demo-"));
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
  try {
    return (await demo(values.keep, heedSignals())) ? 0 : 1;
  } catch (error) {
    if (error instanceof Interrupted) return error.exitCode;
    console.error(`\nThe demo could not go on: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

void main().then((code) => {
  process.exitCode = code;
});
