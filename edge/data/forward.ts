import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import type { Exchange } from "./exchange";
import { answeredHeaders, forwardedHeaders } from "./headers";
import type { Instance } from "./instance";
import type { Invocation, RequestLine } from "./invocations";
import { sendBadRequest, sendException } from "./pages";
import { join, switchProtocols } from "./tunnel";

/** Hands a request to an instance and its answer to the client, both as streams. */
export function forward(
  instance: Instance,
  exchange: Exchange,
  onCanceled: (invocation: Invocation) => void,
): void {
  const { request, response } = exchange;
  const upstream = open(instance, exchange);
  if (upstream === undefined) return;
  const invocation = instance.invocations.begin(exchange, requestLineOf(request));

  const end = (isCanceled: boolean): void => {
    instance.invocations.end(invocation);
    if (!isCanceled) return;
    invocation.canceled = true;
    onCanceled(invocation);
  };
  const onClose = (): void => {
    if (!response.writableFinished) upstream.destroy();
    end(!response.writableFinished);
  };
  upstream.once("response", (answer) => {
    passOn(answer, exchange, invocation);
  });
  upstream.once("upgrade", (answer, socket, head) => {
    if (exchange.upgrade === undefined) return;
    response.off("close", onClose).detachSocket(exchange.upgrade.socket);
    invocation.status = 101;
    switchProtocols(exchange.upgrade, answer, answeredHeaders(answer, exchange.ray));
    join(exchange.upgrade, { socket: socket, head }, end);
  });
  upstream.on("error", () => {
    sendException(response, exchange.ray);
  });
  response.once("close", onClose);
  sendBody(request, upstream);
}

/** The request's own words, not parsed: whatever a client sends must only ever reach the version. */
function requestLineOf({ method = "GET", url = "/", headers }: IncomingMessage): RequestLine {
  const full = url.startsWith("/") ? `http://${headers.host ?? ""}${url}` : url;
  return { method, url: full, path: url.split("?", 1)[0] ?? "/" };
}

function open(instance: Instance, { ray, request, response, upgrade }: Exchange): ClientRequest | undefined {
  try {
    return httpRequest({
      ...instance.address,
      agent: instance.agent,
      method: request.method,
      path: request.url,
      headers: forwardedHeaders(request, ray, upgrade !== undefined),
      setHost: false,
    });
  } catch {
    // Node takes requests in which it would not send on: control characters in the path.
    sendBadRequest(response, ray);
    return undefined;
  }
}

function sendBody(request: IncomingMessage, upstream: ClientRequest): void {
  const hasBody =
    request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  if (hasBody) request.pipe(upstream);
  else upstream.end();
}

function passOn(answer: IncomingMessage, { ray, response }: Exchange, invocation: Invocation): void {
  invocation.status = answer.statusCode ?? 502;
  if (isUncaughtException(answer)) {
    answer.resume();
    sendException(response, ray);
    return;
  }
  response.writeHead(invocation.status, answer.statusMessage, answeredHeaders(answer, ray));
  answer.pipe(response);
  // An answer that breaks off must not look complete to the client.
  answer.on("error", () => response.destroy());
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
