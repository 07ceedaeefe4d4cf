import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "./exchange";
import { answeredHeaders } from "./headers";
import type { Invocation } from "./invocations";
import { CALLED, THREW } from "./site";
import { sendException } from "./pages";

/** Hands a version's answer to the client. */
export function passOn(answer: IncomingMessage, exchange: Exchange, invocation: Invocation): void {
  const { request, response } = exchange;
  invocation.status = answer.statusCode ?? 502;
  // An answer that breaks off must not look complete to the client.
  answer.on("error", () => {
    invocation.isBroken = true;
    response.destroy();
  });
  if (isUncaughtException(answer)) {
    invocation.isBroken = true;
    answer.resume();
    sendException(response, exchange);
    return;
  }
  response.writeHead(invocation.status, answer.statusMessage, answeredHeaders(answer, exchange));
  sendBody(answer, response);
  flushSoon(response);
  // A version may answer without having read the request: nobody is interested in the rest of it.
  response.once("finish", () => {
    request.unpipe().resume();
  });
}

/**
 * Most answers are short and come in one piece. As a string it goes out in one write with the headers, which costs
 * half of what a write of two pieces does, and that is a third of all the front does.
 */
const SHORT_BYTES = 16 * 1024;

function sendBody(answer: IncomingMessage, response: ServerResponse): void {
  answer.once("data", (first: Buffer) => {
    if (first.length <= SHORT_BYTES && String(first.length) === answer.headers["content-length"]) {
      response.end(first.toString("latin1"), "latin1");
    } else {
      response.write(first);
      answer.pipe(response);
    }
  });
  answer.once("end", () => response.end());
}

/**
 * Headers go out with the first bytes of the body, which workerd sends right behind. If those have not come when we
 * have looked once more, the client need not wait for them.
 */
function flushSoon(response: ServerResponse): void {
  setImmediate(() => {
    setImmediate(() => {
      if (!response.destroyed) response.flushHeaders();
    });
  });
}

/**
 * workerd answers for a version that threw: a bare 500 which closes the connection. A 500 of the version's own
 * making never does that.
 */
function isUncaughtException(answer: IncomingMessage): boolean {
  if (answer.headers[CALLED] === THREW) return true;
  return (
    answer.statusCode === 500 &&
    answer.headers.connection === "close" &&
    answer.headers["content-type"] === undefined &&
    answer.headers["content-length"] === "21"
  );
}
