import { parseList, ParseError } from "structured-headers";

/** A member of a list, with its parameters. */
type Item = readonly [unknown, ReadonlyMap<string, unknown>];

/** How many requests may be made in how long a time. */
export interface Policy {
  /** What the service calls it. */
  readonly name: string;
  readonly requests: number;
  readonly windowMs: number;
}

/** What the service says is left of a policy. */
export interface Remaining {
  readonly requests: number;
  /** For how long that is all, in milliseconds. */
  readonly forMs: number;
}

/** Cloudflare's limit for all that uses one token (documentation of its API, and every recorded answer). */
export const usualPolicy: Policy = { name: "default", requests: 1200, windowMs: 300_000 };

/** No policy beyond that is believed. */
const mostRequests = 1e6;
const mostSeconds = 86_400;

/**
 * The policy that requests are counted by, after an answer with these headers (`Ratelimit-Policy: "default";q=1200;w=300`,
 * draft-ietf-httpapi-ratelimit-headers). Another one than the one known counts only where it is tighter: uploads have a
 * generous one of their own.
 */
export function policyAfter(headers: Headers, known: Policy): Policy {
  return itemsIn(headers.get("ratelimit-policy"))
    .flatMap(([name, parameters]): Policy[] => {
      const requests = numberIn(parameters, "q", mostRequests);
      const seconds = numberIn(parameters, "w", mostSeconds);
      if (requests === undefined || seconds === undefined || requests < 1 || seconds < 1) return [];
      return [{ name: String(name), requests, windowMs: seconds * 1000 }];
    })
    .reduce((best, one) => (one.name === best.name || rateOf(one) < rateOf(best) ? one : best), known);
}

/**
 * What is left, by `Ratelimit: "default";r=12;t=30`. Undefined where the header says nothing, and where it says what the
 * live one says in every answer: one less than all, which is never counted down.
 */
export function remainingIn(headers: Headers, { name, requests }: Policy): Remaining | undefined {
  const item = itemsIn(headers.get("ratelimit")).find(([of]) => String(of) === name);
  if (item === undefined) return undefined;
  const left = numberIn(item[1], "r", mostRequests);
  const seconds = numberIn(item[1], "t", mostSeconds);
  if (left === undefined || seconds === undefined || left >= requests - 1) return undefined;
  return { requests: left, forMs: seconds * 1000 };
}

/** What is no list is no word of a limit. */
function itemsIn(text: string | null): readonly Item[] {
  if (text === null) return [];
  try {
    return parseList(text).filter(([value]) => !Array.isArray(value));
  } catch (error) {
    if (error instanceof ParseError) return [];
    throw error;
  }
}

function numberIn(parameters: Item[1], key: string, most: number): number | undefined {
  const value = parameters.get(key);
  return typeof value === "number" && value >= 0 && value <= most ? value : undefined;
}

function rateOf({ requests, windowMs }: Policy): number {
  return requests / windowMs;
}
