import { unknownValue } from "../faults";
import { parseDuration } from "../duration";
import { placeText, problem, type PlanProblem } from "./problem";
import { plainOf, propertyOf, type Sourced } from "./sourced";

/**
 * What is wrong with an SLO that changes one of the plan that it extends: whoever wrote that one relies on it, so it can
 * be made stricter and no laxer.
 */
export function loosened(base: Sourced, own: Sourced, path: string): PlanProblem[] {
  return Object.entries(rules).flatMap(([key, rule]) => {
    const changed = propertyOf(own, key);
    if (changed === undefined) return [];
    const before = propertyOf(base, key);
    const wanted = rule(before === undefined ? undefined : plainOf(before), plainOf(changed));
    if (wanted === undefined) return [];
    const reason =
      `got ${JSON.stringify(plainOf(changed))}, expected ${wanted}, as ${placeText((before ?? base).at)} has it: a plan can ` +
      "make an SLO of the plan that it extends stricter, not laxer";
    return [problem(changed.at, `${path}.${key}`, reason)];
  });
}

/** What a value must be beside the one before; undefined where it is fine, and where one of them cannot be read. */
type Rule = (before: unknown, own: unknown) => string | undefined;

const atMost =
  (read: (value: unknown) => number): Rule =>
  (before, own) =>
    read(own) > read(before) ? `at most ${JSON.stringify(before)}` : undefined;

const rules: Readonly<Record<string, Rule>> = {
  sli: (before, own) => {
    if (before === undefined || JSON.stringify(before) === JSON.stringify(own)) return undefined;
    return `${JSON.stringify(before)}, or an SLO of its own with another name`;
  },
  max: atMost(shareOf),
  maxIncrease: atMost(numberOf),
  limit: atMost((value) => (typeof value === "string" ? (parseDuration(value) ?? NaN) : NaN)),
  slower: atMost(shareOf),
  percentile: (before, own) =>
    numberOf(own) < numberOf(before) ? `at least ${JSON.stringify(before)}` : undefined,
  observeOnly: (before, own) => (own === true && before !== true ? "false" : undefined),
  on: (before = ["fetch"], own) => {
    if (!Array.isArray(before) || !Array.isArray(own)) return undefined;
    const isKept = before.every(
      (type) => type === unknownValue || own.includes(type) || own.includes(unknownValue),
    );
    return isKept ? undefined : `a list with ${before.map((type) => JSON.stringify(type)).join(", ")}`;
  },
};

/** A share, or a percentage of one. Every comparison with what is none is false. */
function shareOf(value: unknown): number {
  if (typeof value !== "string") return numberOf(value);
  return value.endsWith("%") ? Number(value.slice(0, -1)) / 100 : NaN;
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : NaN;
}
