import { Hono } from "hono";
import { success } from "./envelope";

/** Before it copies a Worker, wrangler asks which custom domains it has. */
export function domainRoutes(): Hono {
  const routes = new Hono();
  routes.get("/domains/records", (context) => success(context, []));
  return routes;
}

/** Before it deletes a Worker, wrangler asks which containers it has. */
export function containerRoutes(): Hono {
  const routes = new Hono();
  routes.get("/applications", (context) => success(context, []));
  return routes;
}
