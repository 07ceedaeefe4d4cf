import type * as z from "zod";

/**
 * A telemetry call that is refused. This part of Cloudflare's API does not keep to the envelope of the others, and has
 * a body of its own for each kind of refusal. The message is for who reads a log.
 */
export class QueryRefusal extends Error {
  constructor(
    readonly status: number,
    readonly body: object,
    message: string,
  ) {
    super(message);
  }
}

/** A value of the wrong type or out of its range: all that is told is where, and what the range is. */
export function badValues(input: unknown, issues: readonly z.core.$ZodIssue[], faults: string): QueryRefusal {
  const told: unknown = JSON.parse(JSON.stringify(issues, withoutWords));
  const body = { success: false, _e: null, _i: input, _c: { issues: told, name: "ZodError" } };
  return new QueryRefusal(400, body, `Telemetry query refused. ${faults}.`);
}

function withoutWords(key: string, value: unknown): unknown {
  if (key === "input") return undefined;
  return key === "message" ? "Invalid input" : value;
}

/** A query that is understood and not served. This is the only kind of refusal that says why. */
export function badRequest(detail: string): QueryRefusal {
  return new QueryRefusal(400, { success: false, errors: [{ message: "Bad Request", detail }] }, detail);
}

/** An operator that does not exist, such as `p50`. The status is a guess. */
export function unknownOperator(faults: string): QueryRefusal {
  return new QueryRefusal(400, { success: false, errors: [] }, `Telemetry query refused. ${faults}.`);
}

/** A query that makes Cloudflare's fail. The status is a guess. */
export function internalError(why: string): QueryRefusal {
  return new QueryRefusal(500, { success: false, errors: [{ message: "Internal error" }] }, why);
}
