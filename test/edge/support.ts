import assert from "node:assert/strict";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Cloudflare from "cloudflare";
import { startEdge, type Edge, type EdgeOptions } from "../../edge";

/** Where an edge is, and how to be let in. It may run in another process. */
export type EdgeAddress = Pick<Edge, "port" | "baseUrl" | "accountId" | "token" | "subdomain">;

/** An edge for the tests of one `describe`: started before the first, closed after the last. */
export function useEdge(options: EdgeOptions = {}): { readonly edge: Edge; readonly client: Cloudflare } {
  let edge: Edge | undefined;
  before(async () => {
    // A test may ask as often as it has to.
    edge = await startEdge({ rateLimit: false, ...options });
  });
  after(async () => {
    await edge?.close();
  });
  const started = (): Edge => {
    assert(edge, "the edge has started");
    return edge;
  };
  return {
    get edge() {
      return started();
    },
    get client() {
      return clientOf(started());
    },
  };
}

/** The official client, told nothing but where the edge is. */
export function clientOf({ baseUrl, token }: Pick<EdgeAddress, "baseUrl" | "token">): Cloudflare {
  return new Cloudflare({ baseURL: baseUrl, apiToken: token, maxRetries: 0 });
}

/** What a test says of a version beside its code. */
export interface Metadata {
  readonly [field: string]: unknown;
}

const OBSERVED = { compatibility_date: "2025-07-24", observability: { enabled: true } };

function moduleFile(source: string): File {
  return new File([source], "worker.mjs", { type: "application/javascript+module" });
}

/**
 * The parameters of an upload for the client. It spells nested objects in a way that Cloudflare does not understand
 * (a known fault of 7.x), so the metadata goes as the file that the API wants.
 */
function uploadOf(source: string, metadata: Metadata): { metadata: never; files: File[] } {
  const json = JSON.stringify({ main_module: "worker.mjs", ...OBSERVED, ...metadata });
  const part = new File([json], "metadata", { type: "application/json" });
  return { metadata: part as never, files: [moduleFile(source)] };
}

/** Uploads a script and deploys it at once. Returns the id of the version. */
export async function putScript(
  edge: EdgeAddress,
  name: string,
  source: string,
  metadata: Metadata = {},
): Promise<string> {
  const body = { account_id: edge.accountId, ...uploadOf(source, metadata) };
  // The client names a content type that is not the body's (the same fault); null lets the body name its own.
  await clientOf(edge).workers.scripts.update(name, body, { headers: { "Content-Type": null } });
  return latestVersion(edge, name);
}

/** Uploads a version that gets no traffic. Returns its id. */
export async function addVersion(
  edge: EdgeAddress,
  name: string,
  source: string,
  metadata: Metadata = {},
): Promise<string> {
  const body = { account_id: edge.accountId, ...uploadOf(source, metadata) };
  const { id } = await clientOf(edge).workers.scripts.versions.create(name, body);
  assert(id);
  return id;
}

async function latestVersion(edge: EdgeAddress, name: string): Promise<string> {
  const page = await clientOf(edge).workers.scripts.versions.list(name, { account_id: edge.accountId });
  const id = page.result.items?.[0]?.id;
  assert(id);
  return id;
}

/** Makes a script answer on the subdomain. */
export async function enable(edge: EdgeAddress, name: string): Promise<void> {
  await clientOf(edge).workers.scripts.subdomain.create(name, { account_id: edge.accountId, enabled: true });
}

/** Puts a script live: uploaded, deployed, reachable. */
export async function goLive(
  edge: EdgeAddress,
  name: string,
  source: string,
  metadata: Metadata = {},
): Promise<string> {
  const versionId = await putScript(edge, name, source, metadata);
  await enable(edge, name);
  return versionId;
}

/** Gives each version its percentage. */
export async function deploy(edge: EdgeAddress, name: string, shares: Record<string, number>): Promise<void> {
  await clientOf(edge).workers.scripts.deployments.create(name, {
    account_id: edge.accountId,
    strategy: "percentage",
    versions: Object.entries(shares).map(([version_id, percentage]) => ({ version_id, percentage })),
  });
}

/** A Worker that answers with a word of its own. */
export function saying(word: string): string {
  return `export default { fetch() { return new Response(${JSON.stringify(word)}); } };`;
}

