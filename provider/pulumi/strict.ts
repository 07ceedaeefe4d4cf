import { z } from "zod";
import { closestOf } from "../plan/likeness";

/** An object with these properties and no others. One that is unknown is told, with the one that was probably meant. */
export function strict<const Shape extends z.ZodRawShape>(shape: Shape) {
  const known = Object.keys(shape).filter((key) => !key.startsWith("__"));
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownWords(key, known)).join("; ")
        : undefined,
  });
}

function unknownWords(key: string, known: readonly string[]): string {
  const meant = closestOf(key, known);
  const advice = meant === undefined ? `known are ${known.join(", ")}` : `did you mean "${meant}"?`;
  return `unknown property "${key}": ${advice}`;
}
