import { z } from "zod";
import { planSchema } from "../schema";
import { declarations } from "./args";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

/** What an editor takes where the file refers to an argument. */
const reference = { type: "string", pattern: "^\\$\\(args\\.[A-Za-z][\\w-]*\\)$" };

/** What an SLO of a plan that extends another may say without an `sli`: the name of the SLO that it changes, and bounds. */
const bounds = ["name", "max", "maxIncrease", "limit", "percentile", "slower", "observeOnly", "on"];

/**
 * The JSON Schema of plan files (draft 7, which editors know), made of the schema that a release checks its plan with.
 * What only the whole shows, such as stages that do not rise, it does not know.
 */
export function planFileSchema(): JsonSchema {
  const plan = withReferences(jsonSchemaOf(planSchema)) as JsonSchema & { properties: JsonSchema };
  const { slos, ...others } = plan.properties;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A plan of pulumi-workers-release",
    type: "object",
    properties: {
      $schema: { type: "string", description: "The schema of this file, for editors." },
      extends: {
        type: "string",
        description:
          "Another plan file, relative to this one, or a ready-made plan such as `pulumi-workers-release/standard`. All that " +
          "it says holds, but for what this file changes: its SLOs can be made stricter by their names, and not removed; " +
          "`stages` are replaced as a whole; other lists are added to.",
      },
      args: {
        ...jsonSchemaOf(declarations),
        description:
          "Arguments, for `$(args.name)` to refer to: each with a `type`, a `default` and a `description`.",
      },
      slos: withChanges(slos as JsonSchema),
      ...others,
    },
    additionalProperties: false,
    if: { not: { required: ["extends"] } },
    then: {
      required: ["slos", "stages"],
      properties: { slos: { type: "array", items: { type: "object", required: ["sli"] } } },
    },
  };
}

function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const made: JsonSchema = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // Defaults are told in words: here they are what the schema makes of them.
      delete jsonSchema.default;
      if (zodSchema._zod.def.type === "undefined") jsonSchema.not = {};
      // A format is not checked by every editor; of addresses only these are taken.
      if (jsonSchema.format === "uri") {
        delete jsonSchema.format;
        jsonSchema.pattern = "^https?://";
      }
    },
  });
  // It is a part of another one.
  delete made["$schema"];
  return made;
}

/** The same schema, in which a reference may stand for every value. That of an SLI tells its SLO's shape. */
function withReferences(schema: unknown, key = ""): unknown {
  if (Array.isArray(schema)) return schema.map((each) => withReferences(each, key));
  if (typeof schema !== "object" || schema === null) return schema;
  const { oneOf, ...rest } = schema as JsonSchema;
  const whole: JsonSchema = { ...rest, ...(oneOf !== undefined && { anyOf: oneOf }) };
  if (key !== "sli" && isValue(whole)) return { anyOf: [whole, reference] };
  return Object.fromEntries(
    Object.entries(whole).map(([name, part]) => {
      if (name !== "properties")
        return [name, name === "anyOf" || name === "items" ? withReferences(part, key) : part];
      const properties = Object.entries(part as JsonSchema).filter(([, its]) => !isNever(its as JsonSchema));
      return [name, Object.fromEntries(properties.map(([each, its]) => [each, withReferences(its, each)]))];
    }),
  );
}

/** What may not be there is not among the properties at all. */
function isNever({ not }: JsonSchema): boolean {
  return not !== undefined;
}

/** Anything but a list and a map. */
function isValue(schema: JsonSchema): boolean {
  return typeof schema["type"] === "string" && !["object", "array"].includes(schema["type"]);
}

function withChanges(slos: JsonSchema): JsonSchema {
  const items = slos["items"] as { readonly anyOf: readonly JsonSchema[] };
  const shapes = items.anyOf.flatMap((shape) => (shape["anyOf"] as JsonSchema[] | undefined) ?? [shape]);
  const properties = Object.assign({}, ...shapes.map((shape) => shape["properties"])) as JsonSchema;
  const change = {
    type: "object",
    properties: Object.fromEntries(bounds.map((key) => [key, properties[key]])),
    required: ["name"],
    additionalProperties: false,
  };
  return { ...slos, items: { anyOf: [...shapes, change] } };
}
