import assert from "node:assert/strict";
import type { Edge } from "../../edge";

/** The edge that `workers-release edge` said it is, as far as tests want to know it. */
export function edgeFrom(lines: readonly string[], subdomain = "local"): Edge {
  const printed = new Map(lines.map((line) => line.split("=", 2) as [string, string]));
  const baseUrl = printed.get("CLOUDFLARE_BASE_URL") ?? "";
  assert.equal(printed.get("CLOUDFLARE_API_BASE_URL"), baseUrl);
  return {
    baseUrl,
    port: Number(new URL(baseUrl).port),
    accountId: printed.get("CLOUDFLARE_ACCOUNT_ID") ?? "",
    token: printed.get("CLOUDFLARE_API_TOKEN") ?? "",
    subdomain,
  } as Edge;
}
