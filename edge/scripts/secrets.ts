import { isDeepStrictEqual } from "node:util";
import type { Binding, Version } from "./types";

const SECRET_TYPES: readonly string[] = ["secret_text", "secret_key"];

/** The bindings whose values no answer ever shows. */
export function secretsOf({ bindings }: Pick<Version, "bindings">): Binding[] {
  return bindings.filter(({ type }) => SECRET_TYPES.includes(type));
}

/** The names of the secrets that `current` has with another value than `version`, or that only one of them has. */
export function secretsChangedSince(
  version: Pick<Version, "bindings">,
  current: Pick<Version, "bindings">,
): string[] {
  const before = byName(secretsOf(version));
  const after = byName(secretsOf(current));
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !isDeepStrictEqual(before.get(name), after.get(name))).sort();
}

function byName(bindings: readonly Binding[]): Map<string, Binding> {
  return new Map(bindings.map((binding) => [binding.name, binding]));
}
