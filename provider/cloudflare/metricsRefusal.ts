import { PortError } from "../rollout/ports";
import type { RequestContext } from "./failure";
import type { Refusal } from "./metricsAnswer";
import { blockMs, quote } from "./refusal";
import { redact } from "./secrets";

/** Seen live: "not authorized for that account", "does not have access to the path", "Unauthorized". */
const notPermitted = /not authorized|unauthorized|does not have access/i;
/** Seen live: "rate limiter budget depleted, try again after 5 minutes", "limit reached, please try again later". */
const tooMany = /rate limiter|budget depleted|limit reached/i;

/**
 * The failure that refusals of the GraphQL API are. It has no codes that are documented, so its words are read; what
 * they do not tell is asked again later.
 */
export function metricsRefusal(
  { what, permission }: RequestContext,
  refusals: readonly Refusal[],
  token: string,
): PortError {
  const said = refusals.map(({ message }) => quote(redact(message, [token]))).join(", ");
  if (refusals.some(isForbidden)) {
    return new PortError(
      "refused",
      `${what} was refused: ${said}. Give the API token the permission "${permission}" for this account.`,
    );
  }
  if (refusals.some(({ message }) => tooMany.test(message))) {
    const limit = "The GraphQL API allows a user 300 queries in 5 minutes.";
    return new PortError("unavailable", `${what} failed for now: ${said}. ${limit}`, blockMs);
  }
  return new PortError(
    "unavailable",
    `${what} failed: ${said}. If it stays so, report it with the output of \`workers-release doctor --json\`.`,
  );
}

function isForbidden({ message, extensions }: Refusal): boolean {
  return extensions?.code === "authz" || notPermitted.test(message);
}
