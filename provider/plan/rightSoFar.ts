import type { Stated } from "./eventTypes";
import type { Freeze } from "./freeze";
import type { PlanStage } from "./plan";
import type { GivenProbe } from "./probeSchema";

/** What the checks on a whole plan look at. */
export interface Whole {
  readonly slos: readonly Stated[];
  readonly stages: readonly PlanStage[];
  readonly probes: readonly GivenProbe[];
  readonly pollInterval: number;
  readonly warmUp: number;
  readonly approvalTimeout: number;
  readonly maxBlindTime?: number | undefined;
  readonly whenUnsure: string;
  readonly freeze: readonly Freeze[];
}

/**
 * A plan of which some parts may be wrong, for the checks on the whole: all faults are told at once, and none twice. In
 * the place of a part that is wrong stands one that no check finds fault with.
 */
export function rightSoFar(plan: { readonly [Part in keyof Whole]?: unknown }): Whole {
  return {
    slos: listOf(plan.slos, isSlo, someSlo),
    stages: listOf(plan.stages, isStage, someStage),
    probes: listOf(plan.probes, isProbe, () => someProbe),
    pollInterval: numberOf(plan.pollInterval),
    warmUp: numberOf(plan.warmUp),
    approvalTimeout: numberOf(plan.approvalTimeout),
    maxBlindTime: plan.maxBlindTime === undefined ? undefined : numberOf(plan.maxBlindTime),
    whenUnsure: String(plan.whenUnsure),
    // What holds nothing up is as good as a freeze that is wrong.
    freeze: Array.isArray(plan.freeze) ? plan.freeze.filter(isFreeze) : [],
  };
}

function listOf<T>(
  given: unknown,
  isRight: (each: unknown) => each is T,
  instead: (each: unknown, index: number) => T,
): readonly T[] {
  if (given === undefined) return [];
  // One that may be anything: a check that wants a list not to be empty has nothing to say about this one.
  if (!Array.isArray(given)) return [instead(undefined, 0)];
  return given.map((each: unknown, index) => (isRight(each) ? each : instead(each, index)));
}

/** Every comparison with it is false. */
function numberOf(given: unknown): number {
  return typeof given === "number" ? given : NaN;
}

const isSlo = (given: unknown): given is Stated =>
  typeof propertyOf(propertyOf(given, "sli"), "kind") === "string";
const isStage = (given: unknown): given is PlanStage => typeof propertyOf(given, "soakMs") === "number";
const isFreeze = (given: unknown): given is Freeze => typeof propertyOf(given, "kind") === "string";
const isProbe = (given: unknown): given is GivenProbe => propertyOf(given, "target") !== undefined;

function someStage(given: unknown): PlanStage {
  return {
    percent: numberOf(propertyOf(given, "percent")),
    soakMs: NaN,
    progression: isManual(given) ? "manual" : "automatic",
  };
}

function isManual(given: unknown): boolean {
  return propertyOf(given, "progression") === "manual";
}

const someProbe: GivenProbe = {
  target: { path: "/" },
  everyMs: undefined,
  statuses: [],
  timeoutMs: NaN,
  versionHeader: undefined,
};

function someSlo(given: unknown, index: number): Stated {
  const isOnProbes = propertyOf(given, "sli") === "probes";
  // A name that nobody can give.
  return {
    name: `\n${index}`,
    sli: { kind: isOnProbes ? "probes" : "serverErrors" },
    observeOnly: false,
  };
}

function propertyOf(given: unknown, key: string): unknown {
  return typeof given === "object" && given !== null ? (given as Record<string, unknown>)[key] : undefined;
}
