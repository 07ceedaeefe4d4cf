import { markup, type Markup } from "../../markup";
import { badge } from "../parts/sign";
import type { PlanEntry } from "../ports";
import { frame } from "./frame";
import { pathOf } from "./planEditor";

/** The plan files of the folder. */
export function plansPage(account: string, folder: string, plans: readonly PlanEntry[]): Markup {
  const rows = plans.map(
    ({ name, problems, stages }) =>
      markup`<tr><th scope="row"><a href="${pathOf(name)}">${name}</a></th><td>${problems === 0 ? badge("done", "good", "in order") : badge("failed", "bad", problems === 1 ? "1 problem" : `${problems} problems`)}</td><td>${stages}</td></tr>`,
  );
  const list =
    rows.length === 0
      ? markup`<p class="empty">There is no plan file in <code>${folder}</code> yet. Write one there, or begin one here.</p>`
      : markup`<div class="scroll"><table class="stacked"><thead><tr><th scope="col">File</th><th scope="col">State</th><th scope="col">Stages</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const content = markup`<div class="heading"><h1>Plans</h1><a class="button" href="/plans/new">New plan</a></div><p class="soft">The plan files in <code>${folder}</code>.</p>${list}`;
  return frame({ title: "Plans", part: "plans", account, content });
}
