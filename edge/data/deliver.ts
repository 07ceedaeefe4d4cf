import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { wasUnheard } from "./again";
import { causeOf, type WorkerEvent } from "./cause";
import type { Instance } from "./instance";
import type { Invocation } from "./invocations";

/** What became of an event: how its handler ended, and what else workerd tells of it. */
export interface Result {
  readonly outcome: string;
  readonly [detail: string]: unknown;
}

/** What is settled about an event before a version has it. */
type Origin = Pick<Invocation, "ray" | "colo" | "isObserved" | "attempt">;

/**
 * Hands an event to an instance, through the tail worker beside it. Returns what became of it, or undefined when the
 * process ended and the event should go to another one.
 */
export async function deliver(
  instance: Instance,
  origin: Origin,
  event: WorkerEvent,
): Promise<Result | undefined> {
  // Queues deliver at least once, so a batch may come twice. A cron handler expects to be called once.
  const call = { cause: causeOf(event), isRepeatable: event.eventType === "queue" };
  const invocation = instance.invocations.begin(origin, call);
  try {
    const result = await told(instance, invocation, event);
    invocation.outcome = result.outcome;
    return result;
  } catch (error) {
    if (canGoAgain(error as NodeJS.ErrnoException, invocation)) {
      instance.invocations.withdraw(invocation);
      return undefined;
    }
    return { outcome: invocation.excess ?? "exception" };
  } finally {
    instance.invocations.end(invocation);
  }
}

function canGoAgain(error: NodeJS.ErrnoException, invocation: Invocation): boolean {
  if (invocation.excess !== undefined) return false;
  return wasUnheard(error) || (invocation.isRepeatable && invocation.isSpared);
}

async function told(instance: Instance, invocation: Invocation, event: WorkerEvent): Promise<Result> {
  const call = httpRequest({ ...instance.tail, agent: instance.freshAgent, method: "POST" });
  call.once("socket", (socket) => {
    invocation.connection = { socket, written: socket.bytesWritten, read: socket.bytesRead };
  });
  call.end(JSON.stringify({ id: invocation.ray, ...event }));
  const answer = await answerTo(call);
  instance.invocations.showsLife(invocation);
  return (await json(answer)) as Result;
}

function answerTo(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once("response", resolve);
    call.once("error", reject);
  });
}
