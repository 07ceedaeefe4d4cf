import { PortError } from "../../../rollout/ports";
import type { Check } from "../check";
import { holds, open } from "../finding";
import { workerAddress } from "../../workerAddress";
import type { WorkerSubject } from "./subject";

/** Whether probes with a `path` have an address. */
export const subdomain: Check<WorkerSubject> = {
  id: "workers-dev",
  question: "Can probes with a `path` reach the Worker?",
  assumes: "it is enabled on workers.dev",
  find: async ({ api: { client, accountId }, scriptName }) => {
    try {
      await workerAddress(client, { accountId, scriptName });
      return holds("it is enabled on workers.dev");
    } catch (error) {
      if (!(error instanceof PortError) || error.failure === "unavailable") throw error;
      return open(
        "it has no address on workers.dev",
        "Only probes with a `path` need one: enable it, or give probes a `url`.",
      );
    }
  },
};
