import Cloudflare from "cloudflare";
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

/**
 * The official client, as the adapters use it: it retries nothing by itself, since a write whose answer was lost may
 * have happened, and since on a 429 it would sleep for as long as the header says, minutes, unseen. It logs nothing:
 * its log can hold request bodies.
 *
 * @param dates is told the `date` of every answer
 */
export function cloudflareClient({ apiToken, baseUrl }: Connection, dates?: DateObserver): Cloudflare {
  return new Cloudflare({
    apiToken,
    // Null, since for what is undefined the SDK looks into the environment.
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    baseURL: baseUrl ?? "https://api.cloudflare.com/client/v4",
    maxRetries: 0,
    logLevel: "off",
    fetch: dates ? observed(dates) : guardedFetch,
  });
}

function observed(dates: DateObserver): typeof fetch {
  return async (input, init) => {
    const sentAt = Date.now();
    const answer = await guardedFetch(input, init);
    dates.observe(answer.headers.get("date"), sentAt, Date.now());
    return answer;
  };
}
