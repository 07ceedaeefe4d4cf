import { z } from "zod";
import { ask } from "../../ask";
import { observabilityMetadata } from "../../workerSettings";
import type { Check } from "../check";
import { open } from "../finding";
import { cells } from "../answer";
import { count, type Look } from "../look";
import { is } from "../query";
import { judgeStored, storedRows } from "../telemetry/stored";
import { until } from "./patience";
import type { TestWorker } from "./testWorker";

const rate = 0.1;
const requestsARound = 50;
/** Requests that are sent at once. */
const abreast = 10;
const rounds = 4;
/** For events to arrive, round by round. */
const patience = { forMs: 30_000, everyMs: 5000 };
const path = "/sampled";

/** The question about sampling, tried with a sampling rate of 0.1. */
export const sampledRows: Check<TestWorker> = {
  id: storedRows.id,
  question: storedRows.question,
  assumes: storedRows.assumes,
  deadlineMs: 180_000,
  find: async (worker) => {
    await sample(worker);
    for (let round = 0; round < rounds; round += 1) {
      await visitOften(worker);
      const look = worker.look();
      const found = await until(worker.time, patience, () => sampledCells(look));
      if (found !== undefined) return judgeStored(found.value);
    }
    return open(
      "no sampled row came in time",
      "It does not matter with a sampling rate of 1. Run the doctor again to try it.",
      "not sampled",
    );
  },
};

async function sample({ api: { client, accountId }, scriptName }: TestWorker): Promise<void> {
  const question = { what: "Changing the test Worker's sampling", permission: "Workers Scripts Write" };
  const observability = observabilityMetadata({ enabled: true, headSamplingRate: rate });
  await ask(client, question, z.unknown(), (options) =>
    client.workers.scripts.settings.edit(scriptName, { account_id: accountId, observability }, options),
  );
}

async function visitOften(worker: TestWorker): Promise<void> {
  for (let sent = 0; sent < requestsARound; sent += abreast) {
    await Promise.all(Array.from({ length: abreast }, () => worker.visit(path)));
  }
}

async function sampledCells(look: Look) {
  const found = cells(await count(look, [is("$metadata.trigger", `GET ${path}`)]));
  return found.some(({ sampleInterval }) => sampleInterval > 1) ? found : undefined;
}
