import * as z from "zod";
import { asciiJson } from "./ascii";
import type { Question, Reply, StoreClient } from "./client";

/** A value with what is kept beside it. */
export interface KvEntry {
  readonly value: Buffer;
  readonly metadata?: unknown;
  /** In seconds since 1970. */
  readonly expiration?: number | undefined;
}

/** A value to be written. One of the two says when it is gone again, in seconds since 1970 or from now. */
export interface KvWrite {
  readonly value: Uint8Array | string;
  readonly metadata?: unknown;
  readonly expiration?: number | undefined;
  readonly expirationTtl?: number | undefined;
}

const keyList = z.object({
  keys: z.array(
    z.object({ name: z.string(), expiration: z.number().optional(), metadata: z.string().optional() }),
  ),
  cursor: z.string().optional(),
});

/** Some keys of a namespace, in the order of their names. */
export interface KvKeys {
  readonly keys: readonly {
    readonly name: string;
    readonly expiration?: number | undefined;
    readonly metadata?: unknown;
  }[];
  /** Where to go on; none where these are the last. */
  readonly cursor?: string | undefined;
}

/** Which keys to list. */
export interface KvRange {
  readonly prefix?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** What a store has refused, in its own words. */
export class KvRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The keys and values of one namespace. */
export class KvStore {
  constructor(
    private readonly client: StoreClient,
    private readonly namespaceId: string,
  ) {}

  async get(key: string): Promise<KvEntry | undefined> {
    const reply = await this.client.ask("kv", this.namespaceId, { method: "GET", path: pathOf(key) });
    if (reply.status === 404) return undefined;
    const { headers, body } = accepted(reply);
    const metadata = headers["cf-kv-metadata"];
    const expiration = headers["cf-expiration"];
    return {
      value: body,
      ...(metadata !== undefined && { metadata: JSON.parse(utf8(String(metadata))) as unknown }),
      ...(expiration !== undefined && { expiration: Number(expiration) }),
    };
  }

  async put(key: string, { value, metadata, expiration, expirationTtl }: KvWrite): Promise<void> {
    const path = pathOf(key, { expiration, expiration_ttl: expirationTtl });
    const headers: Record<string, string> =
      metadata === undefined ? {} : { "cf-kv-metadata": asciiJson(metadata) };
    await this.ask({ method: "PUT", path, headers, body: value });
  }

  async delete(key: string): Promise<void> {
    await this.ask({ method: "DELETE", path: pathOf(key) });
  }

  async list({ prefix, cursor, limit }: KvRange = {}): Promise<KvKeys> {
    const query = new URLSearchParams();
    if (prefix) query.set("prefix", prefix);
    if (cursor) query.set("cursor", cursor);
    if (limit !== undefined) query.set("key_count_limit", String(limit));
    const { body } = await this.ask({ method: "GET", path: `/?${query.toString()}` });
    const found = keyList.parse(JSON.parse(body.toString()));
    const keys = found.keys.map(({ metadata, ...key }) => ({
      ...key,
      ...(metadata !== undefined && { metadata: JSON.parse(metadata) as unknown }),
    }));
    return { keys, cursor: found.cursor };
  }

  /** Deletes every key. */
  async clear(): Promise<void> {
    let found = await this.list();
    while (found.keys.length > 0) {
      await Promise.all(found.keys.map(({ name }) => this.delete(name)));
      found = await this.list();
    }
  }

  private async ask(question: Question): Promise<Reply> {
    return accepted(await this.client.ask("kv", this.namespaceId, question));
  }
}

/** workerd writes headers in UTF-8; Node reads each byte as a letter. */
function utf8(header: string): string {
  return Buffer.from(header, "latin1").toString();
}

function accepted(reply: Reply): Reply {
  if (reply.status < 400) return reply;
  throw new KvRefusal(reply.status, reply.body.toString().trim() || `status ${reply.status}`);
}

function pathOf(key: string, parameters: Readonly<Record<string, number | undefined>> = {}): string {
  const query = new URLSearchParams({ urlencoded: "true" });
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  // A path of dots alone would be another path.
  const name = /^\.{1,2}$/.test(key) ? key.replaceAll(".", "%2E") : encodeURIComponent(key);
  return `/${name}?${query.toString()}`;
}
