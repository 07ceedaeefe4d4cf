import { markup, type Markup, type Piece } from "../../markup";
import type { ReleaseView, SloView, WorkerView } from "../../view/schema";
import { orderButtons } from "../parts/orders";
import { sloPlots, splitPlot } from "../parts/plots";
import { countsLine, evidenceBar, sloFacts, verdictBadge } from "../parts/slo";
import { splitBar, version } from "../parts/split";
import { stageTrack } from "../parts/stages";
import { isUnderWay, stateBadge, stateOf } from "../parts/state";
import { ago, between } from "../parts/time";
import { waitSentence } from "../parts/wait";
import type { Link, Seen } from "../ports";
import { frame, troubleBox, type Said } from "./frame";
import { historyTable, type HistoryParts } from "./history";

/** What the page of a Worker shows. */
export interface WorkerParts {
  readonly account: string;
  readonly seen: Seen;
  readonly history: HistoryParts["history"];
  readonly more: HistoryParts["more"];
  /** Its pages in Cloudflare's own dashboard. */
  readonly links: readonly Link[];
  /** The plan files that its release can be judged by. */
  readonly plans: readonly string[];
  /** Whether releases that are over have a report. */
  readonly hasReports: boolean;
  readonly now: number;
  readonly said: Said | undefined;
}

/** A Worker: its release as it goes, and what was deployed before. */
export function workerPage(parts: WorkerParts): Markup {
  const { account, seen, links, plans, now, said } = parts;
  const { scriptName, view } = seen;
  const state = view && stateOf(view);
  const content = [
    markup`<p class="path"><a href="/">Releases</a></p>`,
    troubleBox(seen.trouble),
    view === undefined
      ? markup`<h1>${scriptName}</h1>${seen.trouble === undefined && markup`<p class="loading" role="status">Reading its deployments…</p>`}`
      : known(seen, view, plans, now),
    links.length > 0 && elsewhere(links),
    markup`<section><h2>History</h2>${historyTable({ ...parts, scriptName })}</section>`,
  ];
  const title = state === undefined ? scriptName : `${scriptName}: ${state.word}`;
  return frame({ title, part: "releases", account, isLive: true, said, content });
}

/** A page of Cloudflare's opens beside this one, which goes on. */
function elsewhere(links: readonly Link[]): Markup {
  const all = links.map(
    ({ name, href }) =>
      markup`<li><a href="${href}" target="_blank" rel="noopener noreferrer">${name}<span class="unseen"> (opens a new tab)</span></a></li>`,
  );
  return markup`<nav class="elsewhere" aria-label="In Cloudflare's dashboard"><span class="soft">In Cloudflare's dashboard:</span><ul>${all}</ul></nav>`;
}

/** What the run of a release says that goes on here; of one that has no run here, how to give it one. */
function runHere({ scriptName, run, plan, isOurs }: Seen, view: WorkerView): Piece {
  if (run !== undefined)
    return markup`<p class="run"><strong>${run.isOver ? "Run here, ended:" : "Run here:"}</strong> ${run.line}</p>`;
  const { release } = view;
  if (isOurs !== true || release === null || !isUnderWay(view)) return undefined;
  const query = new URLSearchParams({ version: release.newVersionId, ...(plan !== undefined && { plan }) });
  return markup`<p class="soft">Its run is another command of yours on this machine. If that has ended, nobody watches the release: <a href="/workers/${scriptName}/start?${query.toString()}">go on with it here</a>.</p>`;
}

