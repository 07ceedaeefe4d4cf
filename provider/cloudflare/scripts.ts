import type Cloudflare from "cloudflare";
import { z } from "zod";
import { ask } from "./ask";

const scripts = z.array(z.object({ id: z.string().min(1) }));

/** The names of all Workers of an account, as the API orders them. Throws a `PortError`. */
export async function scriptNames(client: Cloudflare, accountId: string): Promise<readonly string[]> {
  const question = { what: "Reading the Workers of the account", permission: "Workers Scripts Read" };
  const all = await ask(client, question, scripts, async (options) => {
    const { result } = await client.workers.scripts.list({ account_id: accountId }, options);
    return result;
  });
  return all.map(({ id }) => id);
}
