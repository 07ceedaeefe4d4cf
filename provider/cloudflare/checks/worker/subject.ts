import type { Api } from "../api";

/** The Worker that is to be released. */
export interface WorkerSubject {
  readonly api: Api;
  readonly scriptName: string;
}
