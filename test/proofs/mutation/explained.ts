import type { Mutant } from "./mutants";

/** A mutant that no test can or need notice, and why. The texts are those of the report. */
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
    shortened(entry.original) === shortened(mutant.original) &&
    shortened(entry.replacement) === shortened(mutant.replacement)
  );
}

const longest = 160;

/** A piece of source on one line, cut where it is long. */
export function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
