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

/** What Workers Observability records of a Worker. */
export interface Observability {
  readonly enabled: boolean;
  /** The share of the requests that is recorded, from 0 to 1. Default: 1. */
  readonly headSamplingRate?: number;
}

/** What a version is made of. */
export interface Upload {
  /** The name of the module with the handlers. */
  readonly mainModule: string;
  /** All modules, the main one included. */
  readonly modules: readonly Module[];
  /** `2026-01-31` */
  readonly compatibilityDate?: string;
  readonly compatibilityFlags?: readonly string[];
  readonly bindings?: readonly Binding[];
  /** A setting of the Worker, not of the version: it holds for all its versions. Default: left as it is. */
  readonly observability?: Observability;
  readonly annotations?: { readonly message?: string; readonly tag?: string };
}

/**
 * The body of an upload: the modules and the `metadata` about them. It is put together here since the SDK cuts a
 * module's name at the last slash, and spreads the metadata over many parts.
 */
export function uploadForm(upload: Upload, { withSettings }: { readonly withSettings: boolean }): FormData {
  const form = new FormData();
  form.append("metadata", JSON.stringify(metadata(upload, withSettings)));
  for (const { name, content, contentType } of upload.modules) {
    // A copy, since bytes that share their memory with others cannot be sent.
    const bytes = typeof content === "string" ? content : Uint8Array.from(content);
    form.append(name, new File([bytes], name, { type: contentType }), name);
  }
  return form;
}

function metadata(upload: Upload, withSettings: boolean): Record<string, unknown> {
  const { message, tag } = upload.annotations ?? {};
  // JSON leaves out what is undefined.
  return {
    main_module: upload.mainModule,
    compatibility_date: upload.compatibilityDate,
    compatibility_flags: upload.compatibilityFlags,
    bindings: upload.bindings ?? [],
    annotations: { "workers/message": message, "workers/tag": tag },
    observability: withSettings && upload.observability ? settingsOf(upload.observability) : undefined,
  };
}

/** Observability in the API's words. */
export function settingsOf({ enabled, headSamplingRate }: Observability): {
  enabled: boolean;
  head_sampling_rate: number;
} {
  return { enabled, head_sampling_rate: headSamplingRate ?? 1 };
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
