import type { Modules, Version } from "./types";

/** The code of a version as Cloudflare hands it out: a form with a part for each module. */
export function contentOf(version: Version, modules: Modules): Response {
  const form = new FormData();
  for (const { name, contentType, content } of modules) {
    form.append(name, new File([Buffer.from(content)], name, { type: contentType }));
  }
  return new Response(form, { headers: { "cf-entrypoint": version.mainModule, etag: `"${version.etag}"` } });
}
