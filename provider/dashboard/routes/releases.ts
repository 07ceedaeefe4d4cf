import type { Hono } from "hono";
import type { Once } from "../once";
import type { Said } from "../pages/frame";
import { overviewPage } from "../pages/overview";
import { workerPage } from "../pages/worker";
import type { Ports } from "../ports";
import { messageOf } from "./messageOf";
import { reportPath, workerPath } from "./paths";

/** So many past releases a page shows, and so many when it is asked for more. */
const fewReleases = 20;
const manyReleases = 100;

/** What was done is told that long: after that the page itself shows what is so. */
const saidForMs = 20_000;

/** The pages that show how releases go. */
export function showReleases(app: Hono, ports: Ports, done: Once<Said>): void {
  const saidTo = async (form: string | undefined): Promise<Said | undefined> => {
    const said = form === undefined ? undefined : await done.resultOf(form);
    return said !== undefined && ports.clock.now() - said.at < saidForMs ? said : undefined;
  };

  app.get("/", async ({ req, html }) => {
    const [account, said] = await Promise.all([ports.account(), saidTo(req.query("done"))]);
    return html(overviewPage(account, ports.clock.now(), said));
  });

  app.get(workerPath, async ({ req, html }) => {
    const scriptName = req.param("name");
    const mostReleases = req.query("releases") === String(manyReleases) ? manyReleases : fewReleases;
    const [{ name: account }, seen, history, said, plans] = await Promise.all([
      ports.account(),
      ports.worker(scriptName, req.query("plan")),
      ports.history(scriptName, mostReleases).catch(messageOf),
      saidTo(req.query("done")),
      ports.plans.list(),
    ]);
    const usable = plans.filter(({ problems }) => problems === 0).map((plan) => plan.name);
    return html(
      workerPage({
        account,
        seen,
        history,
        more: mostReleases < manyReleases ? { than: mostReleases, most: manyReleases } : undefined,
        links: ports.links(scriptName),
        plans: usable,
        hasReports: ports.report !== undefined,
        now: ports.clock.now(),
        said,
      }),
    );
  });

  const { report } = ports;
  if (report === undefined) return;
  app.get(reportPath, async ({ req, html }) => html(await report(req.param("name"), req.param("release"))));
}
