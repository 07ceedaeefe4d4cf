/** Who installs a project's packages. */
export type Manager = "npm" | "pnpm" | "yarn" | "yarn PnP";

/** Files by their path; what is no text is written as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/** A project as somebody really has it. */
export interface SetUp {
  readonly name: string;
  readonly manager: Manager;
  /** Everything but what is installed. */
  readonly files: Files;
  /**
   * The folder to run Pulumi in, from the project's root.
   * @default the root
   */
  readonly folder?: string;
  /**
   * The major version of Node, from the npm package `node`.
   * @default the one that runs this
   */
  readonly node?: 22;
  /** Commands that must succeed once all is installed, such as a type check. */
  readonly checks?: readonly (readonly string[])[];
  /** A script that does what the CLI does, given a step's name, by the Automation API. */
  readonly automation?: string;
}

/** Where the packages under test come from. */
export interface Packages {
  /** The path of the packed package. */
  readonly tarball: string;
  readonly pulumi: string;
}
