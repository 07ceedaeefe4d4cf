import { join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";
import type { JsonSchema } from "../../provider/plan/file/jsonSchema";

const types = join(__dirname, "..", "..", "provider", "plan", "types.ts");

/** The schema with the words that the documented types have for each property, for editors to show. */
export function described(schema: JsonSchema): JsonSchema {
  const documented = createGenerator({ path: types, type: "ReleasePlan", skipTypeCheck: true, topRef: false });
  const plan = documented.createSchema("ReleasePlan") as JsonSchema;
  const definitions = (plan["definitions"] ?? {}) as Record<string, JsonSchema>;
  return withWords(schema, new Documentation([plan], definitions));
}

/** What is documented of one place of a plan: one type, or several where it may have several shapes. */
class Documentation {
  readonly #shapes: readonly JsonSchema[];

  constructor(
    types: readonly JsonSchema[],
    readonly definitions: Readonly<Record<string, JsonSchema>>,
  ) {
    this.#shapes = types.flatMap((type) => this.#shapesOf(type));
  }

  #shapesOf(type: JsonSchema): JsonSchema[] {
    const name = typeof type["$ref"] === "string" ? decodeURIComponent(type["$ref"].replace(/^.*\//, "")) : undefined;
    if (name !== undefined) return this.#shapesOf(this.definitions[name] ?? {});
    return Array.isArray(type["anyOf"]) ? type["anyOf"].flatMap((each: JsonSchema) => this.#shapesOf(each)) : [type];
  }

  /** What is documented of a shape: of those with the same SLI where it has one. */
  of(shape: JsonSchema): Documentation {
    const slis = slisOf(shape);
    const alike = this.#shapes.filter((each) => slisOf(each).some((sli) => slis.includes(sli)));
    return slis.length === 0 || alike.length === 0 ? this : new Documentation(alike, this.definitions);
  }

  items(): Documentation {
    return new Documentation(this.#shapes.flatMap(({ items }) => (items ? [items as JsonSchema] : [])), this.definitions);
  }

  property(key: string): { words: string | undefined; within: Documentation } {
    const found = this.#shapes.flatMap(({ properties }) => {
      const property = (properties as Record<string, JsonSchema> | undefined)?.[key];
      return property === undefined ? [] : [property];
    });
    const [first] = found.filter((each) => typeof each["description"] === "string");
    return { words: first && wordsOf(first), within: new Documentation(found, this.definitions) };
  }
}

/** The names of the SLIs that a shape is for; those with properties by their names. */
function slisOf({ properties }: JsonSchema): string[] {
  const sli = (properties as Record<string, JsonSchema> | undefined)?.["sli"];
  if (sli === undefined) return [];
  if (Array.isArray(sli["enum"])) return sli["enum"] as string[];
  return typeof sli["const"] === "string" ? [sli["const"]] : Object.keys((sli["properties"] as object | undefined) ?? {});
}

function wordsOf({ description, default: fallback }: JsonSchema): string {
  const words = String(description).replaceAll(/\{@link ([^}]+)\}/g, "`$1`");
  if (fallback === undefined) return words;
  return `${words}\n\nDefault: ${typeof fallback === "string" ? fallback : JSON.stringify(fallback)}`;
}

function withWords(schema: JsonSchema, documentation: Documentation): JsonSchema {
  const here = documentation.of(schema);
  return Object.fromEntries(
    Object.entries(schema).map(([key, part]) => {
      if (key === "anyOf") return [key, (part as JsonSchema[]).map((each) => withWords(each, documentation))];
      if (key === "items") return [key, withWords(part as JsonSchema, here.items())];
      if (key !== "properties") return [key, part];
      return [key, Object.fromEntries(Object.entries(part as JsonSchema).map(([name, its]) => [name, property(name, its as JsonSchema, here)]))];
    }),
  );
}

function property(name: string, schema: JsonSchema, documentation: Documentation): JsonSchema {
  const { words, within } = documentation.property(name);
  const inner = withWords(schema, within);
  return words === undefined || "description" in schema ? inner : { description: words, ...inner };
}
