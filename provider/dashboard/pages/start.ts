import { markup, type Markup, type Piece } from "../../markup";
import { forecastText } from "../../preview/forecast";
import type { DeclaredArg } from "../../plan/file/args";
import type { LoadedPlan } from "../../plan/file/load";
import { planTimeline } from "../parts/timeline";
import { shortId } from "../../rollout/text/versionText";
import type { WorkerView } from "../../view/schema";
import { isUnderWay } from "../parts/state";
import { ago } from "../parts/time";
import type { Account, PlanEntry, Seen, VersionEntry } from "../ports";
import { frame } from "./frame";
import { pathOf } from "./planEditor";

/** What somebody has chosen so far. */
export interface Choice {
  readonly version: string | undefined;
  readonly plan: string | undefined;
  /** Values for the arguments of the plan. */
  readonly args: Readonly<Record<string, string>>;
}

/** Which Worker to release a version of. */
export function chooseWorkerPage(account: Account): Markup {
  const items = (account.workers ?? []).map(
    ({ scriptName }) => markup`<li><a href="/workers/${scriptName}/start">${scriptName}</a></li>`,
  );
  const content = markup`<p class="path"><a href="/">Releases</a></p><h1>Start a release: which Worker?</h1>${items.length === 0 ? markup`<p class="empty">This account has no Workers yet.</p>` : markup`<ul class="choices panel">${items}</ul>`}`;
  return frame({ title: "Start a release", part: "releases", account: account.name, content });
}

/** What the page needs that starts a release. */
export interface StartParts {
  readonly account: string;
  readonly seen: Seen;
  /** Newest first, or why they could not be read. */
  readonly versions: readonly VersionEntry[] | string;
  readonly plans: readonly PlanEntry[];
  readonly folder: string;
  readonly choice: Choice;
  /** The plan that was chosen; undefined as long as none is. */
  readonly loaded: LoadedPlan | undefined;
  /** Whether it can be shown what the plan would have done. */
  readonly hasBacktests: boolean;
  readonly now: number;
}

/** One of the newest versions, a plan, and what comes of both. */
export function startPage(parts: StartParts): Markup {
  const { account, seen, versions, plans, folder, choice, loaded, now } = parts;
  const { scriptName } = seen;
  const block = blockOf(seen, choice.version);
  const content = markup`<p class="path"><a href="/workers/${scriptName}">${scriptName}</a></p>
  <h1>Start a release of ${scriptName}</h1>
  ${block.why !== "" && markup`<p class="note wait">${block.why}</p>`}
  <form method="get" action="/workers/${scriptName}/start" id="choose" data-live>
    <fieldset><legend>Version</legend>${versionList(versions, seen, choice.version, now)}</fieldset>
    <fieldset><legend>Plan</legend>${planChoice(plans, folder, choice, loaded)}</fieldset>
    <noscript><button>Show what will happen</button></noscript>
  </form>
  ${outcome(parts, block)}`;
  return frame({ title: `Start a release of ${scriptName}`, part: "releases", account, content });
}

/** Whether something is in the way of a release, and what to know about it; empty for nothing. */
interface Block {
  readonly isBlocked: boolean;
  readonly why: string;
}

function blockOf({ view, isOurs }: Seen, version: string | undefined): Block {
  const release = view?.release;
  if (view === undefined || release == null) return { isBlocked: false, why: "" };
  if (!isUnderWay(view)) {
    const why = wasAborted(view, version)
      ? `This version was aborted: ${view.deployment?.message ?? ""} Start it again if the reason is gone.`
      : "";
    return { isBlocked: false, why };
  }
  if (isOurs !== true)
    return {
      isBlocked: true,
      why: "A release of this Worker is under way. Another one begins when it has ended.",
    };
  const why =
    "A release of this Worker that you have started on this machine is under way. Where its run has ended, go on with " +
    "it: choose the same version and the same plan. A run that still goes on ends then.";
  return { isBlocked: version !== release.newVersionId, why };
}

/** True where a release is under way: what can be started is to go on with it. */
function isOngoing({ view }: Seen): boolean {
  return view !== undefined && isUnderWay(view);
}

/** True for the version that the last release of the Worker has found bad. */
function wasAborted({ release }: WorkerView, version: string | undefined): boolean {
  return release?.phase === "aborted" && release.newVersionId === version;
}

function versionList(
  versions: StartParts["versions"],
  { view }: Seen,
  chosen: string | undefined,
  now: number,
): Piece {
  if (typeof versions === "string") return markup`<p class="note wait">${versions}</p>`;
  if (versions.length === 0) return markup`<p class="empty">This Worker has no versions yet.</p>`;
  const serving = view?.deployment?.split ?? [];
  return versions.map((one) => {
    const share = serving.find(({ versionId, percent }) => versionId === one.versionId && percent > 0);
    const all = share?.percent === 100;
    const id = `version-${one.versionId}`;
    return markup`<div class="choice"><input type="radio" id="${id}" name="version" value="${one.versionId}"${one.versionId === chosen && markup` checked`}${all && markup` disabled`}><label for="${id}"><strong>${one.number !== undefined && `${one.number} · `}<code>${shortId(one.versionId)}</code></strong>${one.tag !== "" && markup` <span class="badge quiet">${one.tag}</span>`} ${one.message}<br><span class="soft">${ago(new Date(one.uploadedAt).toISOString(), now)}, ${one.author}${share && ` · serves ${share.percent} %`}${all && ": there is nothing to release"}</span></label></div>`;
  });
}

