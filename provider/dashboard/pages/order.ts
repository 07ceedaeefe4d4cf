import { markup, type Markup } from "../../markup";
import { orderWords } from "../parts/orders";
import type { OrderKind, Proposal } from "../ports";
import { frame } from "./frame";

/** What an order will do, and whether to go on. With a script it is shown as a dialog. */
export function orderPage(
  {
    account,
    scriptName,
    kind,
    once,
  }: {
    readonly account: string;
    readonly scriptName: string;
    readonly kind: OrderKind;
    readonly once: string;
  },
  proposal: Proposal,
): Markup {
  const { question, effect, confirm, wantsReason } = orderWords[kind];
  const back = markup`<a class="button" href="/workers/${scriptName}" data-close>${proposal.kind === "possible" ? "Cancel" : "Back"}</a>`;
  const content =
    proposal.kind === "refused"
      ? markup`<section class="alone" data-ask><h1 id="dialog-title" tabindex="-1" autofocus>${scriptName}: not possible now</h1><p>${proposal.reason}</p><div class="orders">${back}</div></section>`
      : markup`<section class="alone" data-ask><h1 id="dialog-title" tabindex="-1" autofocus>${scriptName}: ${question}</h1>
    <p>${effect}</p>
    <pre>${proposal.lines.map((line) => [line, markup`\n`])}</pre>
    <form method="post" action="/workers/${scriptName}/orders/${kind}">
      <input type="hidden" name="shown" value="${proposal.shown}">
      <input type="hidden" name="once" value="${once}">
      ${wantsReason && markup`<p><label for="reason">Why (goes into the record)</label><input id="reason" name="reason" maxlength="300" autocomplete="off"></p>`}
      <div class="orders"><button class="${kind === "abort" ? "danger" : "primary"}">${confirm}</button>${back}</div>
    </form></section>`;
  return frame({ title: `${scriptName}: ${question}`, part: "releases", account, content });
}
