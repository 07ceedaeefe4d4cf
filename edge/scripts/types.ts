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

/** Everything about a version but its modules. A version never changes once stored. */
export interface Version {
  readonly id: string;
  readonly scriptName: string;
  /** 1 for a script's first version. */
  readonly number: number;
  readonly createdOn: string;
  readonly source: string;
  readonly etag: string;
  readonly mainModule: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  readonly usageModel: string;
  readonly bindings: readonly Binding[];
  readonly tag?: string | undefined;
  readonly message?: string | undefined;
  readonly triggeredBy: "upload" | "version_upload";
  readonly startupTimeMs: number;
}

/** What a version runs. */
export type Modules = readonly ScriptModule[];

/** What of a Worker's invocations is kept for Workers Observability. */
export interface Observability {
  readonly enabled: boolean;
  /** The part of the invocations to keep, 0 to 1. Left out: all of them. */
  readonly head_sampling_rate?: number | null | undefined;
  readonly [field: string]: unknown;
}

/** What belongs to the script whichever version runs. */
export interface ScriptSettings {
  readonly observability: Observability;
  readonly logpush: boolean;
  readonly tags: readonly string[];
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
}
