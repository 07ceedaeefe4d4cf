import { z } from "zod";
import { parseDuration } from "../duration";
import { adviceOn, parseInput, unknownValue } from "../faults";
import { oneOf } from "../schemaParts";
import { placeText, problem, problemsOf, type PlanProblem } from "./problem";
import { plainOf, propertyOf, textOf, type Place, type Sourced } from "./sourced";

/** What an argument of a plan may be. */
export type ArgValue = string | number | boolean;

const argTypes = ["percent", "duration", "number", "string", "boolean"] as const;
type ArgType = (typeof argTypes)[number];

/** An argument as the files declare it. */
interface Declared {
  /** Unclear where the declaration is wrong: then any value is taken, and nothing that depends on it is judged. */
  readonly type: ArgType | "unclear";
  readonly at: Place;
  readonly default?: Sourced;
  readonly description?: string;
}

/** An argument of a plan, for who gives it a value. */
export interface DeclaredArg {
  readonly name: string;
  readonly type: ArgType;
  /** As it is written; undefined where a value has to be given. */
  readonly default?: string;
  readonly description?: string;
}

/** An argument's value, and where it comes from, in words. */
export interface Arg {
  readonly value: ArgValue;
  readonly origin: string;
}

/** What the arguments of a plan come to. */
export interface Args {
  readonly values: ReadonlyMap<string, Arg>;
  readonly problems: readonly PlanProblem[];
  /** Those that have no value. */
  readonly missing: readonly string[];
  /** All that can be given a value. */
  readonly declared: readonly DeclaredArg[];
}

/** The values that somebody gives to a plan's arguments. */
export interface Given {
  readonly args: Readonly<Record<string, unknown>>;
  /** True where every value is a text, as on a command line: it is read as what the argument's type says. */
  readonly asText: boolean;
  /** What to do about an argument without a value. */
  readonly missing: "refuse" | "leave open";
}

/** The schema of the file's `args`. */
export const declarations = z.record(
  z.string().regex(/^[A-Za-z][\w-]{0,59}$/),
  z.strictObject(
    {
      type: oneOf(argTypes).optional(),
      default: z
        .union([z.string(), z.number(), z.boolean()], { error: "a text, a number, true or false" })
        .optional(),
      description: z.string({ error: "a text" }).optional(),
    },
    {
      error: ({ code }) =>
        code === "unrecognized_keys" ? undefined : "an argument as { type: percent, default: 1% }",
    },
  ),
  {
    error: ({ code }) =>
      code === "invalid_key"
        ? "a name of letters, digits, - and _ that begins with a letter"
        : "a map of arguments, such as maxErrors: { type: percent, default: 1% }",
  },
);

/**
 * The arguments that the files of a plan declare, with what is given to them.
 *
 * @param sections the `args` of the files, what is extended first; a later file may give a default to an argument of an
 * earlier one
 * @param file where the plan begins, for what has no place of its own
 */
export function argsOf(sections: readonly Sourced[], given: Given, file: Place): Args {
  const problems: PlanProblem[] = [];
  const declared = new Map<string, Declared>();
  for (const section of sections) {
    const parsed = parseInput(declarations, plainOf(section));
    const faults = parsed.success ? [] : problemsOf(parsed.error, section, "args");
    problems.push(...faults, ...declare(section, declared, faults));
  }
  const unknown = Object.keys(given.args).filter((name) => !declared.has(name));
  const names = [...declared.keys()];
  problems.push(
    ...unknown.map((name) =>
      problem(file, "args", `the plan has no argument "${name}": ${adviceOn(name, names)}`),
    ),
  );
  return valuesOf(declared, given, problems);
}

