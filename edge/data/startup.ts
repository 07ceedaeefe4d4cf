import { setTimeout as sleep } from "node:timers/promises";
import type { Miniflare } from "miniflare";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { WORKER } from "./code";
import { holdsMore } from "./memory";
import type { Workerd } from "./workerd";

/** Cloudflare gives a script's top level 1 second of CPU. The rest is for workerd itself. */
const STARTUP_CPU_MS = 2_000;

/** Where CPU time is not to be had, and for a script that waits for ever. */
const STARTUP_WALL_MS = 30_000;

const LOOK_EVERY_MS = 20;

/** What a workerd with an empty script needs. */
const EMPTY_MB = 64;

/** Waits until a version answers. Throws code 10021 when it never will, and nothing of it is left then. */
export async function untilReady(
  miniflare: Miniflare,
  started: () => Workerd | undefined,
  memoryMb: number,
): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([miniflare.ready, startupLimit(started, memoryMb, over.signal)]);
  } catch (error) {
    await miniflare.dispose().catch(() => undefined);
    throw refusal(error);
  } finally {
    over.abort();
  }
}

async function startupLimit(
  started: () => Workerd | undefined,
  memoryMb: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + STARTUP_WALL_MS;
  while ((started()?.cpu.read() ?? 0) < STARTUP_CPU_MS && Date.now() < deadline) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
    if (holdsMore(started()?.pid, EMPTY_MB, memoryMb)) {
      throw new ApiError(400, CODES.invalidScript, "Script startup exceeded memory limit.");
    }
  }
  throw new ApiError(400, CODES.invalidScript, "Script startup exceeded CPU time limit.");
}

/** How many characters of them are told. */
const MOST_WORDS = 4_000;

/** workerd's words about a script begin with the name that only we gave it. */
const OUR_NAME = new RegExp(`^(?:service )?core:user:${WORKER}: `);

function refusal(error: unknown): unknown {
  const [, words] = /Runtime stderr:\n([\s\S]+)$/.exec(error instanceof Error ? error.message : "") ?? [];
  if (words === undefined) return error;
  // A script may have logged there too, without end.
  const said = words.trim().replace(OUR_NAME, "").slice(0, MOST_WORDS);
  return new ApiError(400, CODES.invalidScript, said);
}
