import { formatPercent } from "../plan/percent";
import { markup, trusted, type Markup, type Piece } from "../markup";
import {
  barPlot,
  both,
  bothStyle,
  evidencePlot,
  plotStyle,
  sizes,
  timePlot,
  valueText,
  type Size,
  type TimePlot,
} from "../plots";
import { groupText } from "../rollout/text/failuresText";
import type { FailuresReport } from "../rollout/failures";
import { clockText, dateText } from "../rollout/text/words";
import type { ReleaseReport, SloReported, StageReported, StageSlo } from "./model";
import { shareOf } from "./points";
import { pageStyle } from "./style";
import {
  evidenceText,
  headingOf,
  shareText,
  sloDescription,
  sloLine,
  statusTexts,
  timeText,
  trafficText,
  verdictText,
} from "./words";

/** The report as a page of its own: nothing in it is fetched, and nothing runs. */
export function htmlOf(report: ReleaseReport): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${headingOf(report)}</title>
<style>${trusted(plotStyle() + bothStyle + pageStyle)}</style>
</head>
<body>
<main>
${headOf(report)}
${failuresOf(report.failures)}
${splitOf(report)}
${report.slos.map((slo) => sloOf(slo, report))}
${stagesOf(report)}
${requestsOf(report)}
${latencyOf(report)}
${deploymentsOf(report)}
</main>
</body>
</html>
`.toString();
}

function headOf(report: ReleaseReport): Markup {
  const { scriptName, status, decision, notes, releaseId, newVersionId, oldVersionId } = report;
  const traffic = trafficText(report);
  const facts: readonly (readonly [string, Piece])[] = [
    ["Release", markup`<code>${releaseId}</code>`],
    ["New version", markup`<code>${newVersionId}</code>`],
    ["Old version", oldVersionId === null ? "none" : markup`<code>${oldVersionId}</code>`],
    ["Time", timeText(report)],
    ...(traffic === undefined ? [] : [["Traffic", traffic] as const]),
  ];
  return markup`<header><h1>${scriptName} <span class="badge ${status}">${statusTexts[status]}</span></h1>
