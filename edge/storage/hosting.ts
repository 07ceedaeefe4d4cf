import type { Modules, Version } from "../scripts/types";
import type { Followed } from "./sockets";

/** A version whose code objects run. */
export interface Hosting {
  readonly version: Version;
  readonly modules: Modules;
  /** More than 0. */
  readonly percentage: number;
}

/** What a script's objects run. */
export interface Hosted {
  /** The deployment that says so. */
  readonly deployment: Followed;
  /** The versions that they are assigned to, the older one first. */
  readonly hostings: readonly [older: Hosting, newer: Hosting | undefined];
  /** The namespaces that the script has now. */
  readonly namespaceIds: readonly string[];
}
