import type Cloudflare from "cloudflare";
import { z } from "zod";
import { PortError } from "../rollout/ports";
import { again, type Pause } from "./again";
import { ask } from "./ask";
import type { WorkerName } from "./client";

/** A file that is served as it is. */
export interface AssetFile {
  /** The path it is served at, not encoded, as wrangler sends it: `/css/site.css`, `/blog/[slug].js`. */
  readonly path: string;
  /** Stands for its content and its extension: 32 hexadecimal digits. */
  readonly hash: string;
  readonly size: number;
  /** `text/css; charset=utf-8`; undefined where the extension says nothing. */
  readonly contentType: string | undefined;
  readonly read: () => Promise<Uint8Array>;
}

/** The static assets of a version. */
export interface Assets {
  readonly files: readonly AssetFile[];
  /** How they are served, in the API's words. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Static assets that were uploaded: the proof that all files are there, and how they are served. */
export interface UploadedAssets {
  readonly token: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Files of one request can be many, and large. */
const uploadTimeoutMs = 120_000;
/** The API takes "no content type" so: a form cannot leave it out. */
const noContentType = "application/null";

const permission = "Workers Scripts Write";
const hash = z.string().regex(/^[0-9a-f]{32}$/);
const session = z.object({
  result: z.object({ jwt: z.string().min(1), buckets: z.array(z.array(hash)).nullish() }),
});
const bucketAnswer = z.object({ result: z.object({ jwt: z.string().nullish() }).nullish() });

/**
 * Uploads the files that Cloudflare does not have yet, and gives what a version needs to serve all of them. Files are
 * known by their content, so a part that has no answer is sent again. What was uploaded is kept there for the next attempt
 * when this one fails.
 *
 * @throws {PortError}
 */
export async function uploadAssets(
  client: Cloudflare,
  { accountId, scriptName }: WorkerName,
  { files, config }: Assets,
  pause?: Pause,
): Promise<UploadedAssets> {
  const account = `/accounts/${encodeURIComponent(accountId)}/workers`;
  const path = `${account}/scripts/${encodeURIComponent(scriptName)}/assets-upload-session`;
  const manifest = Object.fromEntries(files.map((file) => [file.path, { hash: file.hash, size: file.size }]));
  const worker = `Worker "${scriptName}"`;
  const opening = { what: `Announcing the static assets of ${worker}`, permission };
  const open = (): Promise<z.infer<typeof session>> =>
    ask(client, opening, session, (options) => client.post(path, { ...options, body: { manifest } }));
  const { result } = await again(open, pause);
  const buckets = result.buckets ?? [];
  // With nothing to send, the session's own token is the proof already.
  let token = buckets.flat().length === 0 ? result.jwt : undefined;
  const byHash = new Map(files.map((file) => [file.hash, file]));
  for (const [index, bucket] of buckets.entries()) {
    const what = `Uploading static assets of ${worker} (part ${index + 1} of ${buckets.length})`;
    const question = { what, permission, secrets: [result.jwt], timeoutMs: uploadTimeoutMs };
    const body = await bucketForm(bucket, byHash, what);
    const send = (): Promise<z.infer<typeof bucketAnswer>> =>
      ask(client, question, bucketAnswer, (options) =>
        client.post(`${account}/assets/upload?base64=true`, {
          ...options,
          body,
          headers: { authorization: `Bearer ${result.jwt}` },
        }),
      );
    const answer = await again(send, pause);
    token = answer.result?.jwt ?? token;
  }
  if (token !== undefined) return { token, config };
  throw new PortError(
    "unavailable",
    `Uploading static assets of ${worker} ended without Cloudflare's confirmation that all files are there. Try again: what was uploaded is not sent again.`,
  );
}

async function bucketForm(
  bucket: readonly string[],
  files: ReadonlyMap<string, AssetFile>,
  what: string,
): Promise<FormData> {
  const form = new FormData();
  for (const wanted of bucket) {
    const file = files.get(wanted);
    if (file === undefined) {
      throw new PortError(
        "unavailable",
        `${what} was asked for a file that is not among the assets. Try again.`,
      );
    }
    const content = Buffer.from(await file.read()).toString("base64");
    form.append(wanted, new File([content], wanted, { type: file.contentType ?? noContentType }), wanted);
  }
  return form;
}
