import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import type { AssetSessions } from "../assets/sessions";
import { findToken, type Token } from "../tokens/token";
import { CODES } from "./codes";
import { ApiError } from "./error";

/** What a request of the API brings along. */
export interface ApiEnvironment {
  readonly Variables: { readonly token: Token };
  readonly Bindings: HttpBindings;
}

/** Lets a request pass that carries a token of the edge, and refuses others as Cloudflare does. */
export function requireToken(
  tokens: readonly Token[],
  sessions?: AssetSessions,
): MiddlewareHandler<ApiEnvironment> {
  return async (context, next) => {
    const bearer = bearerOf(context);
    // Files are uploaded with the token of their session, on behalf of whoever has opened it.
    const token =
      findToken(tokens, bearer) ??
      (isAssetUpload(context.req.path) ? sessions?.begunBy(bearer)?.owner : undefined);
    if (token === undefined) throw refusal(context.req.path);
    context.set("token", token);
    await next();
  };
}

/** Lets a request pass that is about the edge's own account. */
export function requireAccount(accountId: string): MiddlewareHandler {
  return async (context, next) => {
    const asked = context.req.param("account") ?? "";
    if (asked !== accountId) {
      throw new ApiError(
        403,
        CODES.authentication,
        `Authentication error: the token has no access to account ${asked}. This local edge has the account ${accountId}.`,
      );
    }
    await next();
  };
}

/** The token that a request carries. */
export function bearerOf(context: Context): string {
  const header = context.req.header("authorization");
  if (header === undefined) throw missing(context.req.path);
  const [, token] = /^Bearer +(\S+)$/i.exec(header) ?? [];
  if (token === undefined) {
    throw new ApiError(
      400,
      CODES.invalidHeaders,
      "Invalid request headers: Invalid format for Authorization header",
    );
  }
  return token;
}

function missing(path: string): ApiError {
  return isVerify(path)
    ? new ApiError(401, CODES.missingAuthorization, 'Missing "Authorization" header')
    : new ApiError(401, CODES.authentication, "Authentication error");
}

/** Different parts of Cloudflare's API refuse a token in different words. */
function refusal(path: string): ApiError {
  if (isVerify(path)) return new ApiError(401, CODES.invalidToken, "Invalid API Token");
  if (path.includes("/workers/") || path.endsWith("/graphql"))
    return new ApiError(401, CODES.authentication, "Authentication error");
  return new ApiError(403, CODES.invalidAccessToken, "Invalid access token");
}

function isAssetUpload(path: string): boolean {
  return path.endsWith("/workers/assets/upload");
}

function isVerify(path: string): boolean {
  return path.endsWith("/tokens/verify");
}
