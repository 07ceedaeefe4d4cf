import type { VersionAssets } from "../assets/types";
import { cutMessage } from "../deployments/message";
import { checkBindings } from "./bindings";
import { DEFAULT_COMPATIBILITY_DATE } from "./compatibility";
import { resolveBindings, type Ancestors } from "./inherit";
import type { UploadMetadata, VersionSettings } from "./metadata";
import type { Binding, Blueprint, Version } from "./types";

/** The blueprint of an upload: what it leaves out goes back to the default. */
export function uploadedBlueprint(
  metadata: UploadMetadata,
  ancestors: Ancestors,
  isStrict: boolean,
  assets: VersionAssets | undefined,
): Blueprint {
  const { bindings, keep_bindings: keep, placement, limits, cache_options: cache } = metadata;
  return {
    mainModule: metadata.main_module,
    compatibilityDate: metadata.compatibility_date ?? DEFAULT_COMPATIBILITY_DATE,
    compatibilityFlags: metadata.compatibility_flags ?? [],
    usageModel: metadata.usage_model ?? "standard",
    bindings: checked(resolveBindings({ given: bindings ?? [], keep: keep ?? [], isStrict }, ancestors)),
    limits: limits ?? undefined,
    placement: placement ?? undefined,
    cacheOptions: switchedOn(cache),
    assets,
    ...notesOf(metadata.annotations),
  };
}

/** The blueprint of a version again, without what people have said of that one. */
export function sameBlueprint(version: Version): Blueprint {
  const { mainModule, compatibilityDate, compatibilityFlags, usageModel } = version;
  const { bindings, limits, placement, cacheOptions, assets } = version;
  return {
    mainModule,
    compatibilityDate,
    compatibilityFlags,
    usageModel,
    bindings,
    limits,
    placement,
    cacheOptions,
    assets,
  };
}

/** The blueprint of a version with what a change says of it: what that leaves out stays. */
export function changedBlueprint(before: Version, change: VersionSettings, ancestors: Ancestors): Blueprint {
  const { bindings: given } = change;
  return {
    mainModule: before.mainModule,
    compatibilityDate: change.compatibility_date ?? before.compatibilityDate,
    compatibilityFlags: change.compatibility_flags ?? before.compatibilityFlags,
    usageModel: change.usage_model ?? before.usageModel,
    bindings: given
      ? checked(resolveBindings({ given, keep: [], isStrict: true }, ancestors))
      : before.bindings,
    limits: change.limits ?? before.limits,
    placement: change.placement ?? before.placement,
    cacheOptions: change.cache_options == null ? before.cacheOptions : switchedOn(change.cache_options),
    assets: before.assets,
    ...notesOf(change.annotations),
  };
}

/** A cache that is off is none. */
function switchedOn(cache: VersionSettings["cache_options"]): Blueprint["cacheOptions"] {
  return cache?.enabled === true ? cache : undefined;
}

function checked(bindings: Binding[]): Binding[] {
  checkBindings(bindings);
  return bindings;
}

/** What people say of a version. It is said of that one only. */
export function notesOf(
  annotations: VersionSettings["annotations"],
): Pick<Blueprint, "tag" | "message" | "alias"> {
  const message = annotations?.["workers/message"];
  return {
    tag: annotations?.["workers/tag"] ?? undefined,
    message: message == null ? undefined : cutMessage(message),
    alias: annotations?.["workers/alias"] ?? undefined,
  };
}
