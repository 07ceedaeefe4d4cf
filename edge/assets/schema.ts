import * as z from "zod";

/** Cloudflare's limit of one file. */
const MOST_BYTES = 25 * 1024 * 1024;

/** Cloudflare's limit of a version's files. */
const MOST_FILES = 100_000;

/** What stands for a file: 32 hexadecimal digits. */
export const assetHash = z.string().regex(/^[0-9a-f]{32}$/, "is 32 hexadecimal digits");

const path = z
  .string()
  .max(1024)
  .refine(isBelow, "is the path of a file, and begins with a slash")
  .refine(isDecodable, "Manifest path must be URI encoded: it has a % that begins no escape");

const file = z.strictObject({ hash: assetHash, size: z.int().min(0).max(MOST_BYTES) });

/** What an upload session is asked for. */
export const manifestBody = z.object({
  manifest: z
    .record(path, file)
    .refine((files) => Object.keys(files).length <= MOST_FILES, `has at most ${MOST_FILES} files`),
});

const text = z.string().nullish();

/** Static assets as the metadata of an upload has them. */
export const uploadedAssets = z.strictObject({
  jwt: text,
  config: z
    .strictObject({
      html_handling: z
        .enum(["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"])
        .nullish(),
      not_found_handling: z.enum(["none", "404-page", "single-page-application"]).nullish(),
      run_worker_first: z.union([z.boolean(), z.array(z.string())]).nullish(),
      base_path: text,
      _headers: text,
      _redirects: text,
    })
    .nullish(),
});

/** Whether a path leads to a place below the folder of the files. */
function isBelow(value: string): boolean {
  if (!value.startsWith("/") || value.endsWith("/")) return false;
  const names = value.slice(1).split("/");
  return names.every((name) => name !== "" && name !== "." && name !== ".." && !/[\\\0]/.test(name));
}

/** Cloudflare refuses a path that cannot be decoded, though it is to be sent as the file is called. */
function isDecodable(value: string): boolean {
  try {
    return decodeURIComponent(value) !== "";
  } catch {
    return false;
  }
}
