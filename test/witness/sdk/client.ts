import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import type { Edge } from "../../../edge";

/** The official client, and the body of what it was answered last, before it took anything out of it. */
export interface ListeningClient {
  readonly client: Cloudflare;
  body(): unknown;
}

export function listeningClient({ baseUrl, token }: Edge): ListeningClient {
  let last: Response | undefined;
  let body: unknown;
  const client = new Cloudflare({
    baseURL: baseUrl,
    apiToken: token,
    maxRetries: 0,
    fetch: async (url, init) => {
      last = await fetch(url, init);
      const isJson = last.headers.get("content-type")?.startsWith("application/json");
      body = isJson ? await last.clone().json() : undefined;
      return last;
    },
  });
  return {
    client,
    body: () => {
      assert(last, "something was asked");
      return body;
    },
  };
}
