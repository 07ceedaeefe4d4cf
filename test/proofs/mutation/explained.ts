import type { Mutant } from "./mutants";

/** A mutant that no test can or need notice, and why. The texts are the report's. */
export interface Explained {
  readonly file: string;
  readonly within: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
}

/** The survivors that are known. The run names the entries that have become wrong. */
export const explained: readonly Explained[] = [
  {
    file: "provider/rollout/write/revert.ts",
    within: "hurriedReadingMs",
    original: "hurriedReadingMs = 2000",
    replacement: "hurriedReadingMs = 0",
    reason: "How long an interrupted revert waits for a reading: the clock of the tests jumps over any time.",
  },
  {
    file: "provider/rollout/notice.ts",
    within: "kindOf",
    original: 'if (before.state.phase === "starting") before if (before.state.stage !== after.state.stage)',
    replacement:
      'if (before.state.stage !== after.state.stage) before if (before.state.phase === "starting")',
    reason: "A release that starts enters the stage that it is to start with.",
  },
  {
    file: "provider/rollout/act.ts",
    within: "mayShow",
    original: "clock.now() < lateUntil(state)",
    replacement: "clock.now() <= lateUntil(state)",
    reason: "At that very moment the next turn ends the release instead.",
  },
  {
    file: "provider/rollout/run.ts",
    within: "beginAgain",
    original: "clock.now() >= openUntil",
    replacement: "clock.now() > openUntil",
    reason: "At that very moment it looks once more: a pause of 2 s.",
  },
  {
    file: "provider/rollout/text/stageSentences.ts",
    within: "stageSentence",
    original: "if (release.oldVersionId === undefined) before if (release.isWayBack)",
    replacement: "if (release.isWayBack) before if (release.oldVersionId === undefined)",
    reason: "A way back has a version that it leaves.",
  },
  {
    file: "provider/rollout/write/again.ts",
    within: "unlessOverwritten",
    original: "false",
    replacement: "undefined",
    reason: "It is only asked whether it is so.",
  },
  {
    file: "provider/rollout/decide/onward.ts",
    within: "onward",
    original:
      'if (status.kind === "approved" && isInTime(situation, state, status.at)) before if (status.kind === "misfit")',
    replacement:
      'if (status.kind === "misfit") before if (status.kind === "approved" && isInTime(situation, state, status.at))',
    reason: "A status has one kind.",
  },
  {
    file: "provider/rollout/decide/decide.ts",
    within: "unlessWritesFail",
    original: 'if (oldIsGone && action.do === "enter" && !isOverdue) before if (!forGood && !isOverdue)',
    replacement: 'if (!forGood && !isOverdue) before if (oldIsGone && action.do === "enter" && !isOverdue)',
    reason: "That the old version is gone is only known of a write that was refused for good.",
  },
  {
    file: "provider/rollout/decide/decide.ts",
    within: "unlessWritesFail",
    original: 'if (oldIsGone && action.do === "enter" && !isOverdue) before if (action.do === "complete")',
    replacement: 'if (action.do === "complete") before if (oldIsGone && action.do === "enter" && !isOverdue)',
    reason: "An action does one thing.",
  },
  {
    file: "provider/rollout/begin.ts",
    within: "deployedAtFirst",
    original: "if (known === undefined && reading === emptyReadings) before if (reading === staleReadings)",
    replacement:
      "if (reading === staleReadings) before if (known === undefined && reading === emptyReadings)",
    reason: "They are for different readings.",
  },
  {
    file: "provider/rollout/deploymentStatus.ts",
    within: "statusOfForeign",
    original:
      'if (state.phase === "waiting" && next && sameTraffic(split, splitAt(release, next.percent))) before if (release.oldVersionId !== undefined && sameTraffic(split,…',
    replacement:
      'if (release.oldVersionId !== undefined && sameTraffic(split, revertedSplit(release))) before if (state.phase === "waiting" && next && sameTraffic(split, splitAt…',
    reason: "A next stage has more than 0 %, so its split is never that of a revert.",
  },
  {
    file: "provider/rollout/deploymentStatus.ts",
    within: "statusOfForeign",
    original:
      "if (release.oldVersionId !== undefined && sameTraffic(split, revertedSplit(release))) before if (sameTraffic(split, promotedSplit(release)))",
    replacement:
      "if (sameTraffic(split, promotedSplit(release))) before if (release.oldVersionId !== undefined && sameTraffic(split, revertedSplit(release)))",
    reason: "No split gives two versions all traffic.",
  },
  {
    file: "provider/rollout/write/revert.ts",
    within: "revertBy",
    original: "written.retryAfterMs ?? 0",
    replacement: "written.retryAfterMs ?? 1",
    reason: "A pause is never shorter than a second.",
  },
  {
    file: "provider/rollout/write/revert.ts",
    within: "revertBy",
    original: 'written.kind === "failed" ? (written.retryAfterMs ?? 0) : 0',
    replacement: 'written.kind === "failed" ? (written.retryAfterMs ?? 0) : 1',
    reason: "A pause is never shorter than a second.",
  },
  {
    file: "provider/rollout/write/revert.ts",
    within: "Attempts",
    original: "after !== undefined && this.isOurs(after)",
    replacement: "this.isOurs(after)",
    reason: "Where nothing is known to be deployed, that is not ours.",
  },
  {
    file: "provider/rollout/startingPoint.ts",
    within: "startingPoint",
    original: "if (isServing && !aborted) before if (only === undefined)",
    replacement: "if (only === undefined) before if (isServing && !aborted)",
    reason: "A version that serves is there.",
  },
  {
    file: "provider/rollout/look/tally.ts",
    within: "Tally",
    original: "-1",
    replacement: "-2",
    reason: "No stage has been entered either way, and nobody asks about one before the first.",
  },
  {
    file: "provider/rollout/look/assess.ts",
    within: "inStage",
    original: "Math.max(1, endedAt - startedAt)",
    replacement: "Math.max(2, endedAt - startedAt)",
    reason: "A span that is not empty is all that is asked for: a stage lasts seconds.",
  },
  {
    file: "provider/rollout/look/assess.ts",
    within: "sloAt",
    original: "index + 1",
    replacement: "index - 1",
    reason: "Only the plan's own SLOs are asked about: this error says that the code is wrong.",
  },
  {
    file: "provider/rollout/look/source.ts",
    within: "unanswered",
    original: "2 ** (failures - 1)",
    replacement: "4 ** (failures - 1)",
    reason: "From the second failure on it is two polls either way.",
  },
  {
    file: "provider/rollout/look/source.ts",
    within: "mute",
    original: "before.failures + 1",
    replacement: "before.failures + 2",
    reason: "Whether it has failed at all, and more than once after the next failure, is all that is asked.",
  },
  {
    file: "provider/rollout/look/shareWatch.ts",
    within: "ShareWatch",
    original: "this.process.evidence.log < wrongShareAt",
    replacement: "this.process.evidence.log <= wrongShareAt",
    reason: "The logarithm of a product of chances is not that number to the last bit.",
  },
  {
    file: "provider/rollout/operator.ts",
    within: "approve",
    original: "!active || !record",
    replacement: "!record",
    reason: "A record is an active deployment's; the compiler asks for both.",
  },
  {
    file: "provider/rollout/look/source.ts",
    within: "mute",
    original: "before.failures + 1",
    replacement: "before.failures - 1",
    reason: "It says how long a next failure pauses: one poll instead of two, of a source that has answered.",
  },
  {
    file: "provider/rollout/write/revert.ts",
    within: "hurriedReadingMs",
    original: "hurriedReadingMs = 2000",
    replacement: "hurriedReadingMs = 4000",
    reason: "Any few of the ten seconds do.",
  },
];

/** True when an entry is about a mutant. */
export function explains(entry: Explained, mutant: Mutant): boolean {
  return (
    entry.file === mutant.file &&
    entry.within === mutant.within &&
    entry.original === mutant.original &&
    entry.replacement === mutant.replacement
  );
}
