import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { lookup } from "../../probeRequest";

/** A request to the test Worker, and its answer. */
export interface Sent {
  readonly path: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** 0 when there was no answer: then it may have been served or not. */
  readonly status: number;
  readonly rayId: string | undefined;
  /** The version that has served it, by its own word, or the one it was sent to. Undefined when no version has. */
  readonly versionId: string | undefined;
}

const timeoutMs = 10_000;

/** Where to, and which version is asked for; without one the split decides. */
export interface Destination {
  /** Without a path. */
  readonly address: string;
  readonly scriptName: string;
  readonly versionId?: string;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/** Sends one request and waits for all of its answer. Never throws. */
export async function send(to: Destination, path: string, sentAt: number): Promise<Sent> {
  try {
    const { statusCode: status = 0, headers } = await answerTo(to, path);
    const ray = headers["cf-ray"];
    const version = headers["x-version"];
    return {
      path,
      sentAt,
      status,
      rayId: typeof ray === "string" ? ray.split("-", 1)[0] : undefined,
      versionId: typeof version === "string" ? version : path === "/throws" ? to.versionId : undefined,
    };
  } catch {
    return { path, sentAt, status: 0, rayId: undefined, versionId: undefined };
  }
}

function answerTo(to: Destination, path: string): Promise<IncomingMessage> {
  const url = to.address + path;
  const begin = new URL(url).protocol === "https:" ? httpsRequest : httpRequest;
  const headers = {
    "user-agent": "pulumi-workers-release doctor",
    ...(to.versionId !== undefined && {
      "cloudflare-workers-version-overrides": `${to.scriptName}="${to.versionId}"`,
    }),
  };
  // Its own connection: one that is kept open may stay with what it met first.
  const signal = AbortSignal.any([to.signal, AbortSignal.timeout(timeoutMs)]);
  const options = { headers, agent: false, lookup, signal };
  return new Promise((resolve, reject) => {
    begin(url, options, (answer) => {
      answer
        .on("error", reject)
        .on("end", () => {
          resolve(answer);
        })
        .resume();
    })
      .on("error", reject)
      .end();
  });
}