/** A request to a Worker. */
export interface Ask {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks a Worker as any client would; only the name is not looked up, which not every system does for localhost. */
export function ask(edge: EdgeAddress, name: string, { body, ...options }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = `${name}.${edge.subdomain}.localhost:${edge.port}`;
    const headers = { host, ...options.headers };
    const request = httpRequest({ host: "127.0.0.1", port: edge.port, ...options, headers }, (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => {
        resolve({ status, headers, body });
      }, reject);
    });
    request.on("error", reject).end(body);
  });
}

/** A plain call of the API, for what the client cannot be made to send. */
export async function call(
  edge: EdgeAddress,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; json: Envelope }> {
  const headers = { authorization: `Bearer ${edge.token}`, ...(init.headers as Record<string, string>) };
  const response = await fetch(`${edge.baseUrl}${path}`, { ...init, headers });
  return { status: response.status, json: (await response.json()) as Envelope };
}

/** Cloudflare's envelope. */
export interface Envelope {
  readonly success: boolean;
  readonly errors: { code: number; message: string }[];
  readonly messages: { code: number; message: string }[];
  readonly result: unknown;
  readonly result_info?: Readonly<Record<string, number>>;
}

/** Waits until `check` finds something, and returns it. */
export async function until<T>(
  what: string,
  check: () => T | undefined | Promise<T | undefined>,
  { withinMs = 60_000, everyMs = 20 } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found !== undefined) return found;
    assert(Date.now() < deadline, `waited too long for ${what}`);
    await sleep(everyMs);
  }
}

/** One row of telemetry, as the API returns it. A `cf-worker` row has no outcome and no times. */
export interface Row {
  readonly timestamp: number;
  readonly source: Record<string, unknown>;
  readonly $workers: {
    readonly outcome: string;
    readonly eventType: string;
    readonly wallTimeMs: number;
    readonly cpuTimeMs: number;
    readonly scriptVersion: { readonly id: string; readonly tag?: string };
    readonly event?: {
      readonly path?: string;
      readonly request?: {
        readonly method: string;
        readonly headers?: Record<string, string>;
        readonly cf?: Record<string, unknown>;
      };
      readonly response?: { readonly status: number };
    };
  };
  readonly $metadata: {
    readonly type: string;
    readonly requestId: string;
    readonly rayId?: string;
    readonly traceId: string;
    readonly level?: string;
    readonly message?: string;
    readonly error?: string;
  };
}

/** Everything that Workers Observability has of a script. */
export async function rowsOf(edge: EdgeAddress, scriptName: string): Promise<Row[]> {
  const body = {
    queryId: "rows",
    timeframe: { from: Date.now() - 3_600_000, to: Date.now() + 60_000 },
    view: "events",
    limit: 2000,
    parameters: {
      datasets: ["cloudflare-workers"],
      filters: [{ key: "$workers.scriptName", operation: "eq", type: "string", value: scriptName }],
    },
  };
  const path = `/accounts/${edge.accountId}/workers/observability/telemetry/query`;
  const { status, json } = await call(edge, path, { method: "POST", body: JSON.stringify(body) });
  assert.equal(status, 200, JSON.stringify(json.errors));
  return (json.result as { events: { events: Row[] } }).events.events;
}

/** The rows that count as invocations. */
export async function invocationsOf(edge: EdgeAddress, scriptName: string): Promise<Row[]> {
  return (await rowsOf(edge, scriptName)).filter((row) => row.$metadata.type === "cf-worker-event");
}

/** The uncaught exceptions that a script's telemetry tells of, each with the request it was thrown in. */
export async function exceptionsOf(edge: EdgeAddress, scriptName: string): Promise<ThrownRow[]> {
  const rows = await rowsOf(edge, scriptName);
  return rows.filter((row): row is ThrownRow => row.source["exception"] !== undefined);
}

/** The row of an uncaught exception. */
export type ThrownRow = Row & {
  readonly source: { readonly exception: { readonly name: string; readonly stack: string } };
};

/** The status and the code that the client was refused with. */
export async function refusalOf(work: Promise<unknown>): Promise<[number | undefined, number | undefined]> {
  const error: unknown = await work.then(
    () => assert.fail("it was not refused"),
    (reason: unknown) => reason,
  );
  assert(error instanceof Cloudflare.APIError, String(error));
  return [error.status, error.errors[0]?.code];
}
