import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Where in a body a fault is: `parameters.filters.0.value`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "The body" : path.map(String).join(".");
}

/** What was found, and what is allowed, for the person who wrote the body. */
export function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `is ${shown(issue.input)}, and must be ${issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`}`;
    case "invalid_value":
      return `is ${shown(issue.input)}, and must be one of ${issue.values.map(shown).join(", ")}`;
    case "too_small":
      return `is too small, ${shown(issue.input)}; the least is ${issue.minimum}`;
    case "too_big":
      return `is too large, ${shown(issue.input)}; the most is ${issue.maximum}`;
    case "invalid_union":
      return `is ${shown(issue.input)}, which is none of what is allowed here`;
    default:
      return issue.message;
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (value === undefined) return "missing";
  return typeof value === "bigint" ? value.toString() : JSON.stringify(value);
}