function declare(
  section: Sourced,
  declared: Map<string, Declared>,
  faults: readonly PlanProblem[],
): PlanProblem[] {
  if (section.kind !== "map") return [];
  return [...section.entries].flatMap(([name, { keyAt, value: node }]) => {
    if (faults.some(({ path }) => `${path}.`.startsWith(`args.${name}.`))) {
      declared.set(name, { type: "unclear", at: keyAt });
      return [];
    }
    const before = declared.get(name);
    const stated = argTypes.find((each) => each === textOf(node, "type"));
    const type = stated ?? before?.type;
    const path = `args.${name}`;
    if (type === undefined) {
      declared.set(name, { type: "unclear", at: keyAt });
      return [problem(keyAt, `${path}.type`, `got nothing, expected one of ${argTypes.join(", ")}`)];
    }
    if (before !== undefined && before.type !== "unclear" && before.type !== type) {
      const reason = `got "${type}", expected "${before.type}", as ${placeText(before.at)} declares it`;
      return [problem(propertyOf(node, "type")?.at ?? keyAt, `${path}.type`, reason)];
    }
    if (type === "unclear") return [];
    const fallback = propertyOf(node, "default") ?? before?.default;
    const wrong = fallback?.kind === "scalar" && !isDefault(type, fallback.value);
    const description = textOf(node, "description") ?? before?.description;
    declared.set(name, {
      ...{ type, at: keyAt },
      ...(fallback !== undefined && { default: fallback }),
      ...(description !== undefined && { description }),
    });
    if (!wrong) return [];
    return [
      problem(
        fallback.at,
        `${path}.default`,
        `got ${JSON.stringify(fallback.value)}, expected ${allowed[type]}`,
      ),
    ];
  });
}

function givenText(value: unknown): string {
  // An output of a resource refuses to become JSON.
  const isPlain = value === null || ["string", "number", "boolean"].includes(typeof value);
  return isPlain ? JSON.stringify(value) : "no plain value, and neither is an output of a resource";
}

/** A default is a value: it cannot refer to another argument. */
function isDefault(type: ArgType, value: unknown): boolean {
  if (typeof value === "string" && value.includes("$(args.")) return false;
  return readValue(type, value, false) !== undefined;
}

function valuesOf(declared: ReadonlyMap<string, Declared>, given: Given, problems: PlanProblem[]): Args {
  const values = new Map<string, Arg>();
  const missing: string[] = [];
  for (const [name, { type, at, default: fallback }] of declared) {
    const it = given.args[name];
    if (type === "unclear") values.set(name, { value: unknownValue, origin: "" });
    else if (it !== undefined) {
      const value = readValue(type, it, given.asText);
      values.set(name, { value: value ?? unknownValue, origin: `the argument ${name}, as it was given` });
      if (value === undefined) {
        problems.push(problem(at, `args.${name}`, `given was ${givenText(it)}, expected ${allowed[type]}`));
      }
    } else if (fallback?.kind === "scalar") {
      const value = readValue(type, fallback.value, false) ?? unknownValue;
      values.set(name, { value, origin: `the default of the argument ${name}, ${placeText(fallback.at)}` });
    } else {
      missing.push(name);
      values.set(name, { value: unknownValue, origin: "" });
      if (given.missing === "refuse") {
        problems.push(
          problem(at, `args.${name}`, `no value was given, expected ${allowed[type]}: it has no default`),
        );
      }
    }
  }
  return { values, problems, missing, declared: [...declared].flatMap(declaredArg) };
}

function declaredArg([name, { type, default: fallback, description }]: [string, Declared]): DeclaredArg[] {
  if (type === "unclear") return [];
  const value = fallback?.kind === "scalar" ? String(fallback.value) : undefined;
  return [
    {
      ...{ name, type },
      ...(value !== undefined && { default: value }),
      ...(description !== undefined && { description }),
    },
  ];
}

const allowed: Readonly<Record<ArgType, string>> = {
  percent: 'a percentage, such as "1%" or "0.05%"',
  duration: 'a duration, such as "30s", "10m" or "1h30m"',
  number: "a number",
  string: "a text without references",
  boolean: "true or false",
};

/** A value of that type; undefined for anything else. */
function readValue(type: ArgType, given: unknown, asText: boolean): ArgValue | undefined {
  if (asText && type === "number") return readValue(type, toNumber(given), false);
  if (asText && type === "boolean" && (given === "true" || given === "false")) return given === "true";
  if (type === "number") return typeof given === "number" && Number.isFinite(given) ? given : undefined;
  if (type === "boolean") return typeof given === "boolean" ? given : undefined;
  if (typeof given !== "string") return undefined;
  if (type === "percent") return /^\d+(?:\.\d+)? ?%$/.test(given) ? given : undefined;
  if (type === "duration") return parseDuration(given) === undefined ? undefined : given;
  return given;
}

function toNumber(given: unknown): number {
  return typeof given === "string" && given.trim() !== "" ? Number(given) : NaN;
}
