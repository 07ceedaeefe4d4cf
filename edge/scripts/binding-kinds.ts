import * as z from "zod";
import type { Binding, Version } from "./types";

export type Value = z.infer<ReturnType<typeof z.json>>;

/** What a kind of binding needs to be accepted, to run, and to be shown. */
export interface BindingKind {
  readonly schema: z.ZodType;
  /** What `env` has under the binding's name. None: it leads to something outside of the version. */
  readonly value?: (binding: Binding, version: Version) => Value;
  /** Fields that no answer of the API ever has. */
  readonly hidden?: readonly string[];
  /** The fields as answers have them, where they are not as they came. */
  readonly shown?: (binding: Binding) => Binding;
}

/** An id or name of something stored. It is part of a path, so it must be nothing else there. */
const storeId = z
  .string()
  .regex(/^\w[\w.-]{0,127}$/, "is 1 to 128 letters, digits, dots, dashes and underscores");

const className = z.string().regex(/^[\p{L}_$][\p{L}\p{N}_$]*$/u, "is the name of an exported class");

/** What a key for WebCrypto is for. */
const keyUse = {
  algorithm: z.union([z.string(), z.looseObject({ name: z.string() })]),
  usages: z.array(
    z.enum(["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"]),
  ),
};

function metadataOf(version: Version): Value {
  return { id: version.id, tag: version.tag ?? "", timestamp: version.createdOn };
}

/** What wrangler sends beside what Cloudflare keeps. */
const WRANGLERS_OWN = ["raw", "internalEnv", "cross_account_grant"];

/** The kinds that are emulated, by the `type` of Cloudflare's API. */
export const KINDS: Readonly<Record<string, BindingKind>> = {
  plain_text: {
    schema: z.looseObject({ text: z.string() }),
    value: (binding) => String(binding["text"]),
  },
  secret_text: {
    schema: z.looseObject({ text: z.string() }),
    value: (binding) => String(binding["text"]),
    hidden: ["text"],
  },
  json: {
    schema: z.looseObject({ json: z.json() }),
    value: (binding) => binding["json"] as Value,
  },
  assets: {
    schema: z.looseObject({}),
  },
  version_metadata: {
    schema: z.looseObject({}),
    value: (_binding, version) => metadataOf(version),
  },
  kv_namespace: {
    schema: z.looseObject({ namespace_id: storeId }),
    hidden: WRANGLERS_OWN,
  },
  d1: {
    // The field was renamed; clients send the one or the other.
    schema: z.union([z.looseObject({ database_id: storeId }), z.looseObject({ id: storeId })], {
      error: "id: is the id of a database: 1 to 128 letters, digits, dots, dashes and underscores",
    }),
    hidden: WRANGLERS_OWN,
    shown: (binding) => ({ ...binding, id: databaseId(binding), database_id: databaseId(binding) }),
  },
  r2_bucket: {
    schema: z.looseObject({ bucket_name: storeId }),
    hidden: WRANGLERS_OWN,
  },
  durable_object_namespace: {
    schema: z.looseObject({
      class_name: className,
      script_name: z.string().min(1).nullish(),
    }),
    hidden: WRANGLERS_OWN,
  },
  service: {
    schema: z.looseObject({ service: z.string().min(1) }),
    hidden: WRANGLERS_OWN,
  },
  queue: {
    schema: z.looseObject({ queue_name: z.string().min(1) }),
    hidden: WRANGLERS_OWN,
  },
  analytics_engine: {
    schema: z.looseObject({ dataset: z.string().min(1) }),
    hidden: WRANGLERS_OWN,
  },
  ratelimit: {
    schema: z.looseObject({
      namespace_id: z.string().regex(/^[1-9]\d*$/, "is a whole number above 0, as a text"),
      simple: z.looseObject({ limit: z.int().positive(), period: z.union([z.literal(10), z.literal(60)]) }),
    }),
    hidden: WRANGLERS_OWN,
  },
  secret_key: {
    schema: z.discriminatedUnion("format", [
      z.looseObject({ format: z.enum(["raw", "pkcs8", "spki"]), key_base64: z.base64(), ...keyUse }),
      z.looseObject({ format: z.literal("jwk"), key_jwk: z.json(), ...keyUse }),
    ]),
    hidden: ["key_base64", "key_jwk"],
  },
};

/** The database of a `d1` binding. */
export function databaseId(binding: Binding): string {
  return String(binding["database_id"] ?? binding["id"]);
}
