import { GraphQLScalarType } from "graphql";
import * as z from "zod";

/** Cloudflare's own scalars, by Cloudflare's names, which are those of Go. */
export const SCALARS = {
  string: scalar("string", "A text", z.string("not a string")),
  uint64: scalar("uint64", "A whole number", z.number("not a number").int("not a whole number").min(0)),
  uint8: scalar("uint8", "A whole number up to 255", z.number("not a number").int().min(0).max(255)),
  float32: scalar("float32", "A number", z.number("not a number")),
  float64: scalar("float64", "A number", z.number("not a number")),
  Date: scalar("Date", "A day, such as 2026-11-26", z.iso.date("date format should be '2006-01-02'")),
  /** In epoch seconds, as tallies have it. */
  Time: new GraphQLScalarType<number, string>({
    name: "Time",
    description: "A moment, such as 2026-11-26T10:00:00Z",
    coerceInputValue: reader(
      z.iso
        .datetime({ offset: true, error: "not an iso8601 time" })
        .transform((text) => Date.parse(text) / 1000),
    ),
    coerceOutputValue: (seconds) => new Date(Number(seconds) * 1000).toISOString().replace(".000Z", "Z"),
  }),
};

function scalar<T>(name: string, description: string, schema: z.ZodType<T>): GraphQLScalarType<T> {
  return new GraphQLScalarType({ name, description, coerceInputValue: reader(schema) });
}

/** Reads what a query gives as `schema` wants it. */
function reader<T>(schema: z.ZodType<T>): (value: unknown) => T {
  return (value) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw new Error(result.error.issues[0]?.message);
  };
}
