import * as z from "zod";
import { asciiJson } from "./ascii";
import type { Reply, StoreClient } from "./client";

const object = z.object({
  name: z.string(),
  version: z.string(),
  size: z.coerce.number(),
  etag: z.string(),
  uploaded: z.coerce.number(),
  httpFields: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  customFields: z.array(z.object({ k: z.string(), v: z.string() })).optional(),
});

const listing = z.object({
  objects: z.array(object),
  truncated: z.boolean(),
  cursor: z.string().optional(),
  delimitedPrefixes: z.array(z.string()).optional(),
});

/** What is known of an object beside its content. */
export type R2Object = z.infer<typeof object>;

/** Some objects of a bucket, in the order of their keys. */
export type R2Listing = z.infer<typeof listing>;

/** Which objects to list. */
export interface R2Range {
  readonly prefix?: string | undefined;
  readonly cursor?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly startAfter?: string | undefined;
  readonly limit?: number | undefined;
}

const refusal = z.looseObject({ v4code: z.number(), message: z.string() });

/** What a bucket has refused, with Cloudflare's code for it. */
export class R2Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Cloudflare's code for an object that is not there. */
const NO_OBJECT = 10007;

/** The objects of one bucket. What is asked, and what is told of objects, is JSON before the content. */
export class R2Store {
  constructor(
    private readonly client: StoreClient,
    private readonly bucket: string,
  ) {}

  async get(key: string): Promise<{ about: R2Object; content: Buffer } | undefined> {
    try {
      const { told, rest } = await this.read({ method: "get", object: key });
      return { about: object.parse(told), content: rest };
    } catch (error) {
      if (error instanceof R2Refusal && error.code === NO_OBJECT) return undefined;
      throw error;
    }
  }

  async put(
    key: string,
    content: Uint8Array,
    httpFields: Readonly<Record<string, string>>,
  ): Promise<R2Object> {
    return object.parse((await this.write({ method: "put", object: key, httpFields }, content)).told);
  }

  async delete(key: string): Promise<void> {
    await this.write({ method: "delete", object: key });
  }

  async list(range: R2Range = {}): Promise<R2Listing> {
    // 0 and 1 stand for what is to be told of each object beside the rest.
    const { told } = await this.read({ method: "list", include: [0, 1], ...range });
    return listing.parse(told);
  }

  private async read(question: object): Promise<Told> {
    const headers = { "cf-r2-request": asciiJson({ version: 1, ...question }) };
    return toldBy(await this.client.ask("r2", this.bucket, { method: "GET", path: "/", headers }));
  }

  private async write(question: object, content: Uint8Array = new Uint8Array()): Promise<Told> {
    const asked = Buffer.from(JSON.stringify({ version: 1, ...question }));
    const headers = { "cf-r2-metadata-size": String(asked.length) };
    const body = Buffer.concat([asked, content]);
    return toldBy(await this.client.ask("r2", this.bucket, { method: "PUT", path: "/", headers, body }));
  }
}

interface Told {
  readonly told: unknown;
  readonly rest: Buffer;
}

function toldBy({ status, headers, body }: Reply): Told {
  const error = headers["cf-r2-error"];
  if (error !== undefined) {
    const { v4code, message } = refusal.parse(JSON.parse(String(error)));
    throw new R2Refusal(status, v4code, message);
  }
  if (status >= 400) throw new Error(`The bucket has answered with status ${status}.`);
  const size = Number(headers["cf-r2-metadata-size"] ?? 0);
  const text = body.subarray(0, size).toString();
  return { told: text === "" ? undefined : JSON.parse(text), rest: body.subarray(size) };
}
