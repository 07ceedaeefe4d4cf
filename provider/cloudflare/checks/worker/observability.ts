import type { z } from "zod";
import { formatShare } from "../../../plan/percent";
import { ask } from "../../ask";
import { observabilitySettings, reasonForBlindness } from "../../observability";
import type { Check } from "../check";
import { fails, holds, type Finding } from "../finding";
import type { WorkerSubject } from "./subject";

type Settings = z.infer<typeof observabilitySettings>;

/** Whether the Worker's invocations are recorded. */
export const observability: Check<WorkerSubject> = {
  id: "observability",
  question: "Are the Worker's invocations recorded?",
  assumes: "Observability with invocation logs is on, its sampling rate is above 0, and logs are kept",
  find: async ({ api: { client, accountId }, scriptName }) => {
    const question = {
      what: `Reading the settings of Worker "${scriptName}"`,
      permission: "Workers Scripts Read",
    };
    const settings = await ask(client, question, observabilitySettings, (options) =>
      client.workers.scripts.settings.get(scriptName, { account_id: accountId }, options),
    );
    return judgeObservability(scriptName, settings);
  },
};

/** Judges the Worker's settings. A release refuses to start on what fails here. */
export function judgeObservability(scriptName: string, settings: Settings): Finding {
  const reason = reasonForBlindness(scriptName, settings);
  if (reason !== undefined) return fails("they are not", reason);
  const { observability } = settings;
  const rate = observability?.logs?.head_sampling_rate ?? observability?.head_sampling_rate ?? 1;
  return holds(rate === 1 ? "all of them are" : `${formatShare(rate)} of them are; verdicts take longer`);
}
