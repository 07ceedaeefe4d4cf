import { createServer, type IncomingMessage, type Server } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";
import type { Scratch } from "../data/scratch";
import { LIMIT_HEADER } from "./bindings/wrapped";
import { ASKING_KEEP_ALIVE_MS } from "./door";

const question = z.object({ key: z.string(), limit: z.number(), period: z.number() });

/** One period, and what was counted in it. */
interface Counted {
  readonly endsAt: number;
  count: number;
}

/**
 * Counts the calls of rate limits: those of a key, in a namespace of the account, whichever Worker or version makes
 * them. On Cloudflare each location counts for itself; this is one.
 */
export class RateLimits {
  readonly socket: string;
  private readonly counts = new Map<string, Counted>();
  private readonly server: Server;

  constructor(scratch: Scratch) {
    this.socket = scratch.path("rate-limits");
    this.server = createServer({ keepAliveTimeout: ASKING_KEEP_ALIVE_MS }, (request, response) => {
      this.answer(request).then(
        (success) => response.setHeader("content-type", "application/json").end(JSON.stringify({ success })),
        () => response.writeHead(400).end(),
      );
    });
    this.server.listen(this.socket).unref();
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Counts a call; whether it is within the limit. Times are in milliseconds. */
  take(key: string, limit: number, periodMs: number, now: number): boolean {
    const before = this.counts.get(key);
    const counted =
      before !== undefined && now < before.endsAt ? before : { endsAt: now + periodMs, count: 0 };
    if (counted !== before) {
      this.forgetEnded(now);
      this.counts.set(key, counted);
    }
    counted.count += 1;
    return counted.count <= limit;
  }

  private async answer(request: IncomingMessage): Promise<boolean> {
    const { key, limit, period } = question.parse(await json(request));
    const namespaceId = String(request.headers[LIMIT_HEADER]);
    return this.take(JSON.stringify([namespaceId, period, key]), limit, period * 1000, Date.now());
  }

  private forgetEnded(now: number): void {
    for (const [key, { endsAt }] of this.counts) if (endsAt <= now) this.counts.delete(key);
  }
}
