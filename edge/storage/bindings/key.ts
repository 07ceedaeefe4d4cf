import type { Binding } from "../../scripts/types";
import type { RawBinding } from "../raw";

/** The numbers that workerd's configuration has for what a key may be used for. */
const USAGES = {
  encrypt: 0,
  decrypt: 1,
  sign: 2,
  verify: 3,
  deriveKey: 4,
  deriveBits: 5,
  wrapKey: 6,
  unwrapKey: 7,
} as const;

/** A key for WebCrypto, of which the Worker sees no bytes. */
export function keyBinding({ name, format, algorithm, usages, key_base64, key_jwk }: Binding): RawBinding {
  const cryptoKey = {
    ...contentOf(String(format), String(key_base64), key_jwk),
    algorithm: { json: JSON.stringify(algorithm) },
    extractable: false,
    usages: (usages as (keyof typeof USAGES)[]).map((usage) => USAGES[usage]),
  };
  return { name, binding: { cryptoKey }, services: [] };
}

function contentOf(format: string, base64: string, jwk: unknown): object {
  if (format === "jwk") return { jwk: JSON.stringify(jwk) };
  if (format === "raw") return { base64 };
  const label = format === "spki" ? "PUBLIC KEY" : "PRIVATE KEY";
  return { [format]: `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n` };
}
