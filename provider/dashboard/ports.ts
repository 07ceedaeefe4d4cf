import type { LoadedPlan } from "../plan/file/load";
import type { HistoryView, WorkerView } from "../view/schema";

// What the dashboard asks of whoever serves it: a command on a machine, or a supervisor in the user's account. All texts
// may come from outside; the pages escape them.

/** What a person can order a release that is under way. */
export const orderKinds = ["approve", "hold", "resume", "promote", "abort"] as const;
export type OrderKind = (typeof orderKinds)[number];

/** What is known of a Worker. The last view stands as long as a newer one cannot be read. */
export interface Seen {
  readonly scriptName: string;
  /** Undefined as long as nobody has looked. */
  readonly view?: WorkerView;
  /** Why the view is not newer, and what to do; undefined when it is new. */
  readonly trouble?: string;
  /** The plan that the release is judged by; undefined where it is not known. */
  readonly plan?: string;
  /** The last line of the run that drives the release here; undefined where no run of this host does. */
  readonly run?: RunLine;
  /** True where a release is under way that a run started here goes on with. */
  readonly isOurs?: boolean;
}

/** A run that was started here. */
export interface RunLine {
  /** What is so now, or why it has ended. */
  readonly line: string;
  readonly isOver: boolean;
}

/** The Workers of an account. */
export interface Account {
  /** Its id or its name. */
  readonly name: string;
  /** By name. Undefined as long as the list could not be read. */
  readonly workers?: readonly Seen[];
  /** Why the list is not up to date, and what to do. */
  readonly trouble?: string;
}

/** What an order is going to do. */
export type Proposal =
  | {
      readonly kind: "possible";
      /** For a person: from where to where the traffic goes, and whose versions and deployments these are. */
      readonly lines: readonly string[];
      /** To be given back with the order: it is carried out as long as it does the same. */
      readonly shown: string;
    }
  | { readonly kind: "refused"; readonly reason: string };

/** An order that a person has agreed to. */
export interface Order {
  readonly scriptName: string;
  readonly kind: OrderKind;
  /** The `shown` of the proposal that was agreed to. */
  readonly shown: string;
  /** Why; undefined for no reason given. */
  readonly reason: string | undefined;
}

/** What serves the dashboard. A method that fails throws an `Error` whose message is for a person. */
export interface Ports {
  readonly clock: { readonly now: () => number };
  /** Everything that is known, at once; what is old is read anew meanwhile. */
  account(): Promise<Account>;
  /**
   * One Worker. Who asks while it is being read, or soon after, gets the same.
   * @param plan the plan file to judge by; undefined for what the host finds
   * @throws NotThere
   */
  worker(scriptName: string, plan: string | undefined): Promise<Seen>;
  /** What was deployed to it, newest first, with so many releases at most. */
  history(scriptName: string, mostReleases: number): Promise<Past>;
  /** The pages of a Worker in Cloudflare's own dashboard; empty where there is none. */
  links(scriptName: string): readonly Link[];
  /** The report of a past release, as a page of its own. Left out where the host makes none. */
  readonly report?: (scriptName: string, releaseId: string) => Promise<string>;
  propose(scriptName: string, kind: OrderKind): Promise<Proposal>;
  /** Carries an order out, or throws why not. Returns what was done. */
  order(order: Order): Promise<string>;
  /** The versions that were uploaded last, newest first. */
  versions(scriptName: string): Promise<readonly VersionEntry[]>;
  /** Starts a release, or throws why it does not begin. Returns what has begun. */
  start(start: Start): Promise<string>;
  /** What a plan would have done in the last days. The first who asks begins it. Left out where the host makes none. */
  readonly backtest?: (
    scriptName: string,
    plan: string,
    args: Readonly<Record<string, string>>,
  ) => Promise<Backtesting>;
  readonly plans: PlanPorts;
}

/** What was deployed to a Worker, as far as it is known. */
export interface Past {
  /** Undefined as long as nothing could be read. */
  readonly history: HistoryView | undefined;
  /** True while there may be more than that: it is being read. */
  readonly isReading: boolean;
}

/** A page elsewhere. */
export interface Link {
  readonly name: string;
  readonly href: string;
}

/** A version of a Worker, as a person tells it from others. */
export interface VersionEntry {
  readonly versionId: string;
  /** Counts the Worker's versions, from 1; undefined where it is not told. */
  readonly number: number | undefined;
  /** In milliseconds since the epoch. */
  readonly uploadedAt: number;
  /** Who uploaded it and with what. */
  readonly author: string;
  /** What was said about it, empty for nothing. */
  readonly message: string;
  /** Empty for none. */
  readonly tag: string;
}

/** A release to start. */
export interface Start {
  readonly scriptName: string;
  readonly versionId: string;
  /** The name of a plan file, and values for its arguments. */
  readonly plan: string;
  readonly args: Readonly<Record<string, string>>;
  /** Another value than before releases a version again that was aborted; undefined for none. */
  readonly retry: string | undefined;
}

/** How far it is known what a plan would have done. */
export type Backtesting =
  | { readonly state: "running"; readonly line: string }
  | {
      readonly state: "done";
      /** What to change, a sentence each; empty for nothing. */
      readonly advice: readonly string[];
      /** All of it, as a page of its own. */
      readonly page: string;
    }
  | { readonly state: "failed"; readonly why: string };

/** A plan file of the folder. */
export interface PlanEntry {
  readonly name: string;
  /** How many problems it has. */
  readonly problems: number;
  /** Its stages in short, such as `0, 25, 100 %`; empty where they are not known. */
  readonly stages: string;
}

/** The plan files that people edit and releases are started with. */
export interface PlanPorts {
  /** Where they are, for a person. */
  readonly folder: string;
  list(): Promise<readonly PlanEntry[]>;
  /** @throws NotThere */
  read(name: string): Promise<string>;
  /** What a file comes to, with values for its arguments. @throws NotThere */
  load(name: string, args: Readonly<Record<string, string>>): Promise<LoadedPlan>;
  /** What a text would come to in the place of that file's. */
  check(name: string, text: string): Promise<LoadedPlan>;
  /**
   * Writes a file.
   *
   * @param before what it is to hold until now; undefined for a file that is not to be there yet
   * @returns the name that it is listed by
   * @throws Error when it holds something else by now, or cannot be written
   */
  save(name: string, text: string, before: string | undefined): Promise<string>;
}

/** What was asked for is not there. */
export class NotThere extends Error {
  override readonly name = "NotThere";
}

/** A file that pages load. */
export interface PageFile {
  readonly type: "text/css" | "text/javascript" | "image/svg+xml";
  readonly text: string;
}
