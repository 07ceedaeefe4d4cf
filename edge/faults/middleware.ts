import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler, Next } from "hono";
import type { ApiEnvironment } from "../api/auth";
import { failure } from "../api/envelope";
import { tooManyRequests } from "../api/rate-limit";
import type { Faults, Strike } from "./faults";
import { pageOf } from "./pages";

type ApiContext = Context<ApiEnvironment>;

/** Lets requests meet the faults that are set. */
export function meetFaults(faults: Faults): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const { method, path } = context.req;
    const strike = faults.strike({ method, path: path.replace(/^\/client\/v4/, "") });
    if (strike === undefined) await next();
    else await meet(faults, strike, context, next);
  };
}

async function meet(faults: Faults, strike: Strike, context: ApiContext, next: Next): Promise<void> {
  switch (strike.kind) {
    case "late":
      if (strike.when === "before") await faults.wait(strike.ms);
      await next();
      if (strike.when === "after") await faults.wait(strike.ms);
      return;
    case "cut":
      await next();
      replace(context, await cutOff(context));
      return;
    case "blocked":
      replace(context, tooManyRequests(context, strike.seconds));
      return;
    default:
      if (strike.when === "after") await next();
      replace(context, answerOf(strike, context));
  }
}

type Instead = Extract<Strike, { kind: "refusal" | "page" | "text" | "nothing" }>;

function answerOf(strike: Instead, context: ApiContext): Response {
  switch (strike.kind) {
    case "refusal":
      return failure(context, strike.status, strike.code, strike.message);
    case "page":
      return textual(strike.status, "text/html; charset=UTF-8", pageOf(strike.status));
    case "text":
      return textual(strike.status, "text/plain; charset=UTF-8", `error code: ${strike.status}`);
    case "nothing":
      context.env.outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
  }
}

function textual(status: number, type: string, body: string): Response {
  return new Response(body, { status, headers: { "content-type": type } });
}

/** Sends the head of an answer, which says how long the body is, and half of that. */
async function cutOff({ res, env: { outgoing } }: ApiContext): Promise<Response> {
  const body = Buffer.from(await res.arrayBuffer());
  outgoing.writeHead(res.status, { ...Object.fromEntries(res.headers), "content-length": body.length });
  const half = body.subarray(0, Math.ceil(body.length / 2));
  // Closed any sooner, the connection would lose what is not sent yet.
  await new Promise<void>((resolve) => {
    outgoing.write(half, () => {
      resolve();
    });
  });
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Without the headers of the answer before it. */
function replace(context: ApiContext, response: Response): void {
  context.res = undefined;
  context.res = response;
}
