/** What is wrong with a trace file: all of it that was found, each with its place. */
export class TraceFault extends Error {
  override readonly name = "TraceFault";
}

/** One thing that is wrong with a trace file. */
export interface Finding {
  /** Counted from 1; undefined where it concerns the whole file. */
  readonly line: number | undefined;
  readonly reason: string;
}

/** More than these nobody reads at once. */
const mostTold = 10;

/** Throws what is wrong with a file, if anything is. */
export function throwFindings(file: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const told = findings
    .slice(0, mostTold)
    .map(({ line, reason }) => `${file}${line === undefined ? "" : `:${line}`}: ${reason}`);
  const more = findings.length - told.length;
  throw new TraceFault([...told, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"));
}
