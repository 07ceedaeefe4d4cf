import { Problem } from "./problem.mjs";
import { heedSignals, Interrupted } from "./interruption.mjs";

/** Runs a command of the toolchain; `work` resolves with its exit code. */
export async function main(work) {
  heedSignals();
  try {
    process.exitCode = await work();
  } catch (error) {
    process.exitCode = error.exitCode ?? 1;
    if (error instanceof Interrupted) return;
    console.error(error instanceof Problem ? `\n${error.message}` : error);
  }
}
