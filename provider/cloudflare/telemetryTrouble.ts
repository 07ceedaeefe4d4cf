import { PortError } from "../rollout/ports";
import type { Span } from "./telemetryGrid";
import type { Mismatch } from "./telemetrySums";

// Answers that are not judged. Each says what came, what was asked for, and what to do; `what` is what was asked.

const report = "run `workers-release doctor` and report what it says.";

export function missingGroups(what: string): PortError {
  return new PortError(
    "unavailable",
    `${what} gave fewer groups of outcomes and statuses than there are, even for one version and one bucket: what it ` +
      `lacks is not zero, so it is not judged. If it stays so, ${report}`,
  );
}

export function onOtherGrid(what: string, found: string, { bucketMs }: Span): PortError {
  return new PortError(
    "unavailable",
    `${what} was answered with ${found}. Buckets of ${bucketMs / 1000} s that begin at whole multiples of that were asked ` +
      `for, so the counts cannot be placed and are not judged. ${report.replace("run", "Run")}`,
  );
}

export function doesNotAddUp(what: string, { series, aggregates }: Mismatch): PortError {
  return new PortError(
    "unavailable",
    `${what} gave an answer that contradicts itself: its series adds up to ${Math.round(series)} events, its aggregates ` +
      `to ${Math.round(aggregates)}. It is not judged. If it stays so, ${report}`,
  );
}
