import { AUTHOR_EMAIL } from "../deployments/view";
import { presentBindings } from "./bindings";
import type { Script, ScriptSettings, Version } from "./types";

/** What people and the edge have noted of a version. */
export function annotationsOf({ tag, message, alias, triggeredBy }: Version): object {
  return {
    ...(message !== undefined && { "workers/message": message }),
    ...(tag !== undefined && { "workers/tag": tag }),
    ...(alias !== undefined && { "workers/alias": alias }),
    "workers/triggered_by": triggeredBy,
  };
}

/** A version as lists show it. */
export function presentVersionItem(version: Version): object {
  return {
    id: version.id,
    number: version.number,
    metadata: {
      created_on: version.createdOn,
      source: version.source,
      author_id: "",
      author_email: AUTHOR_EMAIL,
      has_preview: false,
    },
    annotations: annotationsOf(version),
  };
}

/** A version in full. */
export function presentVersion(version: Version): object {
  return {
    ...presentVersionItem(version),
    resources: {
      script: { etag: version.etag, last_deployed_from: version.source },
      script_runtime: {
        compatibility_date: version.compatibilityDate,
        // Without flags there is none. The list of bindings is always there: wrangler reads it unasked.
        ...(version.compatibilityFlags.length > 0 && { compatibility_flags: version.compatibilityFlags }),
        usage_model: version.usageModel,
        ...(version.limits && { limits: version.limits }),
        ...migrationTag(version),
      },
      bindings: presentBindings(version.bindings),
    },
    startup_time_ms: version.startupTimeMs,
  };
}

function migrationTag({ durableObjects: { tag } }: Script | Version): object {
  return tag === undefined ? {} : { migration_tag: tag };
}

/** The settings of a script that no version has. */
export function presentScriptSettings({
  observability,
  logpush,
  tags,
  tailConsumers,
}: ScriptSettings): object {
  return { observability, logpush, tags, tail_consumers: tailConsumers };
}

/** The settings of a script together with those of its latest version. */
export function presentSettings(script: Script, latest: Version | undefined): object {
  return {
    ...presentScriptSettings(script.settings),
    bindings: presentBindings(latest?.bindings ?? []),
    compatibility_date: latest?.compatibilityDate ?? "",
    compatibility_flags: latest?.compatibilityFlags ?? [],
    usage_model: latest?.usageModel ?? "standard",
    placement: latest?.placement ?? {},
    ...(latest?.limits && { limits: latest.limits }),
    ...(latest && { annotations: annotationsOf(latest) }),
    ...migrationTag(script),
  };
}

/** A script, with what of it comes from its latest version. */
export function presentScript(script: Script, latest: Version | undefined): object {
  return {
    id: script.name,
    tag: script.tag,
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    last_deployed_from: script.lastDeployedFrom,
    has_modules: true,
    has_assets: latest?.assets !== undefined,
    ...presentScriptSettings(script.settings),
    ...(latest && {
      etag: latest.etag,
      compatibility_date: latest.compatibilityDate,
      // Without flags there is none, where settings have an empty list.
      ...(latest.compatibilityFlags.length > 0 && { compatibility_flags: latest.compatibilityFlags }),
      usage_model: latest.usageModel,
      ...(latest.placement && { placement: latest.placement }),
      ...(latest.cacheOptions && { cache_options: latest.cacheOptions }),
    }),
    ...migrationTag(script),
  };
}

/** The one environment of a script as the older "services" routes show it. */
export function presentEnvironment(script: Script, latest: Version | undefined): object {
  return {
    environment: "production",
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    script: { ...presentScript(script, latest), ...(latest?.limits && { limits: latest.limits }) },
  };
}

/** A script as the older "services" routes show it: with one environment. */
export function presentService(script: Script, latest: Version | undefined): object {
  const environment = presentEnvironment(script, latest);
  return {
    id: script.name,
    created_on: script.createdOn,
    modified_on: script.modifiedOn,
    default_environment: environment,
    environments: [environment],
  };
}
