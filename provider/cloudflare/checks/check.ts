import { PortError } from "../../rollout/ports";
import { fails, open, type Finding } from "./finding";

/** One question about Cloudflare or about one Worker, tried in `World`. */
export interface Check<World> {
  /** Names the check in reports; the same in every release of this package. */
  readonly id: string;
  /** In plain words, for the table. */
  readonly question: string;
  /** What this package counts on. */
  readonly assumes: string;
  /** How long it may take, in milliseconds. Default: 60 000. */
  readonly deadlineMs?: number;
  readonly find: (world: World) => Promise<Finding>;
}

const defaultDeadlineMs = 60_000;

/**
 * Tries one check. Never throws: what Cloudflare refuses is a finding, and a check that cannot be carried out leaves
 * its question open.
 */
export async function tryCheck<World>(check: Check<World>, world: World): Promise<Finding> {
  const deadlineMs = check.deadlineMs ?? defaultDeadlineMs;
  try {
    return await within(deadlineMs, check.find(world));
  } catch (error) {
    return findingOf(error);
  }
}

/** What an error means for the check that it ended. */
export function findingOf(error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof PortError) || error.failure === "unavailable") {
    return open(
      "it could not be tried",
      `${message} If it stays so, report it with the output of \`doctor --json\`.`,
    );
  }
  const found = { refused: "it was refused", missing: "what was asked for does not exist" }[error.failure];
  return fails(found, message, error.failure);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`It took longer than ${ms / 1000} s and was given up.`));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
