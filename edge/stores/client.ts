import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { FreshAgent } from "../data/upstream";
import { STORE_HEADERS, type StoreKind } from "../storage/stores";

/** What a store is asked, in the words that workerd asks it in. */
export interface Question {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** The path and the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** What a store has answered, success or not. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks the stores of the account what the bindings of Workers ask them. */
export class StoreClient {
  private readonly agent = new FreshAgent();

  /** @param socket Tells where the stores of a kind answer. */
  constructor(private readonly socket: (kind: StoreKind) => string) {}

  ask(kind: StoreKind, id: string, { method, path, headers, body = "" }: Question): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        ...{ socketPath: this.socket(kind), agent: this.agent, method, path },
        headers: {
          ...headers,
          host: "store",
          [STORE_HEADERS.kind]: kind,
          [STORE_HEADERS.id]: id,
          ...(method !== "GET" && { "content-length": Buffer.byteLength(body) }),
        },
      });
      request.once("error", reject);
      request.once("response", (answer) => {
        const { statusCode: status = 0, headers } = answer;
        buffer(answer).then((body) => {
          resolve({ status, headers, body });
        }, reject);
      });
      request.end(body);
    });
  }
}
