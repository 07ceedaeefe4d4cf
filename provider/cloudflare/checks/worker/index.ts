import type { Check } from "../check";
import { deployment } from "./deployment";
import { objects } from "./objects";
import { observability } from "./observability";
import { subdomain } from "./subdomain";
import type { WorkerSubject } from "./subject";
import { versions } from "./versions";

/** What is asked of the Worker that is to be released. */
export const workerChecks: readonly Check<WorkerSubject>[] = [
  deployment,
  observability,
  versions,
  objects,
  subdomain,
];
