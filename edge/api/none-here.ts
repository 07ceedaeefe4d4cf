import { Hono } from "hono";
import { success } from "./envelope";

/** Before it deletes a Worker, wrangler asks which containers it has. */
export function containerRoutes(): Hono {
  const routes = new Hono();
  routes.get("/applications", (context) => success(context, []));
  return routes;
}