function known(seen: Seen, view: WorkerView, plans: readonly string[], now: number): Piece {
  const { scriptName, plan } = seen;
  const { release, deployment } = view;
  const start = markup`<a class="button" href="/workers/${scriptName}/start">Start a release</a>`;
  const underWay = isUnderWay(view);
  return [
    markup`<div class="heading"><h1>${scriptName}</h1>${stateBadge(view)}${!underWay && start}</div>`,
    // Heard when it changes, and only then.
    markup`<p class="unseen" role="status">${scriptName}: ${stateOf(view).word}${release !== null && `, stage ${release.stage.number} of ${release.stage.of}, ${release.stage.percent} %`}</p>`,
    view.warnings.map((warning) => markup`<p class="note wait">${warning}</p>`),
    deployment === null
      ? markup`<p class="empty">This Worker has never been deployed.</p>`
      : markup`<section class="panel">${release !== null && underWay && releaseHead(scriptName, release, now)}${splitBar(deployment)}${release !== null && underWay && stageTrack(release, now)}${release !== null && underWay && splitPlot(view)}${madeBy(view, now)}${runHere(seen, view)}</section>`,
    release !== null && !underWay && ended(release, deployment?.message ?? ""),
    health(view, scriptName, plan, plans, now),
  ];
}

function releaseHead(scriptName: string, release: ReleaseView, now: number): Markup {
  return markup`<div class="lead"><p>Stage ${release.stage.number} of ${release.stage.of}. ${waitSentence(release, now, release.stage.soakLeftMs)}</p>${orderButtons(scriptName, release)}</div>`;
}

function madeBy({ deployment, release }: WorkerView, now: number): Markup | undefined {
  if (deployment === null) return undefined;
  const begun =
    release !== null && markup` Release <code>${release.id}</code> began ${ago(release.startedAt, now)}.`;
  const doubt = deployment.isUnproven && " Its message looks like a release's and is none.";
  return markup`<p class="soft">Deployed ${ago(deployment.createdAt, now)} by ${deployment.author}.${doubt}${begun}</p>`;
}

function ended(release: ReleaseView, message: string): Markup {
  const took = release.endedAt === null ? "" : ` after ${between(release.startedAt, release.endedAt)}`;
  return markup`<section class="panel"><h2>The last release</h2><p>Release <code>${release.id}</code> of version ${version(release.newVersionId)} ended as ${release.phase}${took}, in stage ${release.stage.number} of ${release.stage.of}.</p>${message !== "" && markup`<blockquote>${message}</blockquote>`}</section>`;
}

function health(
  view: WorkerView,
  scriptName: string,
  plan: string | undefined,
  plans: readonly string[],
  now: number,
): Piece {
  const { health: seen, release } = view;
  if (seen === null || release === null || !isUnderWay(view)) return undefined;
  const { telemetry, isJudged, slos } = seen;
  return markup`<section><h2>SLOs in this stage</h2>
    ${telemetry.trouble !== null && markup`<p class="note wait"><strong>Telemetry does not tell everything.</strong> ${telemetry.trouble}</p>`}
    ${telemetry.note !== null && markup`<p class="note">${telemetry.note}</p>`}
    ${judgedBy(isJudged, scriptName, plan, plans)}
    <div class="slos">${slos.map((slo) => sloCard(slo, release, now))}</div>
  </section>`;
}

/** A release that was started elsewhere goes by a plan that only its run knows, until somebody says which file it is. */
function judgedBy(
  isJudged: boolean,
  scriptName: string,
  plan: string | undefined,
  plans: readonly string[],
): Piece {
  if (isJudged && plan !== undefined)
    return markup`<p class="soft">Judged here by ${plan}, by the rules of the release itself.</p>`;
  if (isJudged) return undefined;
  const choice =
    plans.length > 0 &&
    markup`<form method="get" action="/workers/${scriptName}" class="row" data-keep id="judge"><label for="plan">Its plan</label><select id="plan" name="plan">${plans.map((name) => markup`<option>${name}</option>`)}</select><button>Judge by it here</button></form>`;
  return markup`<div class="note"><p>Its run judges it by a plan that this page does not know. Shown is what the versions have served.</p>${choice}</div>`;
}

function sloCard(slo: SloView, release: ReleaseView, now: number): Markup {
  return markup`<article class="slo">
    <header><h3>${slo.name}</h3>${verdictBadge(slo)}</header>
    <p class="figure">${countsLine(slo.new)}</p>
    ${sloFacts(slo)}
    ${evidenceBar(slo)}
    ${sloPlots(slo, release, now)}
  </article>`;
}
