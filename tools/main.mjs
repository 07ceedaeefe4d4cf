import { heedSignals, interruption } from "./interruption.mjs";
import { Problem } from "./problem.mjs";

/**
 * Runs a command of the toolchain; `work` resolves with its exit code.
 * The scripts in package.json start it with `exec`: otherwise npm would pass a SIGTERM on to a shell, which ends
 * without a word to us.
 */
export async function main(work) {
  heedSignals();
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = interruption.aborted ? interruption.reason.exitCode : 1;
    if (!interruption.aborted) console.error(error instanceof Problem ? `\n${error.message}` : error);
  }
}