function planChoice(
  plans: readonly PlanEntry[],
  folder: string,
  { plan, args }: Choice,
  loaded: LoadedPlan | undefined,
): Piece {
  if (plans.length === 0) {
    return markup`<p class="empty">There is no plan file in <code>${folder}</code> yet. <a href="/plans/new">Write one here.</a></p>`;
  }
  const options = plans.map(
    ({ name, problems, stages }) =>
      markup`<option value="${name}"${name === plan && markup` selected`}>${name}${stages !== "" && ` – ${stages}`}${problems > 0 && " – has problems"}</option>`,
  );
  const inputs = (loaded?.args ?? []).map((arg) => argField(arg, args[arg.name] ?? ""));
  return markup`<div class="row"><label for="plan">Plan file</label><select id="plan" name="plan"><option value="">choose one</option>${options}</select>${plan !== undefined && markup`<a href="${pathOf(plan)}">Look at it or edit it</a>`}</div>${inputs.length > 0 && markup`<div class="fields">${inputs}</div>`}`;
}

function argField({ name, type, default: fallback, description }: DeclaredArg, value: string): Markup {
  const needed = fallback === undefined ? markup` required` : markup` placeholder="${fallback}"`;
  return markup`<div class="field"><label for="arg-${name}">${name}</label><input id="arg-${name}" name="arg.${name}" value="${value}" autocomplete="off" aria-describedby="arg-${name}-hint"${needed}><small id="arg-${name}-hint" class="soft">${type}${fallback !== undefined && `, ${fallback} by default`}${description !== undefined && `: ${description}`}</small></div>`;
}

function outcome({ seen, choice, loaded, versions, hasBacktests }: StartParts, { isBlocked }: Block): Piece {
  if (loaded === undefined) return undefined;
  const { problems, checked, missing } = loaded;
  if (problems.length > 0) {
    return markup`<section class="panel"><h2>This plan cannot be used</h2><ul class="problems">${problems.map(({ path, reason }) => markup`<li>${path !== "" && markup`<code>${path}</code>: `}${reason}</li>`)}</ul></section>`;
  }
  if (checked === undefined)
    return markup`<p class="note">This plan needs a value for ${missing.join(", ")}.</p>`;
  const version =
    typeof versions === "string" ? undefined : versions.find(({ versionId }) => versionId === choice.version);
  const fields = Object.entries({
    version: choice.version ?? "",
    plan: choice.plan ?? "",
    ...prefixed(choice.args),
  });
  const hidden = fields.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);
  const begin =
    version !== undefined && !isBlocked
      ? markup`<form method="get" action="/workers/${seen.scriptName}/start/confirm" data-dialog>${hidden}<button class="primary">${isOngoing(seen) ? "Go on with the release…" : "Start the release…"}</button></form>`
      : version === undefined && markup`<p>Choose a version to start.</p>`;
  return markup`<section class="panel"><h2>What will happen</h2><p>${forecastText(moveOf(seen, version?.versionId), checked)}</p>${planTimeline(checked)}<div class="orders">${begin}${hasBacktests && markup`<form method="get" action="/workers/${seen.scriptName}/backtest">${hidden}<button>Backtest this plan</button></form>`}</div></section>`;
}

function prefixed(args: Choice["args"]): Record<string, string> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [`arg.${name}`, value]));
}

/** The versions that a release goes between. */
export function moveOf({ scriptName, view }: Seen, newVersionId: string | undefined) {
  const serving = view?.deployment?.split.filter(({ percent }) => percent > 0) ?? [];
  const [only] = serving;
  return { scriptName, newVersionId, oldVersionId: serving.length === 1 ? only?.versionId : undefined };
}

/** What is started, and where it runs. */
export function confirmStartPage({
  account,
  seen,
  choice,
  loaded,
  once,
}: Pick<StartParts, "account" | "seen" | "choice" | "loaded"> & { readonly once: string }): Markup {
  const { scriptName } = seen;
  const plan = loaded?.checked;
  const back = markup`<a class="button" href="/workers/${scriptName}/start" data-close>Cancel</a>`;
  const fields = Object.entries({
    version: choice.version ?? "",
    plan: choice.plan ?? "",
    once,
    ...prefixed(choice.args),
  });
  const hidden = fields.map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);
  const isAgain = seen.view !== undefined && wasAborted(seen.view, choice.version);
  const again =
    isAgain &&
    markup`<p class="note wait">This version was aborted: ${seen.view.deployment?.message ?? ""} It is released again, from the first stage.</p>`;
  const agreed = isAgain && markup`<input type="hidden" name="again" value="yes">`;
  const effect =
    plan?.onInterrupt === "hold"
      ? "keeps its split, and nobody watches it until a run goes on with it"
      : "puts the old version back";
  const content = markup`<section class="alone" data-ask><h1 id="dialog-title" tabindex="-1" autofocus>${isOngoing(seen) ? "Go on with" : "Start"} the release of ${scriptName}?</h1>
    ${again}
    <p>${forecastText(moveOf(seen, choice.version), plan)}</p>
    <p>Plan: ${choice.plan ?? ""}${Object.entries(choice.args).map(([name, value]) => `, ${name} = ${value}`)}</p>
    <p>It runs in the command that serves this page, so that has to go on until the release has ended. Where it is stopped, the release ${effect}.</p>
    <form method="post" action="/workers/${scriptName}/start">${hidden}${agreed}<div class="orders"><button class="primary">${isOngoing(seen) ? "Go on" : "Start"}</button>${back}</div></form></section>`;
  return frame({ title: `Start a release of ${scriptName}`, part: "releases", account, content });
}
