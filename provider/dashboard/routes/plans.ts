import type { Context, Hono } from "hono";
import { z } from "zod";
import { newName, pathOf, planEditorPage } from "../pages/planEditor";
import { plansPage } from "../pages/plans";
import { edited } from "../plan/edit";
import type { Ports } from "../ports";
import { outcomeOf } from "./orders";

const filePath = "/plans/file/:name{.+}";

/** What a new plan begins with. */
const begin = `slos:
  - name: 5xx
    sli: serverErrors
    max: 1%
  - sli: wallTime
    percentile: 99
    limit: 500ms
stages:
  - percent: 0
    soakTime: 1m
  - percent: 10
    soakTime: 10m
  - percent: 50
    soakTime: 10m
  - percent: 100
    soakTime: 15m
`;

const form = z.looseObject({
  text: z.string(),
  was: z.string(),
  saved: z.string(),
  action: z.string().default(""),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.(ya?ml|json)$/)
    .optional()
    .catch(undefined),
});

/** The pages on which plans are looked at and edited. What is edited lives in the form: nothing is kept here. */
export function editPlans(app: Hono, ports: Ports): void {
  const { plans } = ports;

  app.get("/plans", async ({ html }) => {
    const [{ name }, list] = await Promise.all([ports.account(), plans.list()]);
    return html(plansPage(name, plans.folder, list));
  });

  const edit = async (
    name: string | undefined,
    text: string,
    saved: string,
    said?: Parameters<typeof planEditorPage>[0]["said"],
  ) => {
    const [{ name: account }, loaded] = await Promise.all([
      ports.account(),
      plans.check(name ?? newName, text),
    ]);
    return planEditorPage({ account, name, text, saved, loaded, said });
  };

  app.get("/plans/new", async ({ html }) => html(await edit(undefined, begin, "")));

  app.get(filePath, async ({ req, html }) => {
    const name = req.param("name");
    const text = await plans.read(name);
    return html(await edit(name, text, text));
  });

  const update = async (context: Context, name: string | undefined) => {
    const given = await context.req.parseBody();
    const { was, saved, action, name: wished, ...rest } = form.parse(given);
    // A form sends lines as CRLF.
    const [text, wasText, savedText] = [rest.text, was, saved].map((one) => one.replaceAll("\r\n", "\n"));
    if (text === undefined || wasText === undefined || savedText === undefined) throw new Error("no text");
    const values = new Map(
      Object.entries(rest).flatMap(([key, value]) =>
        typeof value === "string" ? [[key, value] as const] : [],
      ),
    );
    const now = edited({ text, was: wasText, values, action: action === "save" ? "" : action });
    if (action !== "save") return context.html(await edit(name, now, savedText));
    const target = name ?? wished;
    if (target === undefined) {
      const said = {
        text: "A plan file has a name of letters, digits, dots, - and _ that ends with .yaml, .yml or .json.",
        isGood: false,
        at: ports.clock.now(),
      };
      return context.html(await edit(name, now, savedText, said), 400);
    }
    const said = await outcomeOf(async () => {
      await plans.save(target, now, name === undefined ? undefined : savedText);
      return `Saved ${target}.`;
    }, ports.clock.now());
    if (said.isGood && name === undefined) return context.redirect(pathOf(target), 303);
    return context.html(await edit(name, now, said.isGood ? now : savedText, said), said.isGood ? 200 : 409);
  };

  app.post("/plans/new", (context) => update(context, undefined));
  app.post(filePath, (context) => update(context, context.req.param("name")));
}
