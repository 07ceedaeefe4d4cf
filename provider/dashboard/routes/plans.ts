import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Said } from "../pages/frame";
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

/** A form sends its lines with CRLF. */
const lines = z.string().transform((text) => text.replaceAll("\r\n", "\n"));

const form = z.looseObject({
  text: lines,
  was: lines,
  saved: lines,
  action: z.string().default(""),
  /** Where a new plan is saved: a file of the folder itself. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.(ya?ml|json)$/)
    .optional()
    .catch(undefined),
});

/** A plan while it is edited: its file, undefined for a new one, its text, and the text of the file as it is. */
interface Editing {
  readonly name: string | undefined;
  readonly text: string;
  readonly saved: string;
}

/** The pages on which plans are looked at and edited. What is edited lives in the form: nothing is kept here. */
export function editPlans(app: Hono, ports: Ports): void {
  const { plans } = ports;

  const show = async ({ name, text, saved }: Editing, said?: Said) => {
    const checked = plans.check(name ?? newName, text);
    const [{ name: account }, loaded] = await Promise.all([ports.account(), checked]);
    return planEditorPage({ account, name, text, saved, loaded, said });
  };

  const change = async (context: Context, name: string | undefined) => {
    const { text, was, saved, action, name: wished, ...values } = form.parse(await context.req.parseBody());
    const isToSave = action === "save";
    const now = edited({ text, was, values: textsIn(values), action: isToSave ? "" : action });
    const editing = { name, text: now, saved };
    return isToSave ? save(context, editing, name ?? wished) : context.html(await show(editing));
  };

  const save = async (context: Context, editing: Editing, target: string | undefined) => {
    let listed: string | undefined;
    const said = await outcomeOf(async () => {
      if (target === undefined) throw new Error(badName);
      listed = await plans.save(target, editing.text, editing.name === undefined ? undefined : editing.saved);
      return `Saved ${listed}.`;
    }, ports.clock.now());
    if (!said.isGood) return context.html(await show(editing, said), target === undefined ? 400 : 409);
    // A new plan has a page of its own from now on.
    if (editing.name === undefined) return context.redirect(pathOf(listed), 303);
    return context.html(await show({ ...editing, saved: editing.text }, said));
  };

  app.get("/plans", async ({ html }) => {
    const [{ name }, list] = await Promise.all([ports.account(), plans.list()]);
    return html(plansPage(name, plans.folder, list));
  });
  app.get("/plans/new", async ({ html }) => html(await show({ name: undefined, text: begin, saved: "" })));
  app.post("/plans/new", (context) => change(context, undefined));
  app.get(filePath, async ({ req, html }) => {
    const name = req.param("name");
    const text = await plans.read(name);
    return html(await show({ name, text, saved: text }));
  });
  app.post(filePath, (context) => change(context, context.req.param("name")));
}

const badName =
  "A plan file has a name of letters, digits, dots, - and _ that ends with .yaml, .yml or .json. Nothing was saved.";

function textsIn(values: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(values).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}
