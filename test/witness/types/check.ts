import { Ajv, type ErrorObject } from "ajv";
import type { Schema } from "./generate";

const ajv = new Ajv({ allErrors: true, verbose: true, strict: false });

/** How an answer and the type declared for it fit. Fields go by their place: `result.items[].id`. */
export interface Fit {
  /** Where the answer is not what the type says. */
  readonly problems: readonly string[];
  /** Fields that the type does not know. */
  readonly extras: ReadonlySet<string>;
  /** Fields that the type knows at the places that the answer has. */
  readonly known: ReadonlySet<string>;
  /** Those of them that the answer has. */
  readonly answered: ReadonlySet<string>;
}

/** Compares an answer with the schema of its type. */
export function fit(schema: Schema, answer: unknown): Fit {
  const found = { extras: new Set<string>(), known: new Set<string>(), answered: new Set<string>() };
  compare(schema, answer, "", found);
  return { problems: [...violations(schema, answer).map(explained), ...badDates(answer, "")], ...found };
}

type Found = Record<"extras" | "known" | "answered", Set<string>>;

function violations(schema: Schema, value: unknown): ErrorObject[] {
  const validate = ajv.compile(schema);
  return validate(value) ? [] : (validate.errors ?? []);
}

function explained({ instancePath, message = "", params, data }: ErrorObject): string {
  const shown = data === undefined ? "" : ` (${JSON.stringify(data)})`;
  return `${instancePath || "/"} ${message} ${JSON.stringify(params)}${shown}`;
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Types say `string` of every time; Cloudflare writes them by RFC 3339 in the fields called `…_on`. */
function badDates(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const isBad = name.endsWith("_on") && typeof inner === "string" && !RFC_3339.test(inner);
    return isBad ? [`${path}/${name} is no date: ${inner}`] : badDates(inner, `${path}/${name}`);
  });
}

function compare(schema: Schema, value: unknown, path: string, found: Found): void {
  const { anyOf, items, properties } = schema;
  if (Array.isArray(anyOf)) {
    compare(bestOf(anyOf as Schema[], value), value, path, found);
  } else if (Array.isArray(value)) {
    for (const item of value) compare((items ?? {}) as Schema, item, `${path}[]`, found);
  } else if (typeof value === "object" && value !== null && saysFields(schema)) {
    compareObject(schema, (properties ?? {}) as Record<string, Schema>, value, path, found);
  }
}

function saysFields({ properties, additionalProperties }: Schema): boolean {
  return properties !== undefined || additionalProperties !== undefined;
}

function compareObject(
  { additionalProperties }: Schema,
  properties: Record<string, Schema>,
  value: object,
  path: string,
  found: Found,
): void {
  const at = (name: string): string => (path ? `${path}.${name}` : name);
  for (const name of Object.keys(properties)) found.known.add(at(name));
  for (const [name, inner] of Object.entries(value)) {
    const property = properties[name];
    if (property) {
      found.answered.add(at(name));
      compare(property, inner, at(name), found);
    } else if (typeof additionalProperties === "object") {
      compare(additionalProperties as Schema, inner, at("*"), found);
    } else {
      found.extras.add(at(name));
    }
  }
}

/** Of the types that a value may have, the one that knows most of it. */
function bestOf(schemas: readonly Schema[], value: unknown): Schema {
  const unknownTo = (schema: Schema): number => {
    const found = { extras: new Set<string>(), known: new Set<string>(), answered: new Set<string>() };
    compare(schema, value, "", found);
    return found.extras.size;
  };
  const fitting = schemas.filter((schema) => violations(schema, value).length === 0);
  return fitting.sort((one, other) => unknownTo(one) - unknownTo(other))[0] ?? {};
}
