import { Hono, type Context } from "hono";
import { assetHash, manifestBody } from "../assets/schema";
import type { AssetSession } from "../assets/sessions";
import type { EdgeContext } from "../context";
import { bearerOf, type ApiEnvironment } from "./auth";
import { formBody, jsonBody } from "./body";
import { UPLOAD_LIMIT } from "./bytes";
import { checked } from "./checked";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";

/** The most files, and the most bytes of them, that a client is told to send in one request. */
const BUCKET = { files: 500, bytes: 32 * 1024 * 1024 };

/** The upload of static assets, which are there before the version that has them. */
export function assetRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  routes.post("/scripts/:script/assets-upload-session", async (context) => {
    const { manifest } = checked(manifestBody, await jsonBody(context, UPLOAD_LIMIT), invalidManifest);
    const entries = Object.entries(manifest);
    const session = {
      scriptName: context.req.param("script"),
      owner: (context as unknown as Context<ApiEnvironment>).get("token"),
      files: Object.fromEntries(entries.map(([path, { hash }]) => [path, hash])),
      sizes: new Map(entries.map(([, { hash, size }]) => [hash, size])),
    };
    const token = edge.assetSessions.begin(session);
    const buckets = bucketsOf(missingOf(edge, session), session.sizes);
    const begun = edge.assetSessions.begunBy(token);
    const jwt = buckets.length > 0 || begun === undefined ? token : edge.assetSessions.complete(begun);
    return success(context, { jwt, buckets });
  });
  routes.post("/assets/upload", async (context) => {
    const session = sessionOf(edge, context);
    if (context.req.query("base64") !== "true") {
      throw refused("base64 has to be true: files are sent as base 64.");
    }
    for (const [hash, part] of await formBody(context)) {
      const text = typeof part === "string" ? part : await part.text();
      edge.state.assets.put(checkedHash(session, hash), contentOf(session, hash, text));
    }
    if (missingOf(edge, session).length > 0) return success(context, {});
    return success(context, { jwt: edge.assetSessions.complete(session) });
  });
  return routes;
}

function sessionOf(edge: EdgeContext, context: Context): AssetSession {
  const session = edge.assetSessions.begunBy(bearerOf(context));
  if (session !== undefined) return session;
  throw new ApiError(
    401,
    CODES.authentication,
    "Authentication error: static assets are uploaded with the token of an upload session, not with an API token.",
  );
}

function missingOf({ state }: EdgeContext, { files }: Pick<AssetSession, "files">): string[] {
  return [...new Set(Object.values(files))].filter((hash) => !state.assets.has(hash));
}

/** Hashes of files in groups, each of which is to be sent in one request. */
function bucketsOf(hashes: readonly string[], sizes: AssetSession["sizes"]): string[][] {
  const buckets: { hashes: string[]; bytes: number }[] = [];
  for (const hash of hashes) {
    const bytes = sizes.get(hash) ?? 0;
    const last = buckets.at(-1);
    if (last !== undefined && last.hashes.length < BUCKET.files && last.bytes + bytes <= BUCKET.bytes) {
      last.hashes.push(hash);
      last.bytes += bytes;
    } else {
      buckets.push({ hashes: [hash], bytes });
    }
  }
  return buckets.map((bucket) => bucket.hashes);
}

function checkedHash({ sizes }: AssetSession, hash: string): string {
  if (assetHash.safeParse(hash).success && sizes.has(hash)) return hash;
  throw refused("a part of the form is named after no file of the upload session's manifest.");
}

function contentOf({ sizes }: AssetSession, hash: string, base64: string): Uint8Array {
  const content = Buffer.from(base64, "base64");
  if (content.byteLength === sizes.get(hash)) return content;
  throw refused(
    `the file ${hash} has ${content.byteLength} bytes, and ${sizes.get(hash) ?? 0} in the manifest.`,
  );
}

function refused(why: string): ApiError {
  return new ApiError(400, CODES.unparsableBody, `Could not upload static assets: ${why}`);
}

function invalidManifest(why: string): ApiError {
  return new ApiError(400, CODES.invalidManifest, `Invalid manifest: ${why}: invalid manifest file`);
}
