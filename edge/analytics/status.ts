/** How an invocation ended, in the words of Cloudflare's metrics. */
export type Status =
  | "success"
  | "clientDisconnected"
  | "scriptThrewException"
  | "exceededResources"
  | "internalError"
  | "unknown";

/** The statuses that `sum.errors` counts. A returned 4xx or 5xx is a success: the script ran to its end. */
export const FAILURES: readonly Status[] = ["scriptThrewException", "exceededResources", "internalError"];

const STATUSES: Readonly<Record<string, Status>> = {
  ok: "success",
  canceled: "clientDisconnected",
  responseStreamDisconnected: "clientDisconnected",
  exception: "scriptThrewException",
  exceededCpu: "exceededResources",
  exceededMemory: "exceededResources",
  exceededWallTime: "exceededResources",
  internalError: "internalError",
};

/** The status of an invocation that ended with this outcome, which is the word of Workers Observability for it. */
export function statusOf(outcome: string): Status {
  return STATUSES[outcome] ?? "unknown";
}
