import { z } from "zod";
import { harmless } from "../shown";
import { closestOf } from "./likeness";

/** One thing that is wrong with an input. */
export interface Fault {
  /** Where, as a program would write it: `plan.stages[1].percent`. */
  readonly path: string;
  /** What was found there and what is allowed. */
  readonly reason: string;
  /** The place as the input has it, and the property there that is unknown, if that is the fault. */
  readonly at: Path;
  readonly key?: string;
}

type Path = readonly PropertyKey[];

/**
 * What the Pulumi engine puts in the place of a value that is not known before the update
 * (`plugin.UnknownStringValue`): in a preview it may stand anywhere, whatever the type.
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** True when `value` is, or contains, a value that is not known before the update. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** Parses an input so that {@link faultsOf} can say which property somebody meant by one that is unknown. */
export function parseInput<T extends z.ZodType>(
  schema: T,
  input: unknown,
): z.ZodSafeParseResult<z.output<T>> {
  return schema.safeParse(input, {
    error: (issue) => (issue.code === "unrecognized_keys" ? knownThere(issue) : undefined),
  });
}

type RawIssue = z.core.$ZodRawIssue<UnknownKeys>;

/** The properties that are known there, for {@link faultsOf} to advise on those that are not. */
function knownThere({ inst }: RawIssue): string {
  if (!(inst instanceof z.ZodObject)) return "";
  return Object.keys(inst.shape)
    .filter((key) => !key.startsWith("__"))
    .join(" ");
}

/** What to write instead of a name that is none of those known. */
export function adviceOn(name: string, known: readonly string[]): string {
  const meantName = closestOf(name, known);
  if (meantName !== undefined) return `did you mean "${meantName}"?`;
  return known.length === 0 ? "none is known here" : `known are ${known.join(", ")}`;
}

/**
 * Turns what {@link parseInput} found into faults a person can act on. What concerns a value not known yet is left out:
 * it is checked when it is known.
 *
 * @param root what the path starts with, such as `plan`; empty for none
 */
export function faultsOf(error: z.ZodError, input: unknown, root: string): Fault[] {
  const issues = error.issues
    .flatMap((issue) => meant(issue))
    .filter((issue) => !hasUnknown(valueAt(input, issue.path)));
  const misspelt = issues.flatMap(meantBy);
  return issues
    .filter(({ path }) => valueAt(input, path) !== undefined || !misspelt.includes(pathText("", path)))
    .flatMap((issue): Fault[] => {
      const place = { path: harmless(pathText(root, issue.path)), at: issue.path };
      if (issue.code === "unrecognized_keys") return unknownIn(place, issue);
      return [{ ...place, reason: harmless(`got ${given(input, issue.path)}, expected ${issue.message}`) }];
    });
}

function unknownIn(place: Pick<Fault, "path" | "at">, { keys, message }: UnknownKeys): Fault[] {
  const known = knownIn(message);
  return keys.map((key) => ({
    ...place,
    key,
    reason: harmless(`unknown property "${key}": ${adviceOn(key, known)}`),
  }));
}

/** The properties that were meant by unknown ones. That they are missing need not be said as well. */
function meantBy(issue: Issue): string[] {
  if (issue.code !== "unrecognized_keys") return [];
  const known = knownIn(issue.message);
  return issue.keys.flatMap((key) => {
    const meantKey = closestOf(key, known);
    return meantKey === undefined ? [] : [pathText("", [...issue.path, meantKey])];
  });
}

function knownIn(message: string): string[] {
  return message.split(" ").filter(Boolean);
}

type UnknownKeys = z.core.$ZodIssueUnrecognizedKeys;
type Issue = z.core.$ZodIssue;

/**
 * Where a value may have one of several shapes, zod tells what is wrong with it as each of them. The shape that was
 * meant is the one that has the property right which tells the shapes apart, `sli`, or is wrong only inside of it; among
 * several the one with the least that is wrong.
 */
function meant(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const misfit = ({ path }: Issue): boolean => path.length === 0 || (path.length === 1 && path[0] === "sli");
  const misfits = (shape: readonly Issue[]): number => shape.filter(misfit).length;
  const [closest = []] = issue.errors.toSorted((a, b) => misfits(a) - misfits(b) || a.length - b.length);
  return closest.flatMap((part) => meant({ ...part, path: [...issue.path, ...part.path] }));
}

function given(input: unknown, path: Path): string {
  const value = valueAt(input, path);
  if (value === undefined) return "nothing";
  // A binding and an address may hold a secret, wherever in it somebody put it; so may what is called from a plan.
  if (path[0] === "bindings" || path[0] === "notify" || path.some(isConfidential)) return "something else";
  const text = JSON.stringify(value, (key, part: unknown) => (isConfidential(key) ? "(withheld)" : part));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Properties of a plan with addresses and headers that may hold a secret. */
function isConfidential(key: PropertyKey): boolean {
  return key === "gate" || key === "notify";
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    input,
  );
}

/** A place in an input, as a program would write it. */
export function pathText(root: string, path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, root);
}
