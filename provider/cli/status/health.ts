import { percentText } from "../../rollout/text/sloText";
import type { CountsView, HealthView, SloView } from "../../view/schema";
import type { Colors } from "./colors";

/** How wide each column is, and whether the bar has a line of its own, below the figures. */
interface Layout {
  readonly name: number;
  readonly share: number;
  readonly limit: number;
  readonly isBarBelow: boolean;
}

const wide: Layout = { name: 18, share: 11, limit: 9, isBarBelow: false };
/** For a terminal of 60 columns. */
const narrow: Layout = { name: 12, share: 10, limit: 8, isBarBelow: true };
const barWidth = 10;

/**
 * What each SLO has shown in the stage: old beside new, the limit, and the evidence of a violation as a bar.
 *
 * @param columns how wide the terminal is
 */
export function healthLines({ slos, isJudged }: HealthView, colors: Colors, columns: number): string[] {
  const layout = columns < 80 ? narrow : wide;
  const judged = isJudged ? `${"limit".padStart(layout.limit)}  evidence` : "";
  const shares = "old".padStart(layout.share) + "new".padStart(layout.share);
  const head = `  ${"SLO".padEnd(layout.name)}${shares}${judged}`;
  return [colors.dim(head), ...slos.flatMap((slo) => sloLines(slo, isJudged, layout, colors))];
}

function sloLines(slo: SloView, isJudged: boolean, layout: Layout, colors: Colors): string[] {
  const [name = "", more = ""] = cutInto(slo.name, layout.name - 1);
  const of = (text: (counts: CountsView | null, width: number) => string): string =>
    text(slo.old, layout.share) + text(slo.new, layout.share);
  const judged = isJudged ? judgedText(slo, layout, colors) : "";
  const first = `  ${name.padEnd(layout.name)}${of(shareText)}${judged}`;
  const counts = colors.dim(`  ${more.padEnd(layout.name)}${of(countsText)}`);
  if (isJudged && layout.isBarBelow && slo.evidence !== null) {
    return [first, `${counts}${" ".repeat(layout.limit + 2)}${paintedBar(slo.evidence, colors)}`];
  }
  return more === "" && of(countsText).trim() === "" ? [first] : [first, counts];
}

/** A name in at most two lines. */
function cutInto(name: string, width: number): string[] {
  if (name.length <= width) return [name];
  const space = name.lastIndexOf(" ", width);
  const [end, begin] = space > 0 ? [space, space + 1] : [width, width];
  const rest = name.slice(begin);
  return [name.slice(0, end), rest.length <= width ? rest : `${rest.slice(0, width - 1)}…`];
}

function shareText(counts: CountsView | null, width: number): string {
  const text = counts === null || counts.valid === 0 ? "–" : percentText(counts.share);
  return text.padStart(width);
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** `14/1204`, and of very many `1.2K/3.4M`. */
function countsText(counts: CountsView | null, width: number): string {
  if (counts === null || counts.valid === 0) return "".padStart(width);
  const { bad, valid } = counts;
  const exact = `${bad}/${valid}`;
  const text = exact.length < width ? exact : `${compact.format(bad)}/${compact.format(valid)}`;
  return text.padStart(width);
}

function judgedText(
  { limit, evidence, verdict, observeOnly }: SloView,
  layout: Layout,
  colors: Colors,
): string {
  const limitText = (limit === null ? "–" : percentText(limit)).padStart(layout.limit);
  if (evidence === null)
    return `${limitText}  ${layout.isBarBelow ? "its run's only" : "seen by its own run only"}`;
  const part = `${Math.round(Math.min(evidence, 9.99) * 100)} %`.padStart(6);
  const bar = layout.isBarBelow ? "" : paintedBar(evidence, colors);
  return `${limitText}  ${bar}${part}  ${verdictText(verdict, observeOnly, colors)}`;
}

function paintedBar(evidence: number, colors: Colors): string {
  const paint = evidence >= 1 ? colors.red : evidence >= 0.5 ? colors.yellow : colors.green;
  return paint(barText(evidence));
}

/** A bar that is full where the evidence is conclusive; any evidence shows. */
export function barText(evidence: number): string {
  const full = Math.min(barWidth, evidence > 0 ? Math.max(1, Math.floor(evidence * barWidth)) : 0);
  return "█".repeat(full) + "░".repeat(barWidth - full);
}

function verdictText(verdict: SloView["verdict"], observeOnly: boolean, colors: Colors): string {
  switch (verdict) {
    case "healthy":
      return colors.green("healthy");
    case "insufficient":
      return colors.yellow("too few");
    case "unsure":
      return colors.yellow("unsure");
    case "violated":
      return observeOnly ? colors.yellow("observed") : colors.red("VIOLATED");
    case "unseen":
    case null:
      return "";
  }
}
