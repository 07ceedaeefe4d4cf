import type { Markup } from "../../markup";
import type { PastReleaseView, WorkerView } from "../../view/schema";
import { needsPerson } from "../../view/waiting";
import { badge, type Sign, type Tone } from "./sign";

/** How a release is: in a word, by its shape and by its colour. */
interface State {
  readonly word: string;
  readonly sign: Sign;
  readonly tone: Tone;
}

const endings: Readonly<Record<Exclude<PastReleaseView["status"], "underWay">, State>> = {
  completed: { word: "completed", sign: "done", tone: "good" },
  aborted: { word: "aborted", sign: "failed", tone: "bad" },
  inconclusive: { word: "inconclusive", sign: "unsure", tone: "wait" },
  superseded: { word: "superseded", sign: "replaced", tone: "quiet" },
};

/** How a Worker's release is, or that it has none. */
export function stateOf({ release, deployment, health }: WorkerView): State {
  if (release === null) {
    if (deployment === null) return { word: "never deployed", sign: "none", tone: "quiet" };
    const isSplit = deployment.split.filter(({ percent }) => percent > 0).length > 1;
    return isSplit
      ? { word: "split by somebody else", sign: "unsure", tone: "wait" }
      : { word: "no release", sign: "none", tone: "quiet" };
  }
  if (release.phase !== "soaking" && release.phase !== "waiting") return endings[release.phase];
  const isViolated = health?.slos.some(({ verdict, observeOnly }) => verdict === "violated" && !observeOnly);
  if (isViolated) return { word: "violated", sign: "failed", tone: "bad" };
  if (release.heldBy !== null) return { word: "held", sign: "held", tone: "wait" };
  if (release.waitsFor?.for === "gate") return { word: "waits for its gate", sign: "waiting", tone: "run" };
  if (release.waitsFor !== null && !needsPerson(release))
    return { word: "waits for a freeze to end", sign: "waiting", tone: "run" };
  if (release.waitsFor !== null) return { word: "waits for approval", sign: "waiting", tone: "wait" };
  return { word: "soaking", sign: "running", tone: "run" };
}

/** True while a release is under way. */
export function isUnderWay({ release }: WorkerView): boolean {
  return release?.phase === "soaking" || release?.phase === "waiting";
}

export function stateBadge(view: WorkerView): Markup {
  const { word, sign, tone } = stateOf(view);
  return badge(sign, tone, word);
}

export function statusBadge(status: PastReleaseView["status"]): Markup {
  if (status === "underWay") return badge("running", "run", "under way");
  const { word, sign, tone } = endings[status];
  return badge(sign, tone, word);
}
