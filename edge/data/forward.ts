import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { headOf } from "../telemetry/request";
import { canGoAgain, isRepeatable } from "./again";
import { passOn } from "./answer";
import type { Cause } from "./cause";
import type { Exchange } from "./exchange";
import { answeredHeaders, clientIpOf, forwardedHeaders, hasBody, MAX_HEADER_BYTES } from "./headers";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";
import type { Colo } from "./locations";
import { sendBadRequest, sendExceeded, sendException } from "./pages";
import { CALLED } from "./site";
import { join, switchProtocols } from "./tunnel";

/** What can happen to a request on its way, beside being answered. */
export interface Mishaps {
  /** The client left before it had the whole answer. */
  readonly onCanceled: (invocation: Invocation) => void;
  /** The request is as good as new: a kept connection broke under it, or its process ended. */
  readonly onLost: (because: "connection" | "process") => void;
}

/** Hands a request to an instance and its answer to the client, both as streams. */
export function forward(instance: Instance, exchange: Exchange, mishaps: Mishaps): void {
  const { request, response } = exchange;
  const repeatable = isRepeatable(request);
  const upstream = open(instance, exchange, repeatable);
  if (upstream === undefined) return;
  const { invocations } = instance;
  const call = { cause: causeOf(request, exchange.colo), isRepeatable: repeatable };
  const invocation = invocations.begin(exchange, call);

  const end = (isCanceled: boolean): void => {
    invocations.end(invocation);
    if (!isCanceled) return;
    invocation.canceled = true;
    mishaps.onCanceled(invocation);
  };
  const onClose = (): void => {
    if (!response.writableFinished) upstream.destroy();
    end(!response.writableFinished && !invocation.isBroken);
  };
  upstream.once("socket", (socket) => {
    invocation.connection = { socket, written: socket.bytesWritten, read: socket.bytesRead };
  });
  upstream.once("response", (answer) => {
    invocations.showsLife(invocation);
    // A file was served without the version, so this is no invocation of it.
    if (instance.version.assets !== undefined && answer.headers[CALLED] === undefined) {
      invocations.withdraw(invocation);
    }
    passOn(answer, exchange, invocation);
  });
  upstream.once("upgrade", (answer, socket, head) => {
    if (exchange.upgrade === undefined) return;
    response.off("close", onClose).detachSocket(exchange.upgrade.socket);
    invocation.status = 101;
    invocation.isWebSocket = true;
    switchProtocols(exchange.upgrade, answer, answeredHeaders(answer, exchange));
    join(exchange.upgrade, { socket: socket, head }, end);
  });
  const onBreak = async (error: Error): Promise<void> => {
    // What becomes of an answer that has begun is for the answer's own stream to say.
    if (invocation.status !== undefined || response.destroyed) return;
    const isAnew = await canGoAgain(instance, { request, invocation, upstream, error });
    if (response.closed) return;
    if (isAnew) {
      response.off("close", onClose);
      request.unpipe(upstream);
      invocations.withdraw(invocation);
      mishaps.onLost(upstream.reusedSocket && !invocation.isSpared ? "connection" : "process");
    } else {
      sendFailure(exchange, invocation);
    }
  };
  upstream.on("error", (error) => void onBreak(error));
  response.once("close", onClose);
  sendBody(request, upstream);
}

function sendFailure(exchange: Exchange, { excess }: Invocation): void {
  if (excess === undefined) sendException(exchange.response, exchange);
  else sendExceeded(exchange.response, exchange);
}

/** The request's own words, not parsed: whatever a client sends must only ever reach the version. */
function causeOf(request: IncomingMessage, colo: Colo): Cause {
  const { method = "GET", url = "/", headers } = request;
  const full = url.startsWith("/") ? `http://${headers.host ?? ""}${url}` : url;
  const path = url.split("?", 1)[0] ?? "/";
  return { eventType: "fetch", method, url: full, path, head: headOf(request, colo, clientIpOf(request)) };
}

function open(instance: Instance, exchange: Exchange, repeatable: boolean): ClientRequest | undefined {
  const { request, response, upgrade } = exchange;
  const mayReuse = exchange.needsFresh !== true && repeatable;
  try {
    return httpRequest({
      ...instance.address,
      agent: mayReuse ? instance.agent : instance.freshAgent,
      method: request.method,
      path: request.url,
      headers: forwardedHeaders(request, exchange, upgrade !== undefined),
      setHost: false,
      maxHeaderSize: MAX_HEADER_BYTES,
    });
  } catch {
    // Node takes requests in which it would not send on: control characters in the path.
    sendBadRequest(response, exchange, "The path has characters that no URL has.");
    return undefined;
  }
}

/** Of a body nothing is taken before there is a connection: until then the request can go elsewhere. */
function sendBody(request: IncomingMessage, upstream: ClientRequest): void {
  if (!hasBody(request)) {
    upstream.end();
    return;
  }
  upstream.once("socket", (socket) => {
    if (socket.connecting) socket.once("connect", () => request.pipe(upstream));
    else request.pipe(upstream);
  });
  // Headers go out with the body's first byte; a client may want an answer before that.
  upstream.flushHeaders();
}
