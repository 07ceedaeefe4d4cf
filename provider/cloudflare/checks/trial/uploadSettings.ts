import { observability } from "../worker/observability";
import type { Check } from "../check";
import type { TestWorker } from "./testWorker";

/** Whether the upload that creates a Worker turns Observability on. */
export const uploadSettings: Check<TestWorker> = {
  id: "upload-settings",
  question: "Does the upload that creates a Worker turn Observability on?",
  assumes: "it does, when it asks for it",
  find: (worker) => observability.find(worker),
};
