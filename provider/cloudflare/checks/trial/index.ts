import type { Check } from "../check";
import { counts } from "./counts";
import { deploymentList } from "./deploymentList";
import { freshVersion } from "./freshVersion";
import { messageKept } from "./message";
import { outcomes } from "./outcomes";
import { override } from "./override";
import { witness } from "./probeWitness";
import { sampledRows } from "./sampling";
import { split } from "./split";
import type { TestWorker } from "./testWorker";
import { uploadSettings } from "./uploadSettings";

/** What is tried on a Worker of the doctor's own, in this order: each goes on from where the one before has left it. */
export const trialChecks: readonly Check<TestWorker>[] = [
  freshVersion,
  uploadSettings,
  messageKept,
  override,
  split,
  counts,
  outcomes,
  witness,
  deploymentList,
];

/** What changes how the test Worker is recorded, and so comes after everything that counts. */
export const lastTrialChecks: readonly Check<TestWorker>[] = [sampledRows];
