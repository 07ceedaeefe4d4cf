import { createHash, randomBytes } from "node:crypto";
import { Hono } from "hono";
import { bytesOf, UPLOAD_LIMIT } from "../bytes";

/** Where files go to and come from that are not part of the API: Cloudflare has a store for them. */
export const TRANSFER_PATH = "/__transfers";

/** How long the address of a file is good for. */
const LIFETIME_MS = 3_600_000;

/** SQL on its way into a database or out of it, by the secret in its address. */
export class Transfers {
  private readonly files = new Map<string, { sql: string | undefined; readonly endsAt: number }>();

  /** Makes an address, with a file to be fetched from it or for one to be sent there. Gives its last part. */
  open(sql?: string): string {
    for (const [name, { endsAt }] of this.files) if (endsAt <= Date.now()) this.files.delete(name);
    const name = `${randomBytes(24).toString("hex")}.sql`;
    this.files.set(name, { sql, endsAt: Date.now() + LIFETIME_MS });
    return name;
  }

  isOpen(name: string): boolean {
    return (this.files.get(name)?.endsAt ?? 0) > Date.now();
  }

  put(name: string, sql: string): void {
    const file = this.files.get(name);
    if (file) file.sql = sql;
  }

  get(name: string): string | undefined {
    return this.isOpen(name) ? this.files.get(name)?.sql : undefined;
  }

  /** What was sent there; the address is good no more. */
  take(name: string): string | undefined {
    const sql = this.get(name);
    this.files.delete(name);
    return sql;
  }
}

/** Who knows an address may use it: no token is asked for, as with Cloudflare's signed addresses. */
export function transferRoutes(transfers: Transfers): Hono {
  const routes = new Hono();
  routes.put("/:file", async (context) => {
    const name = context.req.param("file");
    if (!transfers.isOpen(name))
      return context.text("This address is not, or no longer, one to send a file to.\n", 403);
    const bytes = await bytesOf(context, UPLOAD_LIMIT);
    transfers.put(name, bytes.toString());
    const etag = createHash("md5").update(bytes).digest("hex");
    return context.body(null, 200, { etag: `"${etag}"` });
  });
  routes.get("/:file", (context) => {
    const sql = transfers.get(context.req.param("file"));
    if (sql === undefined) return context.text("There is no file at this address, or no longer.\n", 404);
    return context.text(sql);
  });
  return routes;
}
