import { randomBytes } from "node:crypto";

/** What the names of test Workers begin with. */
export const testWorkerPrefix = "workers-release-doctor-";

/** A name that no other Worker has. */
export function testWorkerName(): string {
  return testWorkerPrefix + randomBytes(4).toString("hex");
}
