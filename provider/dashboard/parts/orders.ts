import { markup, type Markup } from "../../markup";
import type { ReleaseView } from "../../view/schema";
import type { OrderKind } from "../ports";

/** What a button says, what its dialog asks, and what follows from it. */
export interface OrderWords {
  readonly button: string;
  readonly question: string;
  readonly effect: string;
  readonly confirm: string;
  readonly wantsReason: boolean;
}

export const orderWords: Readonly<Record<OrderKind, OrderWords>> = {
  approve: {
    button: "Approve",
    question: "Approve the next stage?",
    effect: "The next stage begins at once. It is judged all the time, and a violation still reverts it.",
    confirm: "Approve",
    wantsReason: false,
  },
  hold: {
    button: "Hold",
    question: "Hold the release in this stage?",
    effect:
      "The split stays as it is until somebody resumes the release. It is judged all the same, and a violation still reverts it.",
    confirm: "Hold",
    wantsReason: false,
  },
  resume: {
    button: "Resume",
    question: "Resume the release?",
    effect: "The release goes on from this stage by its plan.",
    confirm: "Resume",
    wantsReason: false,
  },
  promote: {
    button: "Promote",
    question: "Give the new version all traffic now?",
    effect:
      "The stages that are left are skipped, but the last one: there the version is watched, and reverted on a violation.",
    confirm: "Promote to 100 %",
    wantsReason: false,
  },
  abort: {
    button: "Abort",
    question: "Abort the release?",
    effect:
      "All traffic goes back to the old version at once, and the release ends as aborted. This version is not released again by itself.",
    confirm: "Abort, and put the old version back",
    wantsReason: true,
  },
};

/** The orders that make sense now, the expected one first. */
export function ordersFor({ phase, waitsFor, heldBy, stage }: ReleaseView): readonly OrderKind[] {
  if (phase !== "soaking" && phase !== "waiting") return [];
  if (heldBy !== null) return ["resume", "abort"];
  const rest: readonly OrderKind[] = stage.number < stage.of ? ["promote", "abort"] : ["abort"];
  if (waitsFor?.for === "approval" && waitsFor.approvedBy === null) return ["approve", "hold", ...rest];
  // A gate may open by itself: going on without it is possible, and not what is expected.
  return waitsFor?.for === "gate" ? ["hold", "approve", ...rest] : ["hold", ...rest];
}

/** Buttons, each of which asks first: in a dialog, or without a script on a page of its own. */
export function orderButtons(scriptName: string, release: ReleaseView): Markup | undefined {
  const kinds = ordersFor(release);
  if (kinds.length === 0) return undefined;
  const forms = kinds.map((kind, index) => {
    const expected = index === 0 && (kind === "approve" || kind === "resume");
    const looks = kind === "abort" ? markup` class="bad"` : expected ? markup` class="primary"` : "";
    return markup`<form method="get" action="/workers/${scriptName}/orders/${kind}" data-dialog><button id="${kind}-${scriptName}"${looks}>${orderWords[kind].button}<span class="unseen"> the release of ${scriptName}</span></button></form>`;
  });
  return markup`<div class="orders">${forms}</div>`;
}
