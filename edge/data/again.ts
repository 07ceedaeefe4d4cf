import type { ClientRequest, IncomingMessage } from "node:http";
import { hasBody } from "./headers";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";

/** How long after its connections a process may be known to have ended. */
const END_KNOWN_MS = 100;

/** Methods that mean the same once and twice. */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Whether it makes no difference if a version handles the request twice, and there is nothing but headers to send. */
export function isRepeatable(request: IncomingMessage): boolean {
  return !hasBody(request) && IDEMPOTENT.has(request.method ?? "");
}

/** A request whose connection has broken before there was an answer. */
export interface Broken {
  readonly request: IncomingMessage;
  readonly invocation: Invocation;
  readonly upstream: ClientRequest;
  readonly error: NodeJS.ErrnoException;
}

/**
 * Whether a request may be sent again without anybody noticing. Where its version may have begun with it, it must mean
 * the same twice, and not be what the process may have ended on account of.
 */
export async function canGoAgain({ workerd }: Instance, broken: Broken): Promise<boolean> {
  const { request, invocation, upstream, error } = broken;
  // Where the system does not tell what is unread, one that was never read may have been taken for the culprit.
  if (wasUnheard(error) && !request.readableDidRead) return true;
  if (invocation.excess !== undefined) return false;
  if (!invocation.isRepeatable) return false;
  if (invocation.isSpared || !upstream.reusedSocket) return invocation.isSpared;
  // workerd may have closed a kept connection though a request was on its way.
  await workerd.endWithin(END_KNOWN_MS);
  return workerd.isRunning;
}

/**
 * Whether the version cannot have begun with a request. There was no connection; or the kernel reset it, which it
 * does if a process ends with something unread. A process that has read everything ends with an orderly close.
 */
export function wasUnheard({ code, syscall }: NodeJS.ErrnoException): boolean {
  return code === "ECONNREFUSED" || code === "EPIPE" || (code === "ECONNRESET" && syscall !== undefined);
}
