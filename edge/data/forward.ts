import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import type { Exchange } from "./exchange";
import { answeredHeaders, forwardedHeaders } from "./headers";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";
import { sendException } from "./pages";

/** Hands a request to an instance and its answer to the client, both as streams. */
export function forward(
  instance: Instance,
  exchange: Exchange,
  onCanceled: (invocation: Invocation) => void,
): void {
  const { ray, request, response } = exchange;
  const invocation = instance.invocations.begin(ray, request.method ?? "GET", urlOf(request));
  const upstream = open(instance, request, ray);

  upstream.once("response", (answer) => {
    passOn(answer, exchange);
  });
  upstream.once("error", () => {
    sendException(response, ray);
  });
  response.once("close", () => {
    instance.invocations.end(invocation);
    if (response.writableFinished) return;
    invocation.canceled = true;
    upstream.destroy();
    onCanceled(invocation);
  });
  sendBody(request, upstream);
}

function urlOf(request: IncomingMessage): string {
  return new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`).href;
}

function open(instance: Instance, request: IncomingMessage, ray: string): ClientRequest {
  return httpRequest({
    ...instance.address,
    agent: instance.agent,
    method: request.method,
    path: request.url,
    headers: forwardedHeaders(request, ray),
    setHost: false,
  });
}

function sendBody(request: IncomingMessage, upstream: ClientRequest): void {
  const hasBody =
    request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  if (hasBody) request.pipe(upstream);
  else upstream.end();
}

function passOn(answer: IncomingMessage, { ray, response }: Exchange): void {
  if (isUncaughtException(answer)) {
    answer.resume();
    sendException(response, ray);
    return;
  }
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answeredHeaders(answer, ray));
  answer.pipe(response);
  // An answer that breaks off must not look complete to the client.
  answer.once("error", () => response.destroy());
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
