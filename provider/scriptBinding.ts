/** What every binding has: the name that the Worker knows it by. */
interface Named<Type extends string> {
  /** The kind of binding. */
  type: Type;
  /** What the Worker knows it by: `env.NAME`. */
  name: string;
}

/** A value of a binding that a version carries itself. */
export type ValueBinding =
  | (Named<"plain_text"> & { text: string })
  /** A secret, kept encrypted in the state. */
  | (Named<"secret_text"> & { text: string })
  | (Named<"json"> & { json: unknown })
  | SecretKeyBinding
  | Named<"version_metadata">
  /** A binding that an earlier version has: the latest, unless `version_id` names another. */
  | (Named<"inherit"> & { old_name?: string; version_id?: string });

/** A key for the Web Crypto API, a secret as `secret_text` is. */
export interface SecretKeyBinding extends Named<"secret_key"> {
  /** How the key is written. */
  format: "raw" | "pkcs8" | "spki" | "jwk";
  /** The key in base 64, for a `format` other than `jwk`. */
  key_base64?: string;
  /** The key, for the `format` `jwk`. */
  key_jwk?: unknown;
  /** What the key is imported for, as `crypto.subtle.importKey` takes it. */
  algorithm: unknown;
  usages: (
    "encrypt" | "decrypt" | "sign" | "verify" | "deriveKey" | "deriveBits" | "wrapKey" | "unwrapKey"
  )[];
}

/** Something stored. */
export type StorageBinding =
  | (Named<"kv_namespace"> & { namespace_id: string })
  | (Named<"r2_bucket"> & { bucket_name: string; jurisdiction?: "eu" | "fedramp" | "fedramp-high" | "us" })
  /** A D1 database. wrangler writes `id` where the API's newer name is `database_id`: one of them. */
  | (Named<"d1"> & { database_id?: string; id?: string })
  | (Named<"hyperdrive"> & { id: string })
  | (Named<"vectorize"> & { index_name: string })
  | (Named<"secrets_store_secret"> & { store_id: string; secret_name: string })
  | (Named<"artifacts"> & { namespace: string });

/** Code that runs elsewhere. */
export type CodeBinding =
  | (Named<"service"> & { service: string; environment?: string; entrypoint?: string; props?: unknown })
  | (Named<"durable_object_namespace"> & {
      class_name?: string;
      script_name?: string;
      environment?: string;
      namespace_id?: string;
      dispatch_namespace?: string;
    })
  | (Named<"workflow"> & { workflow_name: string; class_name?: string; script_name?: string })
  | (Named<"dispatch_namespace"> & {
      namespace: string;
      outbound?: {
        worker?: { service?: string; environment?: string; entrypoint?: string };
        params?: { name: string }[];
      };
    })
  | Named<"worker_loader">;

/** Where events and data go. */
export type StreamBinding =
  | (Named<"queue"> & { queue_name: string; delivery_delay?: number })
  | (Named<"analytics_engine"> & { dataset: string })
  | (Named<"pipelines"> & { pipeline?: string; stream?: string })
  | (Named<"k2"> & { stream: string })
  | (Named<"messaging"> & { namespace: string })
  | (Named<"send_email"> & {
      destination_address?: string;
      allowed_destination_addresses?: string[];
      allowed_sender_addresses?: string[];
    })
  | (Named<"logfwdr"> & { destination: string });

/** A service of Cloudflare's. */
export type ServiceBinding =
  | Named<"ai">
  | Named<"browser">
  | Named<"images">
  | Named<"media">
  | Named<"stream">
  /** The static assets of the version. */
  | Named<"assets">
  | (Named<"ai_search"> & { instance_name: string; namespace?: string })
  | (Named<"ai_search_namespace"> & { namespace: string })
  | (Named<"agent_memory"> & { namespace: string })
  | (Named<"flagship"> & { app_id: string })
  | (Named<"mtls_certificate"> & { certificate_id: string })
  | (Named<"ratelimit"> & {
      namespace_id: string;
      /** At most `limit` calls in a `period` of 10 or 60 seconds. */
      simple: { limit: number; period: number; mitigation_timeout?: number };
    })
  | (Named<"vpc_service"> & { service_id: string })
  | (Named<"vpc_network"> & { network_id?: string; tunnel_id?: string; identity?: string });

/**
 * A binding, in the shape of Cloudflare's upload metadata: `{ type: "plain_text", name: "GREETING", text: "hello" }`.
 * The fields of each kind are those of
 * https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings.
 */
export type ScriptBinding = ValueBinding | StorageBinding | CodeBinding | StreamBinding | ServiceBinding;
