import { CODES } from "../api/codes";
import { ApiError } from "../api/error";
import type { EdgeContext } from "../context";
import { hasStore, isStandIn, nameOf, noSuchStore, putStandIn, storeOf } from "./stores";
import type { Version } from "./types";
import { unemulatedIn } from "./unemulated-bindings";

const ALLOW = "start the edge with --allow-stubs (allowStubs: true)";

/**
 * Refuses bindings to what the edge does not have, and its cache. Where stubs are allowed they are taken: an empty store is put in the
 * place of one that is not there, and what is not emulated throws when it is used.
 */
export function checkStubs({ state, stubs }: EdgeContext, { bindings, cacheOptions }: Version): void {
  if (cacheOptions !== undefined && !stubs.areAllowed) {
    throw new ApiError(
      400,
      CODES.invalidScript,
      `cache_options: the local edge does not emulate Workers Cache. Leave it out, or ${ALLOW} to have every request answered ` +
        "by the Worker.",
    );
  }
  for (const binding of bindings) {
    const missing = unemulatedIn(binding);
    if (missing !== undefined && !stubs.areAllowed) {
      throw new ApiError(
        400,
        CODES.invalidScript,
        `Binding '${binding.name}': the local edge does not emulate ${missing}. Leave it out, or ${ALLOW} to accept it as a ` +
          "stub that throws when it is used.",
      );
    }
    const store = storeOf(binding);
    if (store === undefined || hasStore(state, store)) continue;
    if (!stubs.areAllowed) {
      const hint = `Create it on this edge first, or ${ALLOW} to have an empty one in its place.`;
      throw noSuchStore(store, binding.name, hint);
    }
    putStandIn(state, store);
  }
}

/** What to tell of the bindings and the cache of a version that are not what they would be on Cloudflare. */
export function warningsOnStubs({ state }: Pick<EdgeContext, "state">, version: Version): string[] {
  const warnings = version.bindings.flatMap((binding) => {
    const { name, type } = binding;
    const missing = unemulatedIn(binding);
    if (missing !== undefined) {
      return `Binding '${name}' is a stub that throws when it is used: the local edge does not emulate ${missing}.`;
    }
    const store = storeOf(binding);
    if (store !== undefined && isStandIn(state, store)) {
      return `Binding '${name}': ${nameOf(store)} is a stand-in that was empty at first. This edge had none of that id.`;
    }
    if (type === "analytics_engine") {
      return `Binding '${name}' takes data points, and the local edge keeps none of them.`;
    }
    return [];
  });
  if (version.cacheOptions === undefined) return warnings;
  return [
    ...warnings,
    "cache_options is kept, but the local edge caches nothing: the Worker answers every request.",
  ];
}

/** Whether stubs are allowed, and who is told of those there are. */
export class Stubs {
  private readonly told = new Set<string>();

  constructor(
    readonly areAllowed: boolean,
    private readonly onNotice: (line: string) => void,
  ) {}

  /** Tells of each that was not told of before. */
  tell(scriptName: string, warnings: readonly string[]): void {
    for (const warning of warnings) {
      const line = `${scriptName}: ${warning}`;
      if (this.told.has(line)) continue;
      this.told.add(line);
      this.onNotice(line);
    }
  }
}
