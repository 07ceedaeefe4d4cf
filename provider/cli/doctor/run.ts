import type { Api } from "../../cloudflare/checks/api";
import { setupChecks } from "../../cloudflare/checks/setup";
import { account } from "../../cloudflare/checks/setup/account";
import { telemetryPermission } from "../../cloudflare/checks/setup/permission";
import { telemetryChecks, trafficChecks } from "../../cloudflare/checks/telemetry";
import { busiestWorker, lookAt, type DoctorLook, type Time } from "../../cloudflare/checks/telemetry/subject";
import { lastTrialChecks, trialChecks } from "../../cloudflare/checks/trial";
import { createTestWorker } from "../../cloudflare/checks/trial/testWorker";
import { settingsChecks } from "../../cloudflare/checks/worker";
import { deployment } from "../../cloudflare/checks/worker/deployment";
import type { WorkerSubject } from "../../cloudflare/checks/worker/subject";
import { Course, type Entry, type Named } from "./course";

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
  const course = new Course(examination.signal, examination.onQuestion);
  await course.tryAll("set-up", setupChecks, examination.api);
  if (!course.holds(account) && !course.holds(telemetryPermission)) {
    course.leaveOut(testWorkerName === undefined ? [] : allTrialChecks);
    course.leaveOut(scriptName === undefined ? [] : [deployment, ...settingsChecks]);
    course.leaveOut(telemetryChecks);
  } else {
    if (scriptName !== undefined) await examineWorker(course, { api: examination.api, scriptName });
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

async function examineWorker(course: Course, worker: WorkerSubject): Promise<void> {
  await course.tryAll("Worker", [deployment], worker);
  // The others would only say once more that there is no such Worker.
  if (course.readingOf(deployment) === "missing") course.leaveOut(settingsChecks);
  else await course.tryAll("Worker", settingsChecks, worker);
}

async function examineTraffic(course: Course, { api, time, scriptName }: Examination): Promise<void> {
  const checks = [...telemetryChecks, ...trafficChecks];
  const look = await course.open("telemetry", toLookAt, async () => {
    const name = scriptName ?? (await busiestWorker(api, time.now()));
    return name === undefined ? undefined : lookAt(api, name, time);
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
