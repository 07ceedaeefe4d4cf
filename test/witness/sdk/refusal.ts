import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import type { Envelope } from "../../edge/support";
import type { Method } from "../types/methods";
import type { World } from "./world";

type Call = (...values: unknown[]) => Promise<unknown>;

/** Calls a method with whatever it takes, and returns how it was refused. */
export async function refusalOf(
  client: Cloudflare,
  { name, parameters }: Method,
  account: World["account"],
): Promise<{ status: number; body: Envelope }> {
  const values = parameters.map((kind) => (kind === "text" ? "any" : anything(account)));
  try {
    await methodOf(client, name)(...values);
  } catch (error) {
    assert(error instanceof Cloudflare.APIError, String(error));
    return { status: error.status as number, body: error.error as Envelope };
  }
  return assert.fail(`${name} was not refused`);
}

function methodOf(client: Cloudflare, name: string): Call {
  const path = name.split(".");
  const method = path.pop() ?? "";
  const resource = path.reduce<unknown>((above, name) => (above as Record<string, unknown>)[name], client);
  return (resource as Record<string, Call>)[method]?.bind(resource) ?? assert.fail(`no ${name}`);
}

/** Parameters that have a value for every place in a path, and no body. */
function anything(account: World["account"]): object {
  return new Proxy(account, { get: (target, name): unknown => Reflect.get(target, name) ?? "any" });
}
