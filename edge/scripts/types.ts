import type { VersionAssets } from "../assets/types";

/** How a module is loaded. The names are workerd's. */
export type ModuleType = "ESModule" | "CommonJS" | "Text" | "Data" | "CompiledWasm";

/** One file of a version. */
export interface ScriptModule {
  readonly name: string;
  readonly type: ModuleType;
  readonly contentType: string;
  readonly content: Uint8Array;
}

/** A binding as it was uploaded. What it needs beside its name depends on its type. */
export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly [field: string]: unknown;
}

/** What a version may use of the machine it runs on. */
export interface Limits {
  readonly cpu_ms?: number | undefined;
  readonly subrequests?: number | undefined;
}

/** A Durable Object class that a script has brought into being by a migration. */
export interface DurableObjectClass {
  readonly className: string;
  readonly storage: "sqlite" | "legacy-kv";
  /** Stays the same when the class is renamed: what is stored belongs to it. */
  readonly namespaceId: string;
}

/** The Durable Object classes of a script, as its migrations up to `tag` have left them. */
export interface DurableObjects {
  readonly tag?: string | undefined;
  readonly classes: readonly DurableObjectClass[];
}

/** What its uploader decides of a version, beside its modules. */
export interface Blueprint {
  readonly mainModule: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly usageModel: string;
  readonly bindings: readonly Binding[];
  readonly limits?: Limits | undefined;
  /** Where Cloudflare would run it. Kept and shown; here is only one place. */
  readonly placement?: Readonly<Record<string, unknown>> | undefined;
  /** What Cloudflare's cache would do, where it is on. Kept and shown; here nothing is cached. */
  readonly cacheOptions?: Readonly<Record<string, unknown>> | undefined;
  readonly assets?: VersionAssets | undefined;
  readonly tag?: string | undefined;
  readonly message?: string | undefined;
  readonly alias?: string | undefined;
}

/** What made a version: an upload that also deployed it, one that did not, or a change of a secret. */
export type VersionTrigger = "upload" | "version_upload" | "secret";

/** Everything about a version but its modules. A version never changes once stored. */
export interface Version extends Blueprint {
  readonly id: string;
  readonly scriptName: string;
  /** 1 for a script's first version. */
  readonly number: number;
  readonly createdOn: string;
  readonly source: string;
  readonly etag: string;
  /** The script's Durable Object classes when the version was made. */
  readonly durableObjects: DurableObjects;
  readonly triggeredBy: VersionTrigger;
  readonly startupTimeMs: number;
}

/** What a version runs. */
export type Modules = readonly ScriptModule[];

/** What of a Worker's invocations is kept for Workers Observability. */
export interface Observability {
  readonly enabled: boolean;
  /** The part of the invocations to keep, 0 to 1. Left out: all of them. */
  readonly head_sampling_rate?: number | null | undefined;
  /** What is said of logs in particular goes before what is said of the whole. */
  readonly logs?: ObservedLogs | null | undefined;
  readonly traces?: { readonly enabled?: boolean | null | undefined } | null | undefined;
  readonly [field: string]: unknown;
}

/** As {@link Observability}, of logs in particular. */
export interface ObservedLogs {
  readonly enabled?: boolean | null | undefined;
  readonly head_sampling_rate?: number | null | undefined;
  /** Whether an invocation is an event of its own. Left out: it is. */
  readonly invocation_logs?: boolean | null | undefined;
  /** Whether they are kept to be queried. Left out: they are. */
  readonly persist?: boolean | null | undefined;
  readonly [field: string]: unknown;
}

/** A Worker that is to hear of another one's invocations. */
export interface TailConsumer {
  readonly service: string;
  readonly environment?: string | undefined;
}

/** What belongs to the script whichever version runs. */
export interface ScriptSettings {
  readonly observability: Observability;
  readonly logpush: boolean;
  readonly tags: readonly string[];
  readonly tailConsumers: readonly TailConsumer[];
}

/** When a script is to be called by the clock. */
export interface Schedule {
  readonly cron: string;
  readonly createdOn: string;
  readonly modifiedOn: string;
}

/** A Worker: a name under which versions are uploaded and deployed. */
export interface Script {
  readonly name: string;
  /** Cloudflare's immutable id of the script. */
  readonly tag: string;
  readonly createdOn: string;
  readonly modifiedOn: string;
  readonly lastDeployedFrom: string;
  readonly subdomainEnabled: boolean;
  readonly previewsEnabled: boolean;
  readonly settings: ScriptSettings;
  readonly durableObjects: DurableObjects;
  readonly schedules: readonly Schedule[];
}
