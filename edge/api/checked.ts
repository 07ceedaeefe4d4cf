import type * as z from "zod";

type Issue = z.core.$ZodIssue;

/** More than a person reads at once. */
const MOST_FAULTS = 5;

/** Fields that may hold a secret, or have one in them: what is in there is never repeated. */
const NEVER_SHOWN: readonly PropertyKey[] = [
  "bindings",
  "env",
  "secrets",
  "text",
  "key_base64",
  "key_jwk",
  "content_base64",
];

/**
 * The value as `schema` reads it. Throws what `refusal` makes of the faults, when it has any.
 *
 * @param whole What the value is called where it is wrong as a whole.
 */
export function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  refusal: (faults: string, issues: readonly Issue[]) => Error,
  whole = "The body",
): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw refusal(faultsIn(result.error.issues, whole), result.error.issues);
}

function faultsIn(issues: readonly Issue[], whole: string): string {
  const more = issues.length > MOST_FAULTS ? [`and ${issues.length - MOST_FAULTS} more`] : [];
  return [...issues.slice(0, MOST_FAULTS).map((issue) => faultOf(issue, whole)), ...more].join("; ");
}

/** Where something is wrong, what was found there, and what is allowed. */
function faultOf(issue: Issue, whole: string): string {
  const place = issue.path.length === 0 ? whole : issue.path.map(String).join(".");
  return `${place}: ${wordsOf(issue)}`;
}

function wordsOf(issue: Issue): string {
  const found = foundIn(issue);
  switch (issue.code) {
    case "invalid_type":
      return `is ${found}, and must be ${issue.expected === "int" ? "a whole number" : `of type ${issue.expected}`}`;
    case "invalid_value":
      return `is ${found}, and must be ${oneOf(issue.values)}`;
    case "too_small":
      return issue.inclusive === false
        ? `is too small, ${found}; it must be more than ${issue.minimum}`
        : `is too small, ${found}; the least is ${issue.minimum}`;
    case "too_big":
      return `is too large, ${found}; the most is ${issue.maximum}`;
    case "invalid_union":
      return unionWords(issue);
    case "unrecognized_keys":
      return `has fields that are not known here: ${issue.keys.join(", ")}`;
    default:
      return issue.message;
  }
}

/** Of a union whose members are told apart by one of their fields, zod gives that field's place and the whole object. */
function unionWords(issue: Issue & { code: "invalid_union" }): string {
  const { discriminator, input, message } = issue;
  if (discriminator !== undefined) {
    const given = (input as Record<string, unknown>)[discriminator];
    const { options = [] } = issue as { options?: readonly unknown[] };
    return `is ${foundIn({ ...issue, input: given })}, and must be ${oneOf(options)}`;
  }
  return message === "Invalid input"
    ? `is ${foundIn(issue)}, which is none of what is allowed here`
    : `is ${foundIn(issue)}, and ${message}`;
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length === 1 ? texts.join() : `one of ${texts.join(", ")}`;
}

function foundIn({ input, path }: Issue): string {
  if (input === undefined) return "missing";
  if (Array.isArray(input)) return `a list of ${input.length}`;
  if (typeof input === "object" && input !== null) return "an object";
  // A body that is a text, where an object should be, may be a secret on its own.
  const isSecret = path.length === 0 || path.some((name) => NEVER_SHOWN.includes(name));
  if (isSecret && input !== null) return `a ${typeof input}`;
  return cut(JSON.stringify(input));
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
