import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Once } from "../once";
import type { Said } from "../pages/frame";
import { chooseWorkerPage, confirmStartPage, startPage } from "../pages/start";
import type { Ports } from "../ports";
import { argsIn, choiceOf, loadedBy } from "./choice";
import { messageOf } from "./messageOf";
import { outcomeOf } from "./orders";
import { workerPath } from "./paths";

const startPath = `${workerPath}/start` as const;

const startForm = z.looseObject({
  version: z.string().min(1),
  plan: z.string().min(1),
  once: z.uuid(),
  again: z.literal("yes").optional(),
});

/** The pages on which a release is started: pick, see, confirm. */
export function startReleases(app: Hono, ports: Ports, done: Once<Said>): void {
  app.get("/start", async ({ html }) => html(chooseWorkerPage(await ports.account())));

  app.get(startPath, async ({ req, html }) => {
    const scriptName = req.param("name");
    const [{ name: account }, seen, versions, plans, chosen] = await Promise.all([
      ports.account(),
      ports.worker(scriptName, undefined),
      ports.versions(scriptName).catch(messageOf),
      ports.plans.list(),
      loadedBy(ports.plans, choiceOf(req.query())),
    ]);
    const { folder } = ports.plans;
    return html(
      startPage({
        account,
        seen,
        versions,
        plans,
        folder,
        ...chosen,
        hasBacktests: ports.backtest !== undefined,
        now: ports.clock.now(),
      }),
    );
  });

  app.get(`${startPath}/confirm`, async ({ req, html }) => {
    const [{ name: account }, seen, chosen] = await Promise.all([
      ports.account(),
      ports.worker(req.param("name"), undefined),
      loadedBy(ports.plans, choiceOf(req.query())),
    ]);
    return html(confirmStartPage({ account, seen, ...chosen, once: crypto.randomUUID() }));
  });

  app.post(startPath, async (context: Context<object, typeof startPath>) => {
    const scriptName = context.req.param("name");
    const { version, plan, once, again, ...rest } = startForm.parse(await context.req.parseBody());
    const retry = again === undefined ? undefined : once;
    const start = { scriptName, versionId: version, plan, args: argsIn(rest), retry };
    await done.do(once, () => outcomeOf(() => ports.start(start), ports.clock.now()));
    return context.redirect(`/workers/${scriptName}?done=${once}`, 303);
  });
}
