import type { IncomingMessage } from "node:http";
import type { Exchange } from "./exchange";
import { answeredHeaders } from "./headers";
import type { Invocation } from "./invocations";
import { sendException } from "./pages";

/** Hands a version's answer to the client. */
export function passOn(answer: IncomingMessage, exchange: Exchange, invocation: Invocation): void {
  const { request, response, ray } = exchange;
  invocation.status = answer.statusCode ?? 502;
  // An answer that breaks off must not look complete to the client.
  answer.on("error", () => {
    invocation.isBroken = true;
    response.destroy();
  });
  if (isUncaughtException(answer)) {
    invocation.isBroken = true;
    answer.resume();
    sendException(response, ray);
    return;
  }
  response.writeHead(invocation.status, answer.statusMessage, answeredHeaders(answer, ray));
  answer.pipe(response);
  // Headers go out with the first bytes of the body. If those are not here yet, the client need not wait for them.
  setImmediate(() => {
    if (!response.destroyed) response.flushHeaders();
  });
  // A version may answer without having read the request: nobody is interested in the rest of it.
  response.once("finish", () => {
    request.unpipe().resume();
  });
}

/**
 * workerd answers for a version that threw: a bare 500 which closes the connection. A 500 of the version's own
 * making never does that.
 */
function isUncaughtException(answer: IncomingMessage): boolean {
  return (
    answer.statusCode === 500 &&
    answer.headers.connection === "close" &&
    answer.headers["content-type"] === undefined &&
    answer.headers["content-length"] === "21"
  );
}
