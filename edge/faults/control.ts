import { BlockList, isIPv6 } from "node:net";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { requireToken, type ApiEnvironment } from "../api/auth";
import { jsonBody } from "../api/body";
import { CODES } from "../api/codes";
import { success } from "../api/envelope";
import { ApiError } from "../api/error";
import type { EdgeContext } from "../context";
import type { Faults } from "./faults";
import { readFaults, type FaultList } from "./parse";

/** The beginning of the paths that Cloudflare does not have. */
export const CONTROL_PATH = "/__edge";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * `/__edge/faults`: GET tells which faults there are, PUT sets them, DELETE ends them. It is for tools on this machine
 * that have the edge's own token. A web page cannot use it: its CORS preflight is refused, and without one it cannot
 * send the token's header. A name that an attacker resolves to this machine is refused by its `Host`, as for the API.
 */
export function controlRoutes({ faults, tokens }: EdgeContext): Hono<ApiEnvironment> {
  const routes = new Hono<ApiEnvironment>();
  routes.use(requireLoopback(), requireToken(tokens.slice(0, 1)));
  routes.get("/faults", (context) => answer(context, faults));
  routes.put("/faults", async (context) => {
    faults.begin(faultsIn(await jsonBody(context)));
    return answer(context, faults);
  });
  routes.delete("/faults", (context) => {
    faults.clear();
    return answer(context, faults);
  });
  return routes;
}

function answer(context: Context, faults: Faults): Response {
  return success(context, { faults: faults.report() });
}

function faultsIn(body: unknown): FaultList {
  try {
    return readFaults(body);
  } catch (error) {
    throw new ApiError(400, CODES.unparsableBody, (error as Error).message);
  }
}

/** An edge that listens at other addresses too takes its faults from this machine alone. */
function requireLoopback(): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const { remoteAddress = "" } = context.env.incoming.socket;
    if (!isLoopback(remoteAddress)) {
      throw new ApiError(
        403,
        CODES.authentication,
        `Faults are set from the machine that the local edge runs on; this request comes from ${remoteAddress}.`,
      );
    }
    await next();
  };
}

/** Whether a connection from this address comes from this machine. */
export function isLoopback(address: string): boolean {
  // How a socket for IPv4 and IPv6 spells an IPv4 address.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  return loopback.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
}
