import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generator } from "../../fakes/random";
import type { JobEnd } from "./job";
import { openLab, type Lab } from "./lab";
import { mutantsOf, mutated, type Mutant } from "./mutants";
import { root } from "./root";
import { sampled } from "./sample";
import { Suite } from "./suite";
import { typeCheckOf } from "./typeCheck";

/** What to try. Paths are from the root of the clone. */
export interface Trial {
  /** The files to change. */
  readonly files: readonly string[];
  /** The files of the tests. */
  readonly tests: readonly string[];
  /** How many mutants to choose; undefined means all. */
  readonly sample: number | undefined;
  /** What the choice and the examples of property tests follow from. */
  readonly seed: string;
  /** How many processes run at once. */
  readonly jobs: number;
}

export type Fate =
  | { readonly kind: "killed"; readonly by: string }
  /** A test did not end any more. */
  | { readonly kind: "timedOut"; readonly by: string }
  /** `ran` is false when no test runs what the mutant changes. */
  | { readonly kind: "survived"; readonly ran: boolean }
  /** It does not compile: nobody could commit it. */
  | { readonly kind: "uncompilable" }
  /** It compiles, and its file cannot be loaded. */
  | { readonly kind: "invalid"; readonly trouble: string };

export interface Tried {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

export interface Findings {
  readonly files: readonly string[];
  /** All mutants of the files, tried or not. */
  readonly all: readonly Mutant[];
  /** In the order of the files and their lines. */
  readonly tried: readonly Tried[];
}

/** Applies mutants one at a time and runs the tests on each until one fails. Rejects when the tests fail anyway. */
export async function tryMutants(
  trial: Trial,
  say: (text: string) => void = () => undefined,
): Promise<Findings> {
  const sources = new Map(trial.files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
  const all = [...sources].flatMap(([file, source]) => mutantsOf(file, source));
  const chosen = sampled(all, trial.sample, trial.seed);
  say(`${chosen.length} of ${all.length} mutants in ${sources.size} files, seed ${trial.seed}`);
  const lab = openLab(Math.floor(generator(trial.seed)() * 2 ** 31));
  try {
    const suite = await Suite.measure(lab, sources, trial.tests);
    const seconds = suite.tests.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / 1000;
    say(`${suite.tests.length} tests pass without a mutant and take ${seconds.toFixed(1)} s`);
    return { files: trial.files, all, tried: await tryEach(chosen, trial, { lab, suite, sources }, say) };
  } finally {
    lab.close();
  }
}

/** A survivor in a line. */
export function lineOf(mutant: Mutant, fate: Fate): string {
  const { file, line, within, original, replacement } = mutant;
  const note = fate.kind === "survived" && !fate.ran ? " [no test runs it]" : "";
  return `${file}:${line} (${within}) ${original} -> ${replacement}${note}`;
}

interface Means {
  readonly lab: Lab;
  readonly suite: Suite;
  readonly sources: ReadonlyMap<string, string>;
}

async function tryEach(
  mutants: readonly Mutant[],
  { files, jobs }: Trial,
  means: Means,
  say: (text: string) => void,
): Promise<readonly Tried[]> {
  const compiles = typeCheckOf(files);
  const tried: Tried[] = [];
  const queue = mutants.entries();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const [place, mutant] of queue) {
      const source = mutated(means.sources.get(mutant.file) ?? "", mutant);
      const fate: Fate = compiles(mutant.file, source)
        ? await fateOf(mutant, source, means)
        : { kind: "uncompilable" };
      tried[place] = { mutant, fate };
      if (fate.kind === "survived") say(`survived: ${lineOf(mutant, fate)}`);
      done += 1;
      if (done % 100 === 0) say(`${done} of ${mutants.length} tried`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return tried;
}

async function fateOf(mutant: Mutant, source: string, { lab, suite }: Means): Promise<Fate> {
  const tests = suite.testsFor(mutant);
  if (tests.length === 0) return { kind: "survived", ran: false };
  const end: JobEnd = await lab.run({ [mutant.file]: source }, tests);
  switch (end.ended) {
    case "passed":
      return { kind: "survived", ran: true };
    case "failed":
      suite.noteKill(mutant, end.test);
      return { kind: "killed", by: end.test.title };
    case "stopped":
      if (end.test) suite.noteKill(mutant, end.test);
      return { kind: "timedOut", by: end.test?.title ?? "loading the tests" };
    case "unloadable":
      return { kind: "invalid", trouble: end.trouble };
    case "crashed":
      return { kind: "killed", by: end.trouble };
  }
}
