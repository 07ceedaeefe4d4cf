import { InvalidArgumentError } from "commander";

/** An option that says how many. */
export function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It must be a whole number, at least 1.");
}
