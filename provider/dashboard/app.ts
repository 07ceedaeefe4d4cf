import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { guard, type Access } from "./access/access";
import { headers, reportHeaders } from "./access/headers";
import { Once } from "./once";
import type { Said } from "./pages/frame";
import { failurePage, messagePage } from "./pages/trouble";
import type { PageFile, Ports } from "./ports";
import { editPlans } from "./routes/plans";
import { showBacktests } from "./routes/backtest";
import { serveFiles } from "./routes/files";
import { takeOrders } from "./routes/orders";
import { backtestPath, reportPath } from "./routes/paths";
import { showReleases } from "./routes/releases";
import { startReleases } from "./routes/start";

/** What a dashboard is made of. */
export interface DashboardSetup {
  readonly ports: Ports;
  readonly access: Access;
  /** What pages load, by name: `page.css`, `page.mjs` and what that imports. */
  readonly files: ReadonlyMap<string, PageFile>;
}

/** More than any plan has. */
const mostBytes = 1024 * 1024;
const tooLong = messagePage("Nothing was done", "That is more text than any plan has: at most 1 MB is read.");

/** The dashboard as a handler of requests. It knows no Node API: a command on a machine and a Worker can serve it. */
export function dashboard({ ports, access, files }: DashboardSetup): (request: Request) => Promise<Response> {
  const app = new Hono();
  const done = new Once<Said>();
  // The outermost comes last: what it sets, stands.
  app.use(reportPath, reportHeaders());
  app.use(`${backtestPath}/page`, reportHeaders());
  app.use(headers());
  app.use(guard(access));
  app.use(bodyLimit({ maxSize: mostBytes, onError: ({ html }) => html(tooLong, 413) }));
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });
  serveFiles(app, files);
  showReleases(app, ports, done);
  takeOrders(app, ports, done);
  showBacktests(app, ports);
  startReleases(app, ports, done);
  editPlans(app, ports);
  app.notFound((context) => context.html(messagePage("Not found", "There is no such page."), 404));
  app.onError((error, context) => {
    const { status, page } = failurePage(error);
    return context.html(page, status);
  });
  return async (request) => app.fetch(request);
}
