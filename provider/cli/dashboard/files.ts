import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PageFile } from "../../dashboard/ports";

const own = join(__dirname, "../../dashboard/client");

/** What the dashboard's pages load, by name. */
export function dashboardFiles(): ReadonlyMap<string, PageFile> {
  return new Map([
    ["page.css", file("text/css", join(own, "page.css"))],
    ["page.mjs", file("text/javascript", join(own, "page.mjs"))],
    ["icon.svg", file("image/svg+xml", join(own, "icon.svg"))],
    ["idiomorph.mjs", file("text/javascript", require.resolve("idiomorph/dist/idiomorph.esm.js"))],
  ]);
}

function file(type: PageFile["type"], path: string): PageFile {
  return { type, text: readFileSync(path, "utf8") };
}
