import { percentText } from "../../rollout/text/sloText";
import type { CountsView, HealthView, SloView } from "../../view/schema";
import type { Colors } from "./colors";

const widths = { name: 18, share: 11, limit: 9, bar: 10 };

/** What each SLO has shown in the stage: old beside new, the limit, and the evidence of a violation as a bar. */
export function healthLines({ slos, isJudged }: HealthView, colors: Colors): string[] {
  const judged = isJudged ? `${"limit".padStart(widths.limit)}  evidence` : "";
  const head = `  ${"SLO".padEnd(widths.name)}${"old".padStart(widths.share)}${"new".padStart(widths.share)}${judged}`;
  return [colors.dim(head), ...slos.flatMap((slo) => sloLines(slo, isJudged, colors))];
}

function sloLines(slo: SloView, isJudged: boolean, colors: Colors): string[] {
  const [name, ...more] = cutInto(slo.name, widths.name - 1);
  const shares = shareText(slo.old) + shareText(slo.new);
  const judged = isJudged ? judgedText(slo, colors) : "";
  const counts = `  ${(more[0] ?? "").padEnd(widths.name)}${countsText(slo.old)}${countsText(slo.new)}`;
  const first = `  ${(name ?? "").padEnd(widths.name)}${shares}${judged}`;
  return counts.trim() === "" ? [first] : [first, colors.dim(counts)];
}

/** A name in at most two lines. */
function cutInto(name: string, width: number): string[] {
  if (name.length <= width) return [name];
  const rest = name.slice(width);
  return [name.slice(0, width), rest.length <= width ? rest : `${rest.slice(0, width - 1)}…`];
}

function shareText(counts: CountsView | null): string {
  const text = counts === null || counts.valid === 0 ? "–" : percentText(counts.share);
  return text.padStart(widths.share);
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** `14/1204`, and of very many `1.2K/3.4M`. */
function countsText(counts: CountsView | null): string {
  if (counts === null || counts.valid === 0) return "".padStart(widths.share);
  const { bad, valid } = counts;
  const exact = `${bad}/${valid}`;
  const text = exact.length < widths.share ? exact : `${compact.format(bad)}/${compact.format(valid)}`;
  return text.padStart(widths.share);
}

function judgedText({ limit, evidence, verdict, observeOnly }: SloView, colors: Colors): string {
  const limitText = (limit === null ? "–" : percentText(limit)).padStart(widths.limit);
  if (evidence === null) return `${limitText}  seen by its own run only`;
  const paint = evidence >= 1 ? colors.red : evidence >= 0.5 ? colors.yellow : colors.green;
  const part = `${Math.round(Math.min(evidence, 9.99) * 100)} %`.padStart(6);
  return `${limitText}  ${paint(barText(evidence))}${part}  ${verdictText(verdict, observeOnly, colors)}`;
}

/** A bar that is full where the evidence is conclusive; any evidence shows. */
export function barText(evidence: number): string {
  const full = Math.min(widths.bar, evidence > 0 ? Math.max(1, Math.floor(evidence * widths.bar)) : 0);
  return "█".repeat(full) + "░".repeat(widths.bar - full);
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
