import type { Hono } from "hono";
import { plotStyle } from "../../plots";
import type { PageFile } from "../ports";

/** What pages load: their style and their script. */
export function serveFiles(app: Hono, files: ReadonlyMap<string, PageFile>): void {
  const all = new Map(files).set("plots.css", { type: "text/css", text: plotStyle() });
  app.get("/files/:name", (context) => {
    const file = all.get(context.req.param("name"));
    if (file === undefined) return context.notFound();
    return context.body(file.text, 200, { "content-type": `${file.type}; charset=utf-8` });
  });
}
