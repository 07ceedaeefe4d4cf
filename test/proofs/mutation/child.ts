// A process that runs tests once, with other sources in the place of some files, and ends.
import Mocha from "mocha";
import { relative, resolve, sep } from "node:path";
import type { Job, JobReport, Measured, Message, NamedTest, PlannedTest, TestId } from "./job";
import { root } from "./root";
import { cpuMs, watch } from "./watch";

/** What loading all files may take. */
const loadBoundMs = 30_000;

const globals = globalThis as {
  __instead?: Job["instead"];
  __ran?: (file: string, piece: number) => void;
};
const ran = new Set<string>();

process.once("disconnect", () => process.exit());
process.once("message", (job: Job) => {
  void carryOut(job).then((report) => {
    tell({ kind: "report", report }, () => process.exit());
  });
});

function tell(message: Message, then: () => void = () => undefined): void {
  process.send?.(message, then);
}

async function carryOut({ instead, tests, seed }: Job): Promise<JobReport> {
  const allow = watch(loadBoundMs);
  globals.__instead = instead;
  globals.__ran = (file, piece) => ran.add(`${file} ${piece}`);
  const mocha = new Mocha({ ui: "bdd", bail: true, timeout: 0, reporter: Mocha.reporters.Base });
  const files = "files" in tests ? tests.files : new Set(tests.map(({ file }) => file));
  for (const file of files) mocha.addFile(resolve(root, file));
  try {
    await mocha.loadFilesAsync();
  } catch (error) {
    return { ended: "unloadable", trouble: String(error) };
  }
  // Bounds of time are the watch's, which a busy machine does not move.
  mocha.suite.eachTest((test) => test.timeout(0));
  await seedProperties(seed);
  const known = identified(mocha.suite);
  const boundOf = "files" in tests ? () => tests.boundMs : arranged(mocha.suite, known, tests);
  return run(mocha, known, (test) => {
    allow(boundOf(test));
  });
}

type Known = ReadonlyMap<Mocha.Test, TestId>;

function identified(suite: Mocha.Suite): Known {
  const known = new Map<Mocha.Test, TestId>();
  const next = new Map<string, number>();
  suite.eachTest((test) => {
    const file = relative(root, test.file ?? "")
      .split(sep)
      .join("/");
    const index = next.get(file) ?? 0;
    next.set(file, index + 1);
    known.set(test, { file, index });
  });
  return known;
}

/**
 * Leaves only the planned tests, in an order as close to the plan's as suites allow: a suite's tests stay together.
 * Returns the bounds.
 */
function arranged(
  suite: Mocha.Suite,
  known: Known,
  plan: readonly PlannedTest[],
): (test: Mocha.Test) => number {
  const places = new Map(plan.map(({ file, index }, place) => [`${file} ${index}`, place]));
  const placeOf = (test: Mocha.Test): number => {
    const id = known.get(test);
    return places.get(`${id?.file ?? ""} ${id?.index ?? ""}`) ?? Infinity;
  };
  const arrange = (part: Mocha.Suite): number => {
    part.tests = part.tests
      .filter((test) => placeOf(test) < Infinity)
      .sort((a, b) => placeOf(a) - placeOf(b));
    const inner = part.suites.map((child) => ({ child, first: arrange(child) }));
    part.suites = inner.sort((a, b) => a.first - b.first).map(({ child }) => child);
    return Math.min(...part.tests.slice(0, 1).map(placeOf), ...inner.map(({ first }) => first));
  };
  arrange(suite);
  return (test) => plan[placeOf(test)]?.boundMs ?? 0;
}

function run(mocha: Mocha, known: Known, begins: (test: Mocha.Test) => void): Promise<JobReport> {
  const measured: Measured[] = [];
  const ranAtLoad = [...ran];
  let failure: JobReport | undefined;
  let begun = 0;
  return new Promise((done) => {
    const runner = mocha.run(() => {
      done(failure ?? { ended: "passed", measured, ranAtLoad });
    });
    runner.on("test", (test) => {
      begins(test);
      tell({ kind: "begins", test: named(known, test) });
      ran.clear();
      begun = cpuMs();
    });
    runner.on("pass", (test) => {
      measured.push({ ...named(known, test), cpuMs: cpuMs() - begun, ran: [...ran] });
    });
    runner.on("fail", (test, error: unknown) => {
      const trouble = error instanceof Error ? (error.stack ?? error.message) : String(error);
      failure ??= { ended: "failed", test: named(known, test), trouble };
    });
  });
}

/** A hook that fails comes as a test that is not in the plan. */
function named(known: Known, test: Mocha.Test): NamedTest {
  return { ...(known.get(test) ?? { file: "", index: -1 }), title: test.fullTitle() };
}

/** The same examples in every run, and none that are made smaller: nobody reads them. */
async function seedProperties(seed: number): Promise<void> {
  if (!(require.resolve("fast-check") in require.cache)) return;
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed, endOnFailure: true });
}
