import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { cloudflareClient } from "../../provider/cloudflare/client";

/** A request as a test looks at it. */
export interface Seen {
  readonly method: string;
  /** With the query, without `/client/v4`. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request. */
export type Answer = (response: ServerResponse, seen: Seen) => void;

/** A stand-in for Cloudflare's API that answers each request with the next of some answers, then with the last. */
export async function startServer(...answers: Answer[]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = "", url = "", headers } = request;
      const one = { method, path: url.replace("/client/v4", ""), headers, body };
      seen.push(one);
      (answers[seen.length - 1] ?? answers.at(-1))?.(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/client/v4`;
  return {
    seen,
    baseUrl,
    client: cloudflareClient({ apiToken: token, baseUrl }),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A running stand-in. */
export type Server = Awaited<ReturnType<typeof startServer>>;

/** The token of all tests here; no message may hold it. */
export const token = "token-made-for-this-test";

/** A success in Cloudflare's envelope. */
export function success(result: unknown): Answer {
  return json(200, { success: true, errors: [], messages: [], result });
}

/** A failure in Cloudflare's envelope. */
export function failure(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Answer {
  return json(status, { success: false, errors: [{ code, message }], messages: [], result: null }, headers);
}

/** Any JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return raw(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

/** Anything. */
export function raw(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += String(chunk);
  return body;
}
