import { AUTHOR_EMAIL } from "../deployments/view";
import type { State } from "../state";
import { presentBindings } from "./bindings";
import { referencesTo, type Reference } from "./references";
import type { Modules, Script, Version } from "./types";
import { annotationsOf } from "./view";

/** Where scripts answer: the host of one, given its name. */
export type HostOf = (scriptName: string) => string;

/** A script as the newer "workers" routes show it. */
export function presentWorker(state: State, script: Script, hostOf: HostOf): object {
  const { observability, logpush, tags, tailConsumers } = script.settings;
  return {
    id: script.tag,
    name: script.name,
    created_on: script.createdOn,
    updated_on: script.modifiedOn,
    deployed_on: state.deployments.active(script.name)?.createdOn ?? null,
    observability,
    logpush,
    tags,
    tail_consumers: tailConsumers.map(({ service }) => ({ name: service })),
    subdomain: {
      enabled: script.subdomainEnabled,
      previews_enabled: script.previewsEnabled,
      url: `http://${hostOf(script.name)}/`,
    },
    references: { ...presentReferences(referencesTo(state, script)), ...presentWaysTo(state, script) },
  };
}

/** What leads to a script: its custom domains, and the queues that it consumes. */
function presentWaysTo(state: State, { name }: Script): object {
  const domains = state.domains.list().filter(({ scriptName }) => scriptName === name);
  const queues = state.queues
    .list()
    .flatMap((queue) =>
      queue.consumers
        .filter(({ scriptName }) => scriptName === name)
        .map(({ id }) => ({ queue_consumer_id: id, queue_id: queue.id, queue_name: queue.name })),
    );
  return {
    domains: domains.map(({ id, name: hostname, zoneId }) => ({
      ...{ id, hostname, certificate_id: "" },
      ...{ zone_id: zoneId, zone_name: state.zones.get(zoneId)?.name ?? "" },
    })),
    queues,
  };
}

function presentReferences(references: readonly Reference[]): object {
  const ofType = (type: string): Reference[] => references.filter(({ binding }) => binding.type === type);
  return {
    dispatch_namespace_outbounds: [],
    durable_objects: ofType("durable_object_namespace").map(({ script, binding }) => ({
      namespace_id: binding["namespace_id"] ?? "",
      namespace_name: `${String(binding["script_name"])}_${String(binding["class_name"])}`,
      worker_id: script.tag,
      worker_name: script.name,
    })),
    workers: ofType("service").map(({ script }) => ({ id: script.tag, name: script.name })),
  };
}

/** A version as the newer routes show it; with its modules, if they are given. */
export function presentWorkerVersion(version: Version, modules?: Modules): object {
  const { limits, placement, cacheOptions, assets, durableObjects } = version;
  return {
    id: version.id,
    number: version.number,
    created_on: version.createdOn,
    source: version.source,
    author_email: AUTHOR_EMAIL,
    author_id: "",
    urls: [],
    annotations: annotationsOf(version),
    main_module: version.mainModule,
    compatibility_date: version.compatibilityDate,
    usage_model: version.usageModel,
    // Cloudflare leaves out what is empty here: an empty list would be a change to a client that keeps a state.
    ...(version.compatibilityFlags.length > 0 && { compatibility_flags: version.compatibilityFlags }),
    ...(version.bindings.length > 0 && { bindings: presentBindings(version.bindings) }),
    startup_time_ms: version.startupTimeMs,
    ...(limits && { limits }),
    ...(placement && { placement }),
    ...(cacheOptions && { cache_options: cacheOptions }),
    ...(assets && { assets: { config: assets.config } }),
    ...(durableObjects.tag !== undefined && { migration_tag: durableObjects.tag }),
    ...(modules && { modules: modules.map(presentModule) }),
  };
}

function presentModule({ name, contentType, content }: Modules[number]): object {
  return { name, content_type: contentType, content_base64: Buffer.from(content).toString("base64") };
}
