import { markup, type Markup } from "../../markup";
import { percentText } from "../../rollout/text/sloText";
import type { CountsView, SloView } from "../../view/schema";
import { badge } from "./sign";

/** What the stage has shown of an SLO, in a word. */
export function verdictBadge({ verdict, observeOnly, new: served }: SloView): Markup {
  if (verdict === "healthy" && served.valid === 0) return badge("none", "quiet", "nothing to judge yet");
  switch (verdict) {
    case null:
      return badge("none", "quiet", "not judged here");
    case "healthy":
      return badge("done", "good", "healthy");
    case "insufficient":
      return badge("none", "quiet", "too few requests yet");
    case "unsure":
      return badge("unsure", "wait", "over its limit, may be chance");
    case "violated":
      return badge(
        "failed",
        observeOnly ? "wait" : "bad",
        observeOnly ? "violated, only watched" : "violated",
      );
    case "unseen":
      return badge("none", "quiet", "seen by its run alone");
  }
}

/** `0.42 %`, and how many of how many. */
export function countsLine({ share, bad, valid }: CountsView): Markup {
  if (valid === 0) return markup`<strong>–</strong> <span class="soft">nothing served yet</span>`;
  return markup`<strong>${percentText(share)}</strong> <span class="soft">${bad} of ${valid}</span>`;
}

/** How much evidence of a violation there is, as a part of what is conclusive. */
export function evidenceBar({ name, evidence }: Pick<SloView, "name" | "evidence">): Markup | undefined {
  if (evidence === null) return undefined;
  const shown = Math.min(1, evidence);
  const tone = evidence >= 1 ? "bad" : evidence >= 0.5 ? "wait" : "run";
  return markup`<div class="evidence ${tone}"><svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="Evidence of a violation of ${name}: ${evidenceText(evidence)}"><rect class="ground" width="100" height="8"/><rect class="filled" width="${Math.round(1000 * shown) / 10}" height="8"/></svg><span>evidence <strong>${evidenceText(evidence)}</strong></span></div>`;
}

/** At 100 % the release is reverted. */
export function evidenceText(evidence: number): string {
  if (evidence >= 10) return "over 1000 %";
  return `${evidence >= 0.1 ? Math.round(100 * evidence) : Number((100 * evidence).toPrecision(1))} %`;
}

/** The other facts of an SLO in a line each. */
export function sloFacts({ bad, old, limitText, byDefault, observeOnly }: SloView): Markup {
  const notes = [
    byDefault && "every plan has this SLO unless it says otherwise",
    observeOnly && "observed only: it never aborts",
  ].filter((note) => note !== false);
  return markup`<p class="soft">${bad}${limitText !== null && ` · ${limitText}`}${old !== null && markup` · old version ${percentText(old.share)} (${old.bad} of ${old.valid})`}${notes.map((note) => ` · ${note}`)}</p>`;
}
