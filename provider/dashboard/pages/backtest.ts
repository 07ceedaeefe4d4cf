import { markup, type Markup, type Piece } from "../../markup";
import type { Backtesting } from "../ports";
import { frame } from "./frame";

/** What a backtest is of, and how far it is. */
export interface BacktestParts {
  readonly account: string;
  readonly scriptName: string;
  readonly plan: string;
  /** What was chosen, as the query of an address. */
  readonly query: string;
  readonly result: Backtesting;
}

/** What a plan would have done to a Worker in the last days. */
export function backtestPage({ account, scriptName, plan, query, result }: BacktestParts): Markup {
  const content = markup`<p class="path"><a href="/workers/${scriptName}/start?${query}">Start a release of ${scriptName}</a></p>
  <h1>Backtest of ${plan} on ${scriptName}</h1>
  <section class="panel">${contentOf(result, `/workers/${scriptName}/backtest/page?${query}`)}</section>`;
  const isLive = result.state === "running";
  return frame({ title: `Backtest of ${plan}`, part: "releases", account, isLive, content });
}

function contentOf(result: Backtesting, page: string): Piece {
  switch (result.state) {
    case "running":
      return markup`<p role="status">It replays what the old version served in the last days. That takes about a minute.</p><p class="soft">${result.line}</p>`;
    case "failed":
      return markup`<p class="note bad" role="alert">${result.why}</p>`;
    case "done":
      return [
        markup`<h2>What to change</h2>`,
        result.advice.length === 0
          ? markup`<p>Nothing: an unchanged version passes, and the stages see enough to catch a bad one.</p>`
          : markup`<ul>${result.advice.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`,
        markup`<p><a class="button" href="${page}">All of it, with pictures</a></p>`,
      ];
  }
}
