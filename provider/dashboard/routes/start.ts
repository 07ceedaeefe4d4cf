import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Once } from "../once";
import type { Said } from "../pages/frame";
import { chooseWorkerPage, confirmStartPage, startPage, type Choice } from "../pages/start";
import { NotThere, type Ports } from "../ports";
import { argsIn, choiceOf } from "./choice";
import { messageOf } from "./messageOf";
import { outcomeOf } from "./orders";
import { workerPath } from "./paths";

const startPath = `${workerPath}/start` as const;

const startForm = z.looseObject({ version: z.string().min(1), plan: z.string().min(1), once: z.uuid() });

/** The pages on which a release is started: pick, see, confirm. */
export function startReleases(app: Hono, ports: Ports, done: Once<Said>): void {
  app.get("/start", async ({ html }) => html(chooseWorkerPage(await ports.account())));

  app.get(startPath, async ({ req, html }) => {
    const scriptName = req.param("name");
    const choice = choiceOf(req.query());
    const [{ name: account }, seen, versions, plans, loaded] = await Promise.all([
      ports.account(),
      ports.worker(scriptName, undefined),
      ports.versions(scriptName).catch(messageOf),
      ports.plans.list(),
      loadedBy(choice),
    ]);
    const { folder } = ports.plans;
    return html(
      startPage({
        account,
        seen,
        versions,
        plans,
        folder,
        choice,
        loaded,
        hasBacktests: ports.backtest !== undefined,
        now: ports.clock.now(),
      }),
    );
  });

  app.get(`${startPath}/confirm`, async ({ req, html }) => {
    const choice = choiceOf(req.query());
    const [{ name: account }, seen, loaded] = await Promise.all([
      ports.account(),
      ports.worker(req.param("name"), undefined),
      loadedBy(choice),
    ]);
    return html(confirmStartPage({ account, seen, choice, loaded, once: crypto.randomUUID() }));
  });

  app.post(startPath, async (context: Context<object, typeof startPath>) => {
    const scriptName = context.req.param("name");
    const { version, plan, once, ...rest } = startForm.parse(await context.req.parseBody());
    const args = argsIn(rest);
    await done.do(once, () =>
      outcomeOf(() => ports.start({ scriptName, versionId: version, plan, args }), ports.clock.now()),
    );
    return context.redirect(`/workers/${scriptName}?done=${once}`, 303);
  });

  const loadedBy = async ({ plan, args }: Choice) =>
    plan === undefined
      ? undefined
      : ports.plans.load(plan, args).catch((error: unknown) => {
          if (error instanceof NotThere) return undefined;
          throw error;
        });
}
