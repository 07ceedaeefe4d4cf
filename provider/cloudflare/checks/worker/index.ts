import type { Check } from "../check";
import { objects } from "./objects";
import { observability } from "./observability";
import { subdomain } from "./subdomain";
import type { WorkerSubject } from "./subject";
import { versions } from "./versions";

/** What is asked of the Worker that is to be released, when there is one. */
export const settingsChecks: readonly Check<WorkerSubject>[] = [observability, versions, objects, subdomain];
