import { z } from "zod";
import { closestOf } from "../plan/likeness";
import { oneOf } from "../plan/schemaParts";

const text = z.string({ error: "a text" });
const whole = z.int({ error: "a whole number" }).nonnegative({ error: "a whole number, 0 or more" });
const texts = z.array(text, { error: "a list of texts" });
const bindingName = "the name the Worker knows the binding by";

function kind<const Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) {
  return z.strictObject({
    type: z.literal(type),
    name: z.string({ error: bindingName }).min(1, { error: bindingName }),
    ...shape,
  });
}

const usages = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "deriveKey",
  "deriveBits",
  "wrapKey",
  "unwrapKey",
] as const;
const formats = ["raw", "pkcs8", "spki", "jwk"] as const;
const jurisdictions = ["eu", "fedramp", "fedramp-high", "us"] as const;

const outbound = z.strictObject({
  worker: z
    .strictObject({
      service: text.optional(),
      environment: text.optional(),
      entrypoint: text.optional(),
    })
    .optional(),
  params: z.array(z.strictObject({ name: text })).optional(),
});

const kinds = [
  kind("plain_text", { text }),
  kind("secret_text", { text }),
  kind("json", { json: z.unknown() }),
  kind("secret_key", {
    format: oneOf(formats),
    key_base64: text.optional(),
    key_jwk: z.unknown().optional(),
    algorithm: z.unknown(),
    usages: z.array(oneOf(usages), { error: "a list of what the key is for" }),
  }),
  kind("version_metadata", {}),
  kind("inherit", { old_name: text.optional(), version_id: text.optional() }),
  kind("kv_namespace", { namespace_id: text }),
  kind("r2_bucket", { bucket_name: text, jurisdiction: oneOf(jurisdictions).optional() }),
  kind("d1", { database_id: text.optional(), id: text.optional() }),
  kind("hyperdrive", { id: text }),
  kind("vectorize", { index_name: text }),
  kind("secrets_store_secret", { store_id: text, secret_name: text }),
  kind("artifacts", { namespace: text }),
  kind("service", {
    service: text,
    environment: text.optional(),
    entrypoint: text.optional(),
    props: z.unknown().optional(),
  }),
  kind("durable_object_namespace", {
    class_name: text.optional(),
    script_name: text.optional(),
    environment: text.optional(),
    namespace_id: text.optional(),
    dispatch_namespace: text.optional(),
  }),
  kind("workflow", { workflow_name: text, class_name: text.optional(), script_name: text.optional() }),
  kind("dispatch_namespace", { namespace: text, outbound: outbound.optional() }),
  kind("worker_loader", {}),
  kind("queue", { queue_name: text, delivery_delay: whole.optional() }),
  kind("analytics_engine", { dataset: text }),
  kind("pipelines", { pipeline: text.optional(), stream: text.optional() }),
  kind("k2", { stream: text }),
  kind("messaging", { namespace: text }),
  kind("send_email", {
    destination_address: text.optional(),
    allowed_destination_addresses: texts.optional(),
    allowed_sender_addresses: texts.optional(),
  }),
  kind("logfwdr", { destination: text }),
  kind("ai", {}),
  kind("browser", {}),
  kind("images", {}),
  kind("media", {}),
  kind("stream", {}),
  kind("assets", {}),
  kind("ai_search", { instance_name: text, namespace: text.optional() }),
  kind("ai_search_namespace", { namespace: text }),
  kind("agent_memory", { namespace: text }),
  kind("flagship", { app_id: text }),
  kind("mtls_certificate", { certificate_id: text }),
  kind("ratelimit", {
    namespace_id: text,
    simple: z.strictObject({ limit: whole, period: whole, mitigation_timeout: whole.optional() }),
  }),
  kind("vpc_service", { service_id: text }),
  kind("vpc_network", {
    network_id: text.optional(),
    tunnel_id: text.optional(),
    identity: text.optional(),
  }),
] as const;

/** The kinds of bindings that there are. */
export const bindingKinds = kinds.map(({ shape }) => shape.type.value);

/** Fields of which a kind needs at least one. */
const needsOneOf: Readonly<Record<string, readonly string[]>> = {
  d1: ["database_id", "id"],
  durable_object_namespace: ["class_name", "namespace_id"],
  pipelines: ["pipeline", "stream"],
  secret_key: ["key_base64", "key_jwk"],
  vpc_network: ["network_id", "tunnel_id"],
};

/** One binding of any kind; a property that its kind does not have is refused. */
export const binding = z
  .discriminatedUnion("type", kinds, { error: ({ input }) => kindWords(input) })
  .superRefine((given, context) => {
    const needed = needsOneOf[given.type] ?? [];
    if (
      needed.length === 0 ||
      needed.some((field) => (given as Record<string, unknown>)[field] !== undefined)
    )
      return;
    context.addIssue({
      code: "custom",
      path: [needed[0] ?? ""],
      message: needed.map((field) => `\`${field}\``).join(" or "),
    });
  });

function kindWords(input: unknown): string {
  const given = typeof input === "object" && input !== null && "type" in input ? input.type : undefined;
  const meant = typeof given === "string" ? closestOf(given, bindingKinds) : undefined;
  const hint = meant === undefined ? "" : `"${meant}"? The kinds are `;
  return `a kind of binding, ${hint}${bindingKinds.join(", ")}`;
}
