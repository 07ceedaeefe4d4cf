import type { Api } from "../../cloudflare/checks/api";
import { findingOf, tryCheck, type Check } from "../../cloudflare/checks/check";
import { holds, type Finding } from "../../cloudflare/checks/finding";
import { setupChecks } from "../../cloudflare/checks/setup";
import { telemetryChecks, trafficChecks } from "../../cloudflare/checks/telemetry";
import { busiestWorker, lookAt, type DoctorLook, type Time } from "../../cloudflare/checks/telemetry/subject";
import { lastTrialChecks, trialChecks } from "../../cloudflare/checks/trial";
import { createTestWorker } from "../../cloudflare/checks/trial/testWorker";
import { workerChecks } from "../../cloudflare/checks/worker";

/** A check, and what it has found. */
export interface Entry {
  readonly group: Group;
  readonly check: Named;
  readonly finding: Finding;
}

/** What a check is about. */
export type Group = "set-up" | "Worker" | "test Worker" | "telemetry";

/** A check as it is told of. */
export type Named = Pick<Check<never>, "id" | "question" | "assumes">;

/** Whose invocations the questions about telemetry were tried on. */
export type Subject = "the given Worker" | "the busiest Worker" | "the test Worker";

/** What the doctor has found out. */
export interface Diagnosis {
  readonly entries: readonly Entry[];
  /** Checks that could not be tried for what the others have found. */
  readonly notTried: readonly Named[];
  readonly subject: Subject;
}

/** What to examine. */
export interface Examination {
  readonly api: Api;
  readonly time: Time;
  readonly scriptName: string | undefined;
  /** The name of the test Worker to create; undefined for none. Whoever asks for it deletes it. */
  readonly testWorkerName: string | undefined;
  /** Stops between two checks. */
  readonly signal: AbortSignal;
  /** Is told the question that is tried next. */
  readonly onQuestion: (question: string) => void;
}

/**
 * Carries out the checks, one after the other.
 * @throws the signal's reason when it is stopped
 */
export async function examine(examination: Examination): Promise<Diagnosis> {
  const { scriptName, testWorkerName } = examination;
  const course = new Course(examination);
  await course.tryAll("set-up", setupChecks, examination.api);
  if (course.hasFailed("base-url", "token", "account")) {
    course.leaveOut(testWorkerName === undefined ? [] : allTrialChecks);
    course.leaveOut([...(scriptName === undefined ? [] : workerChecks), ...telemetryChecks]);
  } else {
    if (scriptName !== undefined) {
      await course.tryAll("Worker", workerChecks, { api: examination.api, scriptName });
    }
    if (testWorkerName === undefined) await examineTraffic(course, examination);
    else await examineTestWorker(course, examination, testWorkerName);
  }
  return { entries: course.entries, notTried: course.notTried, subject: subjectOf(examination) };
}

const allTrialChecks = [...trialChecks, ...lastTrialChecks];

function subjectOf({ scriptName, testWorkerName }: Examination): Subject {
  if (testWorkerName !== undefined) return "the test Worker";
  return scriptName === undefined ? "the busiest Worker" : "the given Worker";
}

async function examineTraffic(course: Course, { api, time, scriptName }: Examination): Promise<void> {
  const checks = [...telemetryChecks, ...trafficChecks];
  const look = await course.open("telemetry", toLookAt, async () => {
    const name = scriptName ?? (await busiestWorker(api, time.now()));
    if (name === undefined) throw new Error("No Worker of the account was called within the last hour.");
    return lookAt(api, name, time);
  });
  if (look === undefined) course.leaveOut(checks);
  else await course.tryAll("telemetry", checks, look);
}

async function examineTestWorker(course: Course, examination: Examination, name: string): Promise<void> {
  const { api, time } = examination;
  const worker = await course.open("test Worker", toCreate, () => createTestWorker(api, name, time));
  if (worker === undefined) {
    course.leaveOut([...allTrialChecks, ...telemetryChecks]);
    return;
  }
  await course.tryAll("test Worker", trialChecks, worker);
  const look = await course.open("telemetry", toLookAt, () => lookAt(api, name, time));
  if (look === undefined) course.leaveOut(telemetryChecks);
  else await course.tryAll<DoctorLook>("telemetry", telemetryChecks, look);
  await course.tryAll("telemetry", lastTrialChecks, worker);
}

const toLookAt: Named = {
  id: "traffic",
  question: "Are there invocations of the last hour to look at?",
  assumes: "there are",
};

const toCreate: Named = {
  id: "test-worker",
  question: "Can a Worker be created, with a version that gets no traffic?",
  assumes: "the token has Workers Scripts Write",
};

/** How the examination goes. */
class Course {
  readonly entries: Entry[] = [];
  readonly notTried: Named[] = [];

  constructor(private readonly examination: Examination) {}

  async tryAll<World>(group: Group, checks: readonly Check<World>[], world: World): Promise<void> {
    for (const check of checks) {
      this.next(check);
      const finding = await this.unlessStopped(tryCheck(check, world));
      this.entries.push({ group, check, finding });
    }
  }

  /** What other checks need; undefined when it cannot be had. */
  async open<World>(group: Group, check: Named, make: () => Promise<World>): Promise<World | undefined> {
    this.next(check);
    try {
      const world = await make();
      this.entries.push({ group, check, finding: holds("yes") });
      return world;
    } catch (error) {
      this.examination.signal.throwIfAborted();
      this.entries.push({ group, check, finding: findingOf(error) });
      return undefined;
    }
  }

  leaveOut(checks: readonly Named[]): void {
    this.notTried.push(...checks);
  }

  hasFailed(...ids: readonly string[]): boolean {
    return this.entries.some(({ check, finding }) => ids.includes(check.id) && finding.verdict === "fails");
  }

  /** Does not wait for a check that is stopped. */
  private unlessStopped<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.examination;
    return new Promise((resolve, reject) => {
      const onStop = (): void => {
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", onStop);
      void work.then(resolve, reject).finally(() => {
        signal.removeEventListener("abort", onStop);
      });
    });
  }

  private next({ question }: Named): void {
    this.examination.signal.throwIfAborted();
    this.examination.onQuestion(question);
  }
}
