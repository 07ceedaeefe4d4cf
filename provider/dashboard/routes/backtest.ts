import type { Hono } from "hono";
import { backtestPage } from "../pages/backtest";
import { NotThere, type Ports } from "../ports";
import { choiceOf } from "./choice";
import { backtestPath } from "./paths";

/** The pages that show what a plan would have done. */
export function showBacktests(app: Hono, { account, backtest }: Pick<Ports, "account" | "backtest">): void {
  if (backtest === undefined) return;
  const known = async (scriptName: string, query: Readonly<Record<string, string>>) => {
    const { plan, args } = choiceOf(query);
    if (plan === undefined) throw new NotThere("No plan was chosen.");
    return { plan, result: await backtest(scriptName, plan, args) };
  };

  app.get(backtestPath, async ({ req, html }) => {
    const scriptName = req.param("name");
    const [{ name }, { plan, result }] = await Promise.all([account(), known(scriptName, req.query())]);
    const query = new URLSearchParams(req.query()).toString();
    return html(backtestPage({ account: name, scriptName, plan, query, result }));
  });

  app.get(`${backtestPath}/page`, async ({ req, html, redirect }) => {
    const { result } = await known(req.param("name"), req.query());
    if (result.state === "done") return html(result.page);
    return redirect(`/workers/${req.param("name")}/backtest?${new URLSearchParams(req.query()).toString()}`);
  });
}
