/** One test of a test file: which one, counted in the order in which the file makes them. */
export interface TestId {
  readonly file: string;
  readonly index: number;
}

export interface NamedTest extends TestId {
  readonly title: string;
}

/** A test to run, and the CPU time it may use before it is taken for one that never ends. */
export interface PlannedTest extends TestId {
  readonly boundMs: number;
}

/** What a process is to do. It runs tests until one fails. */
export interface Job {
  /** JavaScript that is loaded in the place of a file, by its path. */
  readonly instead: Readonly<Record<string, string>>;
  /** Tests in the order in which to run them, or all tests of some files. */
  readonly tests: readonly PlannedTest[] | { readonly files: readonly string[]; readonly boundMs: number };
  /** What property tests draw their examples from. */
  readonly seed: number;
}

/** What is known of a test that passed. */
export interface Measured extends NamedTest {
  readonly cpuMs: number;
  /** What ran meanwhile: pieces of watched files, as `file piece`. */
  readonly ran: readonly string[];
}

export type JobReport =
  | {
      readonly ended: "passed";
      readonly measured: readonly Measured[];
      readonly ranAtLoad: readonly string[];
    }
  | { readonly ended: "failed"; readonly test: NamedTest; readonly trouble: string }
  /** The files could not even be loaded. */
  | { readonly ended: "unloadable"; readonly trouble: string };

/** What a process tells: each test that begins, and its report at the end. */
export type Message =
  | { readonly kind: "begins"; readonly test: NamedTest }
  | { readonly kind: "report"; readonly report: JobReport };

/** What its parent knows when the process has ended. */
export type JobEnd =
  | JobReport
  /** A test used more CPU time than it may, or none for seconds; undefined where no test had begun. */
  | { readonly ended: "stopped"; readonly test: NamedTest | undefined }
  | { readonly ended: "crashed"; readonly trouble: string };
