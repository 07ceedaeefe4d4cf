import type { Assets, UploadedAssets } from "./assets";
import { migrationMetadata, type Migration, type Pending } from "./migrations";
import type { WorkerSettings } from "./workerSettings";

/** One file of a Worker. */
export interface Module {
  /** Its path, as the other modules import it: `index.mjs`, `lib/price.mjs`. */
  readonly name: string;
  readonly content: string | Uint8Array;
  /** `application/javascript+module`, `application/wasm`, `text/plain`, `application/octet-stream`, … */
  readonly contentType: string;
}

/** A binding as Cloudflare's upload metadata has it: `{ type: "plain_text", name: "GREETING", text: "hello" }`. */
export type Binding = Readonly<Record<string, unknown>> & { readonly type: string; readonly name: string };

/** True for a kind of binding whose value is a secret: `secret_text` and `secret_key`, and whatever comes to them. */
export function holdsSecret(type: string): boolean {
  return type.startsWith("secret_");
}

/** The kinds of bindings that a version takes over from the one before unless it is told otherwise, as with wrangler. */
export const keptBindings: readonly string[] = ["secret_text", "secret_key"];

/** What a version is made of, and what it sets of its Worker. What is left out of that stays as it is. */
export interface Upload extends WorkerSettings {
  /** The name of the module with the handlers. */
  readonly mainModule: string;
  /** All modules, the main one included. */
  readonly modules: readonly Module[];
  /** `2026-01-31` */
  readonly compatibilityDate?: string;
  readonly compatibilityFlags?: readonly string[];
  readonly bindings?: readonly Binding[];
  /** The kinds of bindings to take over from the latest version. Default: {@link keptBindings}. */
  readonly keepBindings?: readonly string[];
  readonly limits?: { readonly cpuMs?: number | undefined; readonly subrequests?: number | undefined };
  readonly placement?: Readonly<Record<string, unknown>>;
  readonly cache?: { readonly enabled: boolean; readonly crossVersionCache?: boolean | undefined };
  /** Static assets: files that are served beside the Worker or before it. */
  readonly assets?: Assets;
  /** All Durable Object migrations of the Worker, the oldest first. */
  readonly migrations?: readonly Migration[];
  /** What to do when some of them are still to come, which no version without traffic can bring. Default: `refuse`. */
  readonly whenMigrating?: "refuse" | "deployAtOnce";
  readonly annotations?: { readonly message?: string | undefined; readonly tag?: string | undefined };
}

/** What an upload brings with it, beside the version. */
export interface Luggage {
  readonly assets?: UploadedAssets | undefined;
  /** Only an upload that is deployed at once may bring migrations. */
  readonly migrations?: Pending | undefined;
  /** The Worker's settings, where they go with the upload. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * The body of an upload: the modules and the `metadata` about them. It is put together here since the SDK cuts a
 * module's name at the last slash, and spreads the metadata over many parts.
 */
export function uploadForm(upload: Upload, luggage: Luggage = {}): FormData {
  const form = new FormData();
  form.append("metadata", JSON.stringify(metadata(upload, luggage)));
  for (const { name, content, contentType } of upload.modules) {
    // A copy, since bytes that share their memory with others cannot be sent.
    const bytes = typeof content === "string" ? content : Uint8Array.from(content);
    form.append(name, new File([bytes], name, { type: contentType }), name);
  }
  return form;
}

function metadata(upload: Upload, { assets, migrations, settings }: Luggage): Record<string, unknown> {
  const { message, tag } = upload.annotations ?? {};
  const { limits, placement, cache } = upload;
  // JSON leaves out what is undefined.
  return {
    main_module: upload.mainModule,
    compatibility_date: upload.compatibilityDate,
    compatibility_flags: upload.compatibilityFlags,
    bindings: upload.bindings ?? [],
    keep_bindings: upload.keepBindings ?? keptBindings,
    limits: limits && { cpu_ms: limits.cpuMs, subrequests: limits.subrequests },
    placement,
    cache_options: cache && { enabled: cache.enabled, cross_version_cache: cache.crossVersionCache },
    assets: assets && { jwt: assets.token, config: assets.config },
    migrations: migrations && migrationMetadata(migrations),
    annotations: { "workers/message": message, "workers/tag": tag },
    ...settings,
  };
}

/** What no message may repeat: the values of bindings that hold secrets. */
export function secretsOf({ bindings = [] }: Upload): readonly string[] {
  return bindings.filter(({ type }) => holdsSecret(type)).flatMap((binding) => secretsIn(binding));
}

/** What of a binding is no secret, though it stands in one: a message may well have these words. */
const open = new Set([
  "type",
  "name",
  "format",
  "algorithm",
  "usages",
  "kty",
  "crv",
  "alg",
  "use",
  "key_ops",
  "ext",
  "kid",
]);

/** The texts of a value at any depth: a JSON Web Key is an object. */
function secretsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (open.has(key) ? [] : secretsIn(each)));
}
