import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { checkBindings } from "./bindings";
import type { Binding, Version } from "./types";

const SECRET_TYPES = ["secret_text", "secret_key"] as const;

/** A secret as a client gives it, or `null` to delete it. */
export const secret = z.looseObject({ type: z.enum(SECRET_TYPES), name: z.string().min(1) });

/** Secrets to be written, or deleted, by name. */
export type SecretChanges = Readonly<Record<string, Binding | null>>;

/** The bindings of a version with some of its secrets written or deleted. */
export function withSecrets({ bindings }: Pick<Version, "bindings">, changes: SecretChanges): Binding[] {
  const taken = bindings.find(({ name, type }) => changes[name] !== undefined && !isSecretType(type));
  if (taken !== undefined) {
    const problem = `Binding name '${taken.name}' already in use. Please use a different name and try again.`;
    throw new ApiError(400, CODES.bindingInUse, problem);
  }
  const others = bindings.filter(({ name }) => changes[name] === undefined);
  const written = Object.entries(changes).flatMap(([name, binding]) =>
    binding ? [{ ...binding, name }] : [],
  );
  checkBindings(written);
  return [...others, ...written];
}

function isSecretType(type: string): boolean {
  return (SECRET_TYPES as readonly string[]).includes(type);
}

/** The bindings whose values no answer ever shows. */
export function secretsOf({ bindings }: Pick<Version, "bindings">): Binding[] {
  return bindings.filter(({ type }) => isSecretType(type));
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
