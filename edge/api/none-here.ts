import { Hono } from "hono";
import { success } from "./envelope";

/** What clients ask for, and what an account of the local edge has none of. */
export function domainRoutes(): Hono {
  const routes = new Hono();
  for (const path of ["/domains", "/domains/records"]) {
    routes.get(path, (context) => success(context, []));
  }
  return routes;
}

/** Before it deletes a Worker, wrangler asks which containers it has. */
export function containerRoutes(): Hono {
  const routes = new Hono();
  routes.get("/applications", (context) => success(context, []));
  return routes;
}