<p class="decision">${decision}</p>
${notes.map((note) => markup`<p class="note">${note}</p>`)}
<dl>${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></header>`;
}

function failuresOf(failures: FailuresReport | null): Markup | undefined {
  if (failures === null) return undefined;
  if ("unknown" in failures) {
    return section("What failed", markup`<p>That could not be found out: ${failures.unknown}</p>`);
  }
  const { groups, others, url, filters, since } = failures;
  const list = groups.map(
    (group) =>
      markup`<li><strong>${groupText(group)}</strong>${
        group.stack !== undefined &&
        markup`<pre tabindex="0">${group.stack.map((frame) => [frame, trusted("\n")])}</pre>`
      }${group.requestIds.length > 0 && markup`<div>requests ${group.requestIds.map((id) => [markup`<code>${id}</code>`, " "])}</div>`}</li>`,
  );
  return section(
    "What failed",
    markup`<p>Of what is new or has grown since ${clockText(Date.parse(since))}:</p>${
      groups.length === 0
        ? markup`<p>No kind of failure stands out.</p>`
        : markup`<ol class="failures">${list}</ol>`
    }${others.groups > 0 && markup`<p>and ${others.groups} more kinds, ${others.events} of the new version.</p>`}${
      url !== undefined && markup`<p><a href="${url}" rel="noreferrer">Logs in Cloudflare’s dashboard</a></p>`
    }${filters !== "" && markup`<p class="soft">Filters: <code>${filters}</code></p>`}`,
  );
}

/** What all plots over time have. */
function timeOf({ startedAt, seenUntil, stages }: ReleaseReport): Pick<TimePlot, "from" | "to" | "stages"> {
  return {
    from: startedAt,
    to: Math.max(seenUntil, startedAt + 1000),
    stages: stages.map(({ from, to, percent }) => ({ from, to, percent })),
  };
}

function splitOf(report: ReleaseReport): Markup {
  const { splits, seenUntil } = report;
  const steps = splits.flatMap(({ at, percent }, index) => {
    const next = splits[index + 1]?.at ?? seenUntil;
    return [
      { at, value: percent / 100 },
      { at: Math.max(at, next), value: percent / 100 },
    ];
  });
  const said = splits.map(({ at, percent }) => `${clockText(at)} ${formatPercent(percent)}`).join(", ");
  const plot: TimePlot = {
    ...timeOf(report),
    title: "The new version's share of the traffic",
    description: said,
    unit: "share",
    lines: [{ name: "share of the new version", of: "new", points: steps }],
  };
  return section(
    "Traffic",
    both((size) => timePlot(plot, size)),
  );
}

/** The signs of an SLO: where trouble began, and where it was found. */
function marksOf({ onset, violatedAt }: SloReported): NonNullable<TimePlot["marks"]> {
  return [
    ...(onset === null ? [] : [{ at: onset, kind: "onset" as const }]),
    ...(violatedAt === null ? [] : [{ at: violatedAt, kind: "violation" as const }]),
  ];
}

/** What both versions showed of an SLO, against its limit. */
export function measuredPlot(slo: SloReported, report: ReleaseReport): TimePlot {
  const { name, points } = slo;
  const limits = points.map(({ at, limit }) => ({ at, value: limit ?? undefined }));
  const [first] = limits;
  const isConstant = limits.every(({ value }) => value === first?.value);
  const line = (of: "new" | "old"): TimePlot["lines"][number] => ({
    name: `${of} version`,
    of,
    points: points.map((point) => ({ at: point.at, value: shareOf(point[of]) })),
  });
  return {
    ...timeOf(report),
    title: `SLO ${name}: ${sloLine(slo)}`,
    description: sloDescription(slo),
    unit: "share",
    lines: [line("new"), line("old")],
    limit: isConstant ? first?.value : limits,
    marks: marksOf(slo),
  };
}

/** How the evidence against an SLO came about. */
export function strengthPlot(slo: SloReported, report: ReleaseReport): Parameters<typeof evidencePlot>[0] {
  const { name, points } = slo;
  const values = points.map(({ at, evidence: value }) => ({ at, value }));
  return {
    ...timeOf(report),
    title: `Evidence that SLO ${name} is violated`,
    description: `At the end ${evidenceText(points.at(-1)?.evidence ?? 0)} of what is conclusive.`,
    lines: [{ name: "evidence of a violation", of: "new", points: values }],
    marks: marksOf(slo),
  };
}

const shorter: Readonly<Record<"wide" | "narrow", Size>> = {
  wide: { ...sizes.wide, height: 170 },
  narrow: { ...sizes.narrow, height: 180 },
};

function sloOf(slo: SloReported, report: ReleaseReport): Markup {
  const { name, isUnseen, onset, violatedAt } = slo;
  if (isUnseen) {
    return section(`SLO ${name}`, markup`<p>${sloLine(slo)}. Probes are seen by their own run only.</p>`);
  }
  const [measured, strength] = [measuredPlot(slo, report), strengthPlot(slo, report)];
  return section(
    `SLO ${name}`,
    markup`<p>${sloLine(slo)}.${onset !== null && ` Trouble began ${clockText(onset)}.`}${
      violatedAt !== null && markup` <strong>✕ Violated ${clockText(violatedAt)}.</strong>`
    }</p>${both((size) => timePlot(measured, size))}${both((size) => evidencePlot(strength, size), shorter)}`,
  );
}

function stagesOf({ stages, stageCount, slos }: ReleaseReport): Markup {
  const unseen = new Set(slos.filter(({ isUnseen }) => isUnseen).map(({ name }) => name));
  const rows = stages.flatMap((stage) =>
    stage.slos.map((slo, index) =>
      rowOf(stage, slo, { isFirst: index === 0, of: stageCount, isUnseen: unseen.has(slo.name) }),
    ),
  );
  return section(
    "Stages",
    scrolling(
      "Stages",
      ["Stage", "From", "SLO", "New version", "Old version", "Limit", "Evidence", "Verdict"],
      rows,
    ),
  );
}

function rowOf(
  { number, percent, from, slos }: StageReported,
  { name, new: fresh, old, limit, evidence, verdict }: StageSlo,
  { isFirst, of, isUnseen }: { readonly isFirst: boolean; readonly of: number; readonly isUnseen: boolean },
): Markup {
  const place =
    isFirst &&
    markup`<th scope="rowgroup" rowspan="${slos.length}">${number} of ${of} · ${formatPercent(percent)}</th><td rowspan="${slos.length}">${clockText(from)}</td>`;
  if (isUnseen) return markup`<tr>${place}<td>${name}</td><td colspan="5">seen by its own run only</td></tr>`;
  const limitText = limit === null ? "–" : valueText(limit, "share");
  return markup`<tr>${place}<td>${name}</td><td>${shareText(fresh)}</td><td>${shareText(old)}</td><td>${limitText}</td><td>${evidenceText(evidence)}</td><td class="${verdict}">${verdictText({ verdict, new: fresh })}</td></tr>`;
}

function requestsOf(report: ReleaseReport): Markup {
  const { requests } = report;
  const line = (version: "new" | "old"): TimePlot["lines"][number] => ({
    name: `${version} version`,
    of: version,
    points: requests.map((each) => ({ at: each.at, value: each[version] / (each.spanMs / 1000) })),
  });
  const sum = (version: "new" | "old"): number => requests.reduce((all, each) => all + each[version], 0);
  const plot: TimePlot = {
    ...timeOf(report),
    title: "Requests a second",
    description: `The new version served ${sum("new")} requests, the old one ${sum("old")}.`,
    unit: "perSecond",
    lines: [line("new"), line("old")],
  };
  return section(
    "Requests a second",
    markup`<p>${plot.description}</p>${both((size) => timePlot(plot, size))}`,
  );
}

function latencyOf({ latency }: ReleaseReport): Markup | undefined {
  if (latency.every(({ newMs, oldMs }) => newMs === null && oldMs === null)) return undefined;
  const groups = latency.map(({ percentile, newMs, oldMs }) => ({
    label: `p${percentile}`,
    new: newMs ?? undefined,
    old: oldMs ?? undefined,
  }));
  const description = latency
    .map(({ percentile, newMs, oldMs }) => `p${percentile}: new ${newMs ?? "–"} ms, old ${oldMs ?? "–"} ms`)
    .join("; ");
  const plot = { title: "Latency by percentile", description, unit: "ms" as const, groups };
  return section(
    "Latency",
    markup`<p class="soft">Wall time, rounded up to the bins it was counted in.</p>${both((size) => barPlot(plot, size))}`,
  );
}

function deploymentsOf({ splits }: ReleaseReport): Markup {
  const rows = splits.map(
    ({ at, percent, author, message }) =>
      markup`<tr><td>${dateText(at)}</td><td>${formatPercent(percent)}</td><td>${author}</td><td>${message}</td></tr>`,
  );
  return section("Deployments", scrolling("Deployments", ["Time", "New version", "By", "Message"], rows));
}

/** A table wider than a phone scrolls by itself, with keys too. */
function scrolling(label: string, head: readonly string[], rows: readonly Markup[]): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${head.map(
    (name) => markup`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function section(heading: string, content: Piece): Markup {
  return markup`<section><h2>${heading}</h2>${content}</section>\n`;
}
