import { pieceAround, watched, type Piece } from "./coverage";
import type { JobEnd, Measured, PlannedTest, TestId } from "./job";
import type { Lab } from "./lab";
import type { Mutant } from "./mutants";

/** What a test that is measured may take. */
const measuringBoundMs = 300_000;

/** The tests, each with its cost, and what each of them runs. */
export class Suite {
  private readonly kills = new Map<string, number>();

  private constructor(
    readonly tests: readonly Measured[],
    private readonly pieces: ReadonlyMap<string, readonly Piece[]>,
    private readonly ranAtLoad: ReadonlySet<string>,
    private readonly ranBy: ReadonlyMap<string, ReadonlySet<Measured>>,
  ) {}

  /**
   * Runs the tests of `files` twice: once to measure them, and once as mutants meet them. Rejects when one fails.
   */
  static async measure(
    lab: Lab,
    sources: ReadonlyMap<string, string>,
    files: readonly string[],
  ): Promise<Suite> {
    const watchedFiles = [...sources].map(([file, source]) => [file, watched(file, source)] as const);
    const instead = Object.fromEntries(watchedFiles.map(([file, { source }]) => [file, source]));
    const { measured, ranAtLoad } = passed(await lab.run(instead, { files, boundMs: measuringBoundMs }));
    const ranBy = new Map<string, Set<Measured>>();
    for (const test of measured) {
      for (const key of test.ran) ranBy.set(key, (ranBy.get(key) ?? new Set()).add(test));
    }
    const pieces = new Map(watchedFiles.map(([file, { pieces }]) => [file, pieces]));
    const suite = new Suite(measured, pieces, new Set(ranAtLoad), ranBy);
    passed(await lab.run({}, suite.inOrder(measured, "")));
    return suite;
  }

  /**
   * The tests that run what a mutant changes, in the order in which to try them: first those that are quick, or have
   * killed other mutants of the file. Empty when no test runs it.
   */
  testsFor(mutant: Mutant): readonly PlannedTest[] {
    const piece = pieceAround(this.pieces.get(mutant.file) ?? [], mutant);
    const key = `${mutant.file} ${piece ?? ""}`;
    const isForAll = piece === undefined || this.ranAtLoad.has(key);
    return this.inOrder(isForAll ? this.tests : [...(this.ranBy.get(key) ?? [])], mutant.file);
  }

  noteKill(mutant: Mutant, test: TestId): void {
    const key = keyOf(mutant.file, test);
    this.kills.set(key, (this.kills.get(key) ?? 0) + 1);
  }

  private inOrder(tests: readonly Measured[], about: string): readonly PlannedTest[] {
    const costOf = (test: Measured): number => test.cpuMs / (1 + (this.kills.get(keyOf(about, test)) ?? 0));
    return [...tests]
      .sort((a, b) => costOf(a) - costOf(b))
      .map(({ file, index, cpuMs }) => ({ file, index, boundMs: boundOf(cpuMs) }));
  }
}

/** A process that is just warming up takes a few times as long. */
function boundOf(cpuMs: number): number {
  return 1500 + 4 * cpuMs;
}

function keyOf(about: string, { file, index }: TestId): string {
  return `${about} ${file} ${index}`;
}

function passed(end: JobEnd): JobEnd & { ended: "passed" } {
  switch (end.ended) {
    case "passed":
      return end;
    case "failed":
      throw new Error(`A test fails without any mutant: ${end.test.title}\n${end.trouble}`);
    case "stopped":
      throw new Error(`A test does not end, without any mutant: ${end.test?.title ?? "they do not load"}`);
    case "unloadable":
    case "crashed":
      throw new Error(`The tests do not run without any mutant: ${end.trouble}`);
  }
}
