import { markup, type Markup, type Piece } from "../../markup";
import type { SloView, WorkerView } from "../../view/schema";
import { needsPerson } from "../../view/waiting";
import { orderButtons } from "../parts/orders";
import { countsLine, evidenceBar, verdictBadge } from "../parts/slo";
import { splitBar, version } from "../parts/split";
import { isUnderWay, stateBadge } from "../parts/state";
import { ago } from "../parts/time";
import { waitSentence } from "../parts/wait";
import type { Account, Seen } from "../ports";
import { frame, troubleBox, type Said } from "./frame";

type Known = Seen & { readonly view: WorkerView };

/** All Workers of the account: those with a release under way first, and whatever needs a person before those. */
export function overviewPage(account: Account, now: number, said: Said | undefined): Markup {
  const content = [troubleBox(account.trouble), contentOf(account, now)];
  return frame({
    title: titleOf(account),
    part: "releases",
    account: account.name,
    isLive: true,
    said,
    content,
  });
}

/** The tab tells how many wait for somebody. */
function titleOf({ workers = [] }: Account): string {
  const waiting = workers.filter(({ view }) => view?.release != null && needsPerson(view.release)).length;
  return waiting === 0 ? "Releases" : `(${waiting}) Releases`;
}

function contentOf({ workers, trouble }: Account, now: number): Piece {
  if (workers === undefined) {
    return (
      trouble === undefined &&
      markup`<h1>Releases</h1><p class="loading" role="status">Reading the Workers of this account…</p>`
    );
  }
  if (workers.length === 0) {
    return markup`<h1>Releases</h1><p class="empty">This account has no Workers yet. Deploy the first version of one with wrangler or Pulumi; it shows up here by itself.</p>`;
  }
  const known = workers.filter((seen): seen is Known => seen.view !== undefined);
  const underWay = known.filter(({ view }) => isUnderWay(view)).toSorted((a, b) => urgency(b) - urgency(a));
  const others = workers.filter(({ view }) => view === undefined || !isUnderWay(view));
  const cards = underWay.map((seen) => card(seen, now));
  return [
    markup`<div class="heading"><h1>Releases</h1><a class="button" href="/start">Start a release</a></div>`,
    cards.length > 0
      ? markup`<section aria-label="Under way" class="cards">${cards}</section>`
      : markup`<p class="empty">No release is under way.</p>`,
    others.length > 0 && markup`<section><h2>Other Workers</h2>${table(others, now)}</section>`,
  ];
}

/** Who needs a person comes first. */
function urgency({ view, trouble }: Known): number {
  if (view.health?.slos.some(({ verdict }) => verdict === "violated")) return 3;
  if (view.release !== null && needsPerson(view.release)) return 2;
  return trouble === undefined ? 0 : 1;
}

function card({ scriptName, view, trouble, run }: Known, now: number): Markup {
  const { release, deployment, health } = view;
  if (release === null || deployment === null) return markup``;
  const left = release.stage.soakLeftMs;
  return markup`<article class="card">
    <header><h2><a href="/workers/${scriptName}">${scriptName}</a></h2>${stateBadge(view)}</header>
    ${troubleBox(trouble)}
    <p>Stage ${release.stage.number} of ${release.stage.of}, ${release.stage.percent} %. ${waitSentence(release, now, left)}</p>
    ${splitBar(deployment)}
    ${health !== null && sloList(health.slos)}
    ${run && markup`<p class="soft run">${run.line}</p>`}
    ${orderButtons(scriptName, release)}
  </article>`;
}

function sloList(slos: readonly SloView[]): Markup {
  const rows = slos.map(
    (slo) =>
      markup`<li><span class="name">${slo.name}</span>${verdictBadge(slo)}<span class="figure">${countsLine(slo.new)}</span>${evidenceBar(slo)}</li>`,
  );
  return markup`<ul class="slo-list">${rows}</ul>`;
}

function table(workers: readonly Seen[], now: number): Markup {
  return markup`<div class="scroll"><table class="stacked">
    <thead><tr><th scope="col">Worker</th><th scope="col">State</th><th scope="col">Serves</th><th scope="col">Deployed</th></tr></thead>
    <tbody>${workers.map((seen) => row(seen, now))}</tbody>
  </table></div>`;
}

function row({ scriptName, view, trouble }: Seen, now: number): Markup {
  const name = markup`<th scope="row"><a href="/workers/${scriptName}">${scriptName}</a></th>`;
  if (view === undefined) {
    return markup`<tr>${name}<td colspan="3" class="soft">${trouble ?? "not read yet…"}</td></tr>`;
  }
  const { deployment } = view;
  if (deployment === null) return markup`<tr>${name}<td>${stateBadge(view)}</td><td>–</td><td>–</td></tr>`;
  const shares = deployment.split.map(
    ({ percent, versionId }) => markup`<span>${percent} % ${version(versionId)}</span> `,
  );
  return markup`<tr>${name}<td>${stateBadge(view)}</td><td>${shares}</td><td>${ago(deployment.createdAt, now)}<br><span class="soft">by ${deployment.author}</span></td></tr>`;
}
