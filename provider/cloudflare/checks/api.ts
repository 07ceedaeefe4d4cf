import Cloudflare, { APIError } from "cloudflare";
import type { TelemetryQueryParams } from "cloudflare/resources/workers/observability/telemetry";
import { z } from "zod";
import { ask } from "../ask";
import { cloudflareClient, type Connection } from "../client";
import { metered, newMeter, type Meter } from "./meter";

/** The body of a telemetry query. */
export type TelemetryQuery = Omit<TelemetryQueryParams, "account_id">;

/**
 * Asks the telemetry and returns the `result` of the answer, whatever is in it. Throws a `PortError`. It is all that
 * the checks at the start of a release need.
 */
export type AskTelemetry = (query: TelemetryQuery) => Promise<unknown>;

/** An answer of the API as it came: nothing about it is taken for granted. */
export interface Reply {
  readonly status: number;
  /** Undefined when it is no JSON. */
  readonly body: unknown;
}

/** Cloudflare's API as the doctor uses it. */
export interface Api {
  readonly client: Cloudflare;
  /** The same, whose requests the signal does not end: for one that must not happen after whatever follows it. */
  readonly uninterrupted: Cloudflare;
  readonly accountId: string;
  /** The address of the API. */
  readonly baseUrl: string;
  readonly meter: Meter;
  /** Ends what is on its way. */
  readonly signal: AbortSignal;
  readonly ask: AskTelemetry;
  /**
   * Sends a request that may be refused: the refusal is an answer too. `path` is below the API's address.
   * @throws {Error} when there is no answer
   */
  readonly send: (method: "get" | "post" | "patch", path: string, body?: unknown) => Promise<Reply>;
}

/** Counting takes longer than reading a setting. */
const queryTimeoutMs = 20_000;

/** What to open an {@link Api} with. */
export interface ApiOptions {
  readonly accountId: string;
  /** How many requests it may send. */
  readonly budget: number;
  /** Ends what is on its way. */
  readonly signal: AbortSignal;
}

/** Opens the API. Sends nothing yet. */
export function openApi(connection: Connection, { accountId, budget, signal }: ApiOptions): Api {
  const meter = newMeter(budget);
  const client = cloudflareClient(connection).withOptions({ fetch: metered(meter, signal) });
  const { signal: never } = new AbortController();
  const question = {
    what: "The telemetry query",
    permission: "Workers Observability Read",
    timeoutMs: queryTimeoutMs,
  };
  return {
    client,
    uninterrupted: client.withOptions({ fetch: metered(meter, never) }),
    accountId,
    baseUrl: client.baseURL,
    meter,
    signal,
    ask: (query) =>
      ask(client, question, z.unknown(), (options) =>
        client.workers.observability.telemetry.query({ account_id: accountId, ...query }, options),
      ),
    send: (method, path, body) => send(client, method, path, body),
  };
}

async function send(
  client: Cloudflare,
  method: "get" | "post" | "patch",
  path: string,
  body: unknown,
): Promise<Reply> {
  try {
    const signal = AbortSignal.timeout(queryTimeoutMs);
    const answer = await client[method](path, { body: body as object, signal }).asResponse();
    return { status: answer.status, body: jsonOf(await answer.text()) };
  } catch (error) {
    if (error instanceof APIError && error.status !== undefined) {
      return { status: error.status as number, body: error.error as unknown };
    }
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
