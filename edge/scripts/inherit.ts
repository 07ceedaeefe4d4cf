import * as z from "zod";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { checked } from "../api/checked";
import type { Binding, Version } from "./types";

/** A binding of the kind `inherit`: one that a version before has, under this name or an old one. */
const inheritance = z.looseObject({
  name: z.string(),
  old_name: z.string().nullish(),
  version_id: z.string().nullish(),
});

type Inheritance = z.infer<typeof inheritance>;

/** What an upload says of its bindings. */
export interface BindingWish {
  readonly given: readonly Binding[];
  /** Kinds of bindings to take over from the version before, where none is given of the name. */
  readonly keep: readonly string[];
  /** Whether a binding that is to be inherited, and is not there, is an error. If not, it is left out. */
  readonly isStrict: boolean;
}

/** Finds versions of the script that bindings are inherited from. */
export interface Ancestors {
  readonly latest: Version | undefined;
  readonly find: (versionId: string) => Version | undefined;
}

/** The bindings of a new version: those given, those inherited by name, and those kept by kind. */
export function resolveBindings({ given, keep, isStrict }: BindingWish, ancestors: Ancestors): Binding[] {
  const own = given.flatMap((binding) => {
    if (binding.type !== "inherit") return [binding];
    const wish = inheritanceFrom(binding);
    const inherited = inheritedBy(wish, ancestors);
    if (inherited === undefined && isStrict) throw notInherited(wish);
    return inherited ?? [];
  });
  const names = new Set(given.map(({ name }) => name));
  const kept = ancestors.latest?.bindings.filter(({ type, name }) => keep.includes(type) && !names.has(name));
  return [...own, ...(kept ?? [])];
}

function inheritanceFrom(binding: Binding): Inheritance {
  return checked(inheritance, binding, (faults) => {
    const problem = `inherit binding '${binding.name}' is invalid: ${faults}.`;
    return new ApiError(400, CODES.invalidInherit, problem);
  });
}

function inheritedBy(wish: Inheritance, { latest, find }: Ancestors): Binding | undefined {
  const { name, old_name: oldName, version_id: versionId } = wish;
  const ancestor = versionId == null || versionId === "latest" ? latest : find(versionId);
  const found = ancestor?.bindings.find((binding) => binding.name === (oldName ?? name));
  return found && { ...found, name };
}

function notInherited({ name, old_name: oldName, version_id: versionId }: Inheritance): ApiError {
  const where = versionId == null ? "the latest version" : `version ${versionId}`;
  const wanted = oldName == null ? "of this name" : `named '${oldName}'`;
  return new ApiError(
    400,
    CODES.invalidInherit,
    `inherit binding '${name}' is invalid: ${where} of this Worker has no binding ${wanted}.`,
  );
}
