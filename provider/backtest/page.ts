import { markup, trusted, type Markup } from "../markup";
import { formatDuration, formatElapsed } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import type { Plan } from "../plan/plan";
import {
  barPlot,
  both,
  bothStyle,
  plotStyle,
  timePlot,
  type BarPlot,
  type Point,
  type TimePlot,
} from "../plots";
import { adviceOn } from "./advice";
import type { Backtest } from "./backtest";
import { badness } from "./detection";
import type { Trace } from "./trace";
import {
  detectionRows,
  certaintyText,
  hoursText,
  minuteText,
  percentText,
  rateText,
  timesText,
} from "./words";

/** What a page is made of. */
export interface PageContent {
  readonly title: string;
  /** Where the trace is from, as a sentence. */
  readonly source: string;
  readonly notes: readonly string[];
  readonly plan: Plan;
  readonly trace: Trace;
  readonly tested: Backtest;
}

/** A backtest as a page of its own: it asks for nothing from elsewhere and runs no script. */
export function pageOf(content: PageContent): string {
  const { title, source, notes, plan, tested } = content;
  const { from, to, knownMs, bucketMs } = tested.trace;
  const page = markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title><style>${trusted(plotStyle() + bothStyle + style)}</style></head><body><main>
<h1>${title}</h1>
<p class="soft">${source} ${minuteText(from)} to ${minuteText(to)}, ${formatElapsed(knownMs)} of it known, in buckets of ${formatDuration(bucketMs)}. Seed ${tested.seed}.</p>
${notes.map((note) => markup`<p class="note">${note}</p>`)}
${adviceSection(plan, tested)}
${unchangedSection(tested)}
${sharesSection(content)}
${detectionSection(plan, tested)}
${stagesSection(plan, content)}
</main></body></html>
`;
  return page.toString();
}

function adviceSection(plan: Plan, tested: Backtest): Markup {
  const advice = adviceOn(plan, tested);
  const text =
    advice.length === 0
      ? markup`<p>Nothing: an unchanged version passes, and the stages see enough to catch a bad one.</p>`
      : markup`<ul>${advice.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;
  return markup`<section><h2>What to change</h2>${text}</section>`;
}

function unchangedSection({ unchanged, level }: Backtest): Markup {
  const { runs, aborted, inconclusive, bySlo, byHour, incidents } = unchanged;
  const part = (count: number, of: number): number | undefined => (of === 0 ? undefined : count / of);
  const plot: BarPlot = {
    title: "Releases of an unchanged version that did not complete, by the hour in which they began",
    description: `${aborted.count} of ${runs} were aborted and ${inconclusive.count} were put back without a verdict.`,
    unit: "share",
    names: { new: "aborted", old: "put back without a verdict" },
    groups: byHour.map((hour) => ({
      label: String(hour.hour).padStart(2, "0"),
      new: part(hour.aborted, hour.began),
      old: part(hour.inconclusive, hour.began),
    })),
  };
  return markup`<section><h2>An unchanged version</h2>
<p>${runs} releases of a version that is no different from the old one, begun at moments all over that time. <b>${rateText(aborted)}</b> were aborted (${certaintyText(aborted)} at 95 % confidence; the plan allows ${percentText(level)}), <b>${rateText(inconclusive)}</b> were put back without a verdict.</p>
${table(
  ["SLO", "aborted", "too few requests", "in doubt"],
  bySlo.map(({ slo, violated, insufficient, unsure }) => [
    slo,
    rateText(violated),
    rateText(insufficient),
    rateText(unsure),
  ]),
)}
<h3>By the hour of the day (UTC) in which they began</h3>
${both((size) => barPlot(plot, size))}
${incidents.length > 0 && incidentsTable(incidents)}</section>`;
}

function incidentsTable(incidents: Backtest["unchanged"]["incidents"]): Markup {
  const rows = incidents.map(({ from, to, releases, slos }) => [
    minuteText(from),
    minuteText(to),
    String(releases),
    slos.join(", "),
  ]);
  return markup`<h3>When they were aborted</h3>${table(["from", "to", "releases", "SLO"], rows)}`;
}

/** A plot shows no more points than these. */
const mostPoints = 250;

function sharesSection({ plan, trace, tested }: PageContent): Markup {
  const plots = tested.limits
    .filter(({ valid }) => valid > 0)
    .map(({ slo, max, fits, p99, worst, worstAt, bad, valid }) => {
      const index = plan.slos.findIndex(({ name }) => name === slo);
      const { from, to } = tested.trace;
      const points = pointsOf(trace, (cells) => {
        const all = cells.reduce((sum, cell) => sum + (cell[index]?.valid ?? 0), 0);
        return all === 0 ? undefined : cells.reduce((sum, cell) => sum + (cell[index]?.bad ?? 0), 0) / all;
      });
      const plot: TimePlot = {
        title: `Bad share of the old version by ${slo}`,
        description: `${bad} of ${valid} were bad. One span in a hundred had more than ${percentText(p99)}.`,
        ...{ unit: "share", from, to, limit: max ?? fits },
        ...(max === undefined && { limitName: `would fit ${percentText(fits ?? 0)}` }),
        lines: [{ name: "old version", of: "old", points }],
      };
      const range =
        bad === 0
          ? `Nothing of ${valid} was bad.`
          : `1 span in 100 had more than ${percentText(p99)}, the worst ${percentText(worst)} (${minuteText(worstAt)}).`;
      const limit =
        max === undefined ? "The plan sets no limit on the share." : `The limit is ${percentText(max)}.`;
      const fit = fits === undefined ? "" : `${percentText(fits)} (max: ${fits}) would fit.`;
      return markup`<h3>${slo}</h3><p>${range} ${limit} ${fit}</p>${both((size) => timePlot(plot, size))}`;
    });
  return markup`<section><h2>The bad share of the old version, and the limit</h2>${plots}</section>`;
}

/** Points of a plot, each made of some buckets; there are gaps where a part is not known. */
function pointsOf(
  { from, bucketMs, buckets }: Trace,
  valueOf: (cells: readonly NonNullable<Trace["buckets"][number]>[]) => number | undefined,
): readonly Point[] {
  const size = Math.max(1, Math.ceil(buckets.length / mostPoints));
  return Array.from({ length: Math.ceil(buckets.length / size) }, (_, index): Point => {
    const cells = buckets.slice(index * size, (index + 1) * size).filter((cell) => cell !== undefined);
    const at = from + (index + 0.5) * size * bucketMs;
    return { at, value: cells.length === 0 ? undefined : valueOf(cells) };
  });
}

function detectionSection(plan: Plan, { detection }: Backtest): Markup {
  const runs = Math.max(0, ...detection.map(({ caught }) => caught.of));
  const slos = [...new Set(detection.map(({ slo }) => slo))];
  const tables = slos.map((slo) => {
    const rows = detectionRows(plan, detection, slo, " *");
    return markup`<h3>${slo}</h3>${table(["bad from", ...badness.map(timesText)], rows)}`;
  });
  return markup`<section><h2>A worse version</h2>
<p>Median time to catch a version that turns bad when a stage begins: ${runs} releases each, times to within 15 %, with telemetry that arrives half a minute late. “Allowed”: the SLO allows that much; “–”: nothing judges it there. * some in a later stage.</p>${tables}</section>`;
}

function stagesSection({ minRequests }: Plan, { plan, trace, tested }: PageContent): Markup {
  const index = Math.max(
    0,
    plan.slos.findIndex(({ name }) => name === tested.limits[0]?.slo),
  );
  const seconds = trace.bucketMs / 1000;
  const plot: TimePlot = {
    title: "Requests a second to the old version",
    description: "How much traffic there was.",
    ...{ unit: "perSecond", from: tested.trace.from, to: tested.trace.to },
    lines: [
      {
        ...{ name: "requests a second", of: "old" },
        points: pointsOf(
          trace,
          (cells) => cells.reduce((sum, cell) => sum + (cell[index]?.valid ?? 0), 0) / cells.length / seconds,
        ),
      },
    ],
  };
  const rows = tested.stages.map(({ percent, soakMs, requests, fewRequests, tooFew, hours, enoughMs }) => [
    `${formatPercent(percent)} for ${formatDuration(soakMs)}`,
    String(requests),
    String(fewRequests),
    percentText(tooFew.of === 0 ? 0 : tooFew.count / tooFew.of),
    enoughMs === undefined ? "more than 1d" : formatDuration(enoughMs),
    hours.length > 0 ? hoursText(hours) : "",
  ]);
  return markup`<section><h2>Requests of the new version in a soak</h2>
<p>A stage needs ${minRequests} requests.</p>
${table(["stage", "median", "1 in 20 below", `under ${minRequests}`, "enough with", "mostly too few at"], rows)}
${both((size) => timePlot(plot, size))}</section>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return markup`<div class="scroll"><table><thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map(
    ([first = "", ...rest]) =>
      markup`<tr><th scope="row">${first}</th>${rest.map((cell) => markup`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const style = `
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--grid:#d1d9e0;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#f0f6fc;--soft:#9198a1;--grid:#3d444d;--paper:#0d1117}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:800px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:26px;line-height:1.25;margin:0 0 8px;overflow-wrap:anywhere}h2{font-size:20px;margin:40px 0 8px}h3{font-size:16px;margin:24px 0 4px}
p{margin:8px 0}.soft{color:var(--soft)}.note{border-left:3px solid var(--grid);padding-left:12px}
figure{margin:12px 0}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px 4px 0;border-bottom:1px solid var(--grid);text-align:right;vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:14px}th:first-child{text-align:left}
`.replaceAll("\n", "");
