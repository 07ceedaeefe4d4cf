import type { Upload } from "../../upload";

/** The Worker that the doctor tries things on. It says which version it is, and fails when it is asked to. */
const source = `
const LABEL = "%LABEL%";
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const headers = { "x-version": env.VERSION.id, "cache-control": "no-store" };
    if (pathname === "/throws") throw new Error("thrown for the doctor");
    if (pathname === "/status-500") return new Response("", { status: 500, headers });
    if (pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 400));
    return new Response(LABEL + "\\n", { headers });
  },
};
`;

/** How long `/slow` takes at least, in milliseconds. */
export const slowMs = 400;

/** One version of the test Worker; only its creation brings settings along. */
export function testUpload(label: string, { withSettings }: { readonly withSettings: boolean }): Upload {
  const module = {
    name: "index.mjs",
    content: source.replace("%LABEL%", label),
    contentType: "application/javascript+module",
  };
  return {
    mainModule: module.name,
    modules: [module],
    compatibilityDate: "2025-07-24",
    bindings: [{ type: "version_metadata", name: "VERSION" }],
    ...(withSettings && { observability: { enabled: true } }),
  };
}
