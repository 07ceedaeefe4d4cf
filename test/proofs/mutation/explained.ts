import type { Mutant } from "./mutants";

/** A mutant that no test can or need notice, and why. The texts are the report's. */
export interface Explained {
  readonly file: string;
  readonly within: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
}

/** The survivors that are known. The run names the entries that have become wrong. */
export const explained: readonly Explained[] = [];

/** True when an entry is about a mutant. */
export function explains(entry: Explained, mutant: Mutant): boolean {
  return (
    entry.file === mutant.file &&
    entry.within === mutant.within &&
    entry.original === mutant.original &&
    entry.replacement === mutant.replacement
  );
}
