import { bucketSeconds, bucketsOfMinute, type Judge, type Watch } from "./judge";
import { queried, Window } from "./window";

/** A metric of an `AnalysisTemplate`, measured once a minute over the last minute. */
export interface Metric {
  readonly failureLimit: number;
  /** So many successes in a row complete the analysis for good; 0 asks for none. */
  readonly consecutiveSuccessLimit: number;
}

const consecutiveErrorLimit = 4;
const errorRetrySeconds = 10;
const intervalSeconds = 60;

type Measurement = "success" | "failure" | "error";

/**
 * Argo Rollouts: a background analysis with `failureCondition: result[0] > max`, `interval: 1m`, `initialDelay: 1m`.
 * After each measurement more failures than `failureLimit`, or more than 4 errors in a row, abort. Errors are measured
 * again after 10 s whatever the interval.
 */
export function argo(metric: Metric): Judge {
  const { failureLimit, consecutiveSuccessLimit } = metric;
  const done = consecutiveSuccessLimit > 0;
  const name = `Argo Rollouts ${failureLimit}`;
  const rule = `Each minute is a success or a failure; more than ${failureLimit} failures abort`;
  return {
    name: done ? `${name}, done after ${consecutiveSuccessLimit}` : name,
    rule: done ? `${rule}, ${consecutiveSuccessLimit} successes in a row end the analysis.` : `${rule}.`,
    kind: "max",
    watch: ({ max }) => analysisRun(metric, max),
  };
}

function analysisRun(metric: Metric, max: number): Watch {
  const window = new Window(bucketsOfMinute);
  let everServed = false;
  let wait = intervalSeconds;
  let failures = 0;
  let errorsInARow = 0;
  let successesInARow = 0;
  let completed = false;
  return (bucket) => {
    window.add(bucket.new);
    everServed ||= bucket.new.valid > 0;
    wait -= bucketSeconds;
    if (completed || wait > 0) return false;

    const measurement = measure(queried(window.counts, everServed), max);
    errorsInARow = measurement === "error" ? errorsInARow + 1 : 0;
    successesInARow = measurement === "success" ? successesInARow + 1 : 0;
    if (measurement === "failure") failures += 1;
    if (failures > metric.failureLimit || errorsInARow > consecutiveErrorLimit) return true;
    completed = metric.consecutiveSuccessLimit > 0 && successesInARow >= metric.consecutiveSuccessLimit;
    wait = measurement === "error" ? errorRetrySeconds : intervalSeconds;
    return false;
  };
}

/**
 * `result[0]` of an empty answer is an error. NaN compares false, so a minute without requests is no failure; written
 * as a `successCondition` it would be one. With one condition given nothing is ever inconclusive.
 */
export function measure(result: number | undefined, max: number): Measurement {
  if (result === undefined) return "error";
  return result > max ? "failure" : "success";
}
