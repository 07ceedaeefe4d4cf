import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { KINDS, type Value } from "./binding-kinds";
import type { Binding, Version } from "./types";
import { isElsewhere } from "./unemulated-bindings";

/** Refuses what the edge cannot run, by name. */
export function checkBindings(bindings: readonly Binding[]): void {
  const names = new Set<string>();
  for (const binding of bindings) {
    if (names.has(binding.name)) refuse(`Binding name '${binding.name}' is used more than once.`);
    names.add(binding.name);
    checkBinding(binding);
  }
}

function checkBinding(binding: Binding): void {
  // Whether it is taken as a stub is not a matter of how it is written.
  if (isElsewhere(binding)) return;
  const kind = KINDS[binding.type];
  if (kind === undefined) {
    refuse(
      `Binding '${binding.name}' has type '${binding.type}', which the local edge does not emulate. ` +
        `It emulates ${Object.keys(KINDS).join(", ")}.`,
    );
  }
  const problem = kind.schema.safeParse(binding).error?.issues[0];
  if (problem) {
    const what = [...problem.path.map(String), problem.message].join(": ");
    refuse(`Binding '${binding.name}' of type '${binding.type}': ${what}.`);
  }
}

function refuse(message: string): never {
  throw new ApiError(400, CODES.invalidScript, message);
}

/** What of a version's `env` is in the version itself. */
export function environmentOf(version: Version): Record<string, Value> {
  return Object.fromEntries(
    version.bindings.flatMap((binding) => {
      const value = KINDS[binding.type]?.value;
      return value ? [[binding.name, value(binding, version)]] : [];
    }),
  );
}

/** The bindings as answers show them: with every secret left out. */
export function presentBindings(bindings: readonly Binding[]): unknown[] {
  return bindings.map((binding) => {
    const { shown, hidden = [] } = KINDS[binding.type] ?? {};
    return Object.fromEntries(
      Object.entries(shown?.(binding) ?? binding).filter(
        ([field, value]) => !hidden.includes(field) && value !== undefined,
      ),
    );
  });
}
