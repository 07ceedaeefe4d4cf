import { existsSync } from "node:fs";
import { join } from "node:path";
import { explains, type Explained } from "./explained";
import type { Mutant } from "./mutants";
import { root } from "./root";
import { lineOf, type Fate, type Findings, type Tried } from "./run";

/** How many mutants of a file, or of all files, ended how. */
export interface Tally {
  readonly killed: number;
  readonly timedOut: number;
  /** Those that are explained are counted apart. */
  readonly survived: number;
  readonly explained: number;
  readonly uncompilable: number;
  readonly invalid: number;
}

/** The share that the tests noticed of those that they could, in percent; 100 when there was nothing to notice. */
export function score({ killed, timedOut, survived }: Tally): number {
  const noticed = killed + timedOut;
  return noticed + survived === 0 ? 100 : (100 * noticed) / (noticed + survived);
}

/** The same share with the explained survivors held against the tests. */
export function rawScore(tally: Tally): number {
  return score({ ...tally, survived: tally.survived + tally.explained });
}

export function tally(tried: readonly Tried[], known: readonly Explained[]): Tally {
  const count = (kind: Fate["kind"]): number => tried.filter(({ fate }) => fate.kind === kind).length;
  const explained = survivors(tried).filter(({ mutant }) => isExplained(mutant, known)).length;
  return {
    killed: count("killed"),
    timedOut: count("timedOut"),
    survived: count("survived") - explained,
    explained,
    uncompilable: count("uncompilable"),
    invalid: count("invalid"),
  };
}

/** The whole report, in lines. */
export function report(findings: Findings, known: readonly Explained[]): readonly string[] {
  const { tried } = findings;
  const surviving = survivors(tried);
  return [
    ...table(tried, known),
    ...section(
      "Survivors",
      surviving
        .filter(({ mutant }) => !isExplained(mutant, known))
        .map(({ mutant, fate }) => lineOf(mutant, fate)),
    ),
    ...section(
      "Explained survivors",
      surviving.flatMap(({ mutant, fate }) => {
        const entry = known.find((entry) => explains(entry, mutant));
        return entry ? [`${lineOf(mutant, fate)}\n    ${entry.reason}`] : [];
      }),
    ),
    ...section("Explanations of nothing: remove or correct them", outdated(findings, known)),
    ...section(
      "Invalid: the file cannot be loaded",
      tried.flatMap(({ mutant, fate }) =>
        fate.kind === "invalid" ? [`${lineOf(mutant, fate)}\n    ${fate.trouble}`] : [],
      ),
    ),
  ];
}

/** Entries that match no mutant any more, or only mutants that the tests kill. Other files are not asked about. */
function outdated({ files, all, tried }: Findings, known: readonly Explained[]): readonly string[] {
  return known.flatMap((entry) => {
    const name = `${entry.file} (${entry.within}) ${entry.original} -> ${entry.replacement}`;
    if (!files.includes(entry.file) && existsSync(join(root, entry.file))) return [];
    const mutants = all.filter((mutant) => explains(entry, mutant));
    if (mutants.length === 0) return [`${name}: no such mutant`];
    const fates = tried.filter(({ mutant }) => mutants.includes(mutant)).map(({ fate }) => fate.kind);
    const isNeeded = fates.length < mutants.length || fates.includes("survived");
    return isNeeded ? [] : [`${name}: does not survive`];
  });
}

function isExplained(mutant: Mutant, known: readonly Explained[]): boolean {
  return known.some((entry) => explains(entry, mutant));
}

function survivors(tried: readonly Tried[]): readonly Tried[] {
  return tried.filter(({ fate }) => fate.kind === "survived");
}

const columns = ["tried", "killed", "timed out", "survived", "explained", "score", "raw score"];

function table(tried: readonly Tried[], known: readonly Explained[]): readonly string[] {
  const files = [...new Set(tried.map(({ mutant }) => mutant.file))];
  const rows = files.map((file) =>
    row(
      file,
      tally(
        tried.filter(({ mutant }) => mutant.file === file),
        known,
      ),
    ),
  );
  const total = tally(tried, known);
  const width = Math.max(...files.map((file) => file.length), "in all".length);
  const inColumns = ([name = "", ...cells]: readonly string[]): string =>
    [name.padEnd(width), ...cells.map((cell, index) => cell.padStart(columns[index]?.length ?? 0))].join(
      "  ",
    );
  return [
    ...[["", ...columns], ...rows, row("in all", total)].map(inColumns),
    `left out: ${total.uncompilable} that do not compile, ${total.invalid} that do not load`,
  ];
}

function row(name: string, counts: Tally): readonly string[] {
  const { killed, timedOut, survived, explained } = counts;
  const numbers = [killed + timedOut + survived + explained, killed, timedOut, survived, explained].map(
    String,
  );
  const scores = [score(counts), rawScore(counts)].map((percent) => `${percent.toFixed(1)} %`);
  return [name, ...numbers, ...(numbers[0] === "0" ? ["-", "-"] : scores)];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `${title} (${lines.length})`, ...lines.map((line) => `  ${line}`)];
}
