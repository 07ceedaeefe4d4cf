import { markup, type Markup } from "../../markup";
import type { HistoryView, OtherDeploymentView, PastReleaseView } from "../../view/schema";
import { badge } from "../parts/sign";
import { version } from "../parts/split";
import { statusBadge } from "../parts/state";
import { ago, between } from "../parts/time";
import type { Past } from "../ports";

/** What the table of the past is made of. */
export interface HistoryParts {
  readonly scriptName: string;
  /** The history, or why it could not be read. */
  readonly history: Past | string;
  /** How many releases it shows here at most, and how many when more are asked for; undefined for no more. */
  readonly more: { readonly than: number; readonly most: number } | undefined;
  readonly hasReports: boolean;
  readonly now: number;
}

/** What was deployed, newest first. A release that is over leads to its report. */
export function historyTable({ scriptName, history: past, more, hasReports, now }: HistoryParts): Markup {
  if (typeof past === "string") return markup`<p class="note wait">${past}</p>`;
  const { history, isReading } = past;
  if (history === undefined) return markup`<p class="loading" role="status">Reading what was deployed…</p>`;
  if (history.entries.length === 0) return markup`<p class="empty">Nothing was deployed yet.</p>`;
  const rows = history.entries.map((entry) =>
    entry.kind === "release"
      ? releaseRow(entry, now, hasReports && `/workers/${scriptName}/reports/${entry.id}`)
      : deploymentRow(entry, now),
  );
  const cutOff =
    history.isCutOff &&
    markup`<p class="soft">Cloudflare lists the ten newest deployments. Older ones are shown where a release names them.</p>`;
  return markup`<div class="scroll"><table class="history stacked">
    <thead><tr><th scope="col">Began</th><th scope="col">How it went</th><th scope="col">Version</th><th scope="col">What it says</th></tr></thead>
    <tbody>${rows}</tbody>
  </table></div>${isReading ? reading : more && moreLink(scriptName, history, more)}${cutOff}`;
}

const reading = markup`<p class="loading" role="status">Reading older releases…</p>`;

function moreLink(
  scriptName: string,
  { entries }: HistoryView,
  { than, most }: NonNullable<HistoryParts["more"]>,
): Markup | undefined {
  const shown = entries.filter(({ kind }) => kind === "release").length;
  if (shown < than) return undefined;
  return markup`<p><a href="/workers/${scriptName}?releases=${most}">Show the last ${most} releases</a></p>`;
}

function releaseRow(entry: PastReleaseView, now: number, reportPath: string | false): Markup {
  const { id, status, startedAt, endedAt, newVersionId, stage, stages, author, message } = entry;
  const took =
    endedAt === null ? "" : markup`<br><span class="soft">took ${between(startedAt, endedAt)}</span>`;
  const report =
    reportPath !== false &&
    status !== "underWay" &&
    markup`<br><a href="${reportPath}">Report<span class="unseen"> of release ${id}</span></a>`;
  return markup`<tr><td>${ago(startedAt, now)}${took}</td><td>${statusBadge(status)}<br><span class="soft">stage ${stage} of ${stages}</span></td><td>${version(newVersionId)}</td><td class="message">${message}<br><span class="soft">${author}</span>${report}</td></tr>`;
}

function deploymentRow({ createdAt, split, author, message }: OtherDeploymentView, now: number): Markup {
  const shares = split.map(
    ({ percent, versionId }) => markup`<span>${percent} % ${version(versionId)}</span> `,
  );
  return markup`<tr><td>${ago(createdAt, now)}</td><td>${badge("none", "quiet", "deployed")}</td><td>${shares}</td><td class="message">${message === "" ? "–" : message}<br><span class="soft">${author}</span></td></tr>`;
}
