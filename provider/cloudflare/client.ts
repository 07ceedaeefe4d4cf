import Cloudflare from "cloudflare";
import { unlimited, type Budget } from "./budget/budget";
import type { DateObserver } from "./serviceClock";
import { guardedFetch } from "./transport";

/** What it takes to talk to Cloudflare's API. */
export interface Connection {
  /** An API token. Nothing but the requests' headers ever holds it. */
  readonly apiToken: string;
  /** The API's address, with `/client/v4`. Default: Cloudflare's own. */
  readonly baseUrl?: string;
}

/** Which Worker an adapter is for. */
export interface WorkerName {
  readonly accountId: string;
  readonly scriptName: string;
}

/** Who has a say in a client's requests, or learns from them. */
export interface Attendants {
  /** Is told the `date` of every answer. */
  readonly dates?: DateObserver;
  /** Says when a request may be sent. Default: at once. */
  readonly budget?: Budget;
  /** What sends them. Default: {@link guardedFetch}. */
  readonly fetch?: typeof fetch;
}

const budgets = new WeakMap<Cloudflare, Budget>();

/** The budget that a client's requests are taken from. */
export function budgetOf(client: Cloudflare): Budget {
  return budgets.get(client) ?? unlimited;
}

/**
 * The official client, as the adapters use it: it retries nothing by itself, since a write whose answer was lost may
 * have happened, and since on a 429 it would sleep for as long as the header says, minutes, unseen. It logs nothing:
 * its log can hold request bodies.
 */
export function cloudflareClient({ apiToken, baseUrl }: Connection, attendants: Attendants = {}): Cloudflare {
  const client = new Cloudflare({
    apiToken,
    // Null, since for what is undefined the SDK looks into the environment.
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    baseURL: baseUrl ?? "https://api.cloudflare.com/client/v4",
    maxRetries: 0,
    logLevel: "off",
    fetch: attended(attendants),
  });
  if (attendants.budget) budgets.set(client, attendants.budget);
  return client;
}

function attended({ dates, budget = unlimited, fetch: send = guardedFetch }: Attendants): typeof fetch {
  return async (input, init) => {
    const sentAt = { here: Date.now(), budget: budget.now() };
    const answer = await send(input, init);
    budget.answered(answer.status, answer.headers, sentAt.budget);
    dates?.observe(answer.headers.get("date"), sentAt.here, Date.now());
    return answer;
  };
}
