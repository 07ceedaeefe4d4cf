import { stripVTControlCharacters } from "node:util";
import type { Commit } from "../log";
import { Checks } from "../invariants/check";
import { endsTruly } from "../invariants/endings";
import { activeAt, isBy, nameOf, percentOf } from "../invariants/facts";
import { overwritesNobody } from "../invariants/foreign";
import { keepsToThePlan } from "../invariants/order";
import { reportsEverything } from "../invariants/reports";
import { shares } from "../invariants/shares";
import { abortedStaysAborted } from "../invariants/sticks";
import { brandsOnlyTheBad } from "../invariants/verdicts";
import type { Played, Up } from "./play";

/** Those of the simulation that need neither its telemetry nor its scenario. */
const ofTheSimulation = [
  shares,
  keepsToThePlan,
  overwritesNobody,
  endsTruly,
  reportsEverything,
  brandsOnlyTheBad,
  abortedStaysAborted,
];

/** Checks everything that must be so after a real release, whatever the scenario. */
export function checkReal(played: Played): Checks {
  const checks = new Checks(played.story.start);
  for (const invariant of ofTheSimulation) invariant(played.story, checks);
  for (const up of played.ups) {
    endsClean(up, played, checks);
    tellsItsEnding(up, checks);
    if (up.isCalm) endsWell(up, played, checks);
    if (up.deaths.join() === "kill -9 CLI") isPutBackByTheProvider(up, played, checks);
  }
  badIsCaught(played, checks);
  ordersTellTheTruth(played, checks);
  const { end } = played.story;
  checks.that("nobody tells the token", !played.tellsToken, end, () => "the API token was printed or kept");
  checks.that(
    "the edge's shares sum to 100",
    played.story.commits.every(({ deployment }) => isWhole(deployment.split)),
    end,
    () => "a deployment does not",
  );
  return checks;
}

function isWhole(split: Commit["deployment"]["split"]): boolean {
  return Math.abs(split.reduce((sum, { percent }) => sum + percent, 0) - 100) < 1e-9;
}

/** No process is left, and the state is readable and has nothing half done. */
function endsClean({ run, left, pending, status, deaths }: Up, { story }: Played, checks: Checks): void {
  checks.that(
    "no process is left",
    left.length === 0,
    story.end,
    () => `${run.name} leaves ${left.join(", ")}`,
  );
  checks.that("the state is readable", status !== undefined, story.end, () => run.name);
  // Pulumi leaves what it did not see the end of.
  const isKilled = run.killedAt !== undefined || deaths.length > 0;
  checks.that(
    "no operation is left pending",
    isKilled || pending.length === 0 || isOldNews(run.name),
    story.end,
    () => {
      return `${run.name} leaves ${pending.join(", ")}`;
    },
  );
}

/** A pending creation of an earlier run stays in the state until a person clears it. */
function isOldNews(name: string): boolean {
  return name !== "up 1";
}

/** The exit code and the output say what the state says. */
function tellsItsEnding({ run, ran }: Up, checks: Checks): void {
  if (!run.outcome || run.endedAt === undefined) return;
  const { status, reason } = run.outcome;
  const isDone = status === "completed";
  // A killed CLI has no say.
  if (ran.code === null) return;
  // Pulumi itself fails where it is told to stop, be it after the end of the release.
  const isTold = (ran.code === 0) === isDone || (isDone && /update canceled/.test(ran.output));
  checks.that("the exit code tells the ending", isTold, run.endedAt, () => {
    return `${run.name} ends as ${status} and exits with ${ran.code}`;
  });
  checks.that(
    "the output tells the ending",
    isDone || plain(ran.output).includes(plain(reason)),
    run.endedAt,
    () => {
      return `${run.name} ended with "${reason}" and printed ${ran.output}`;
    },
  );
}

/** Without what a terminal needs to redraw its lines. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, " ");
}

/** Where nothing goes wrong any more, a release ends well. */
function endsWell({ run, ran }: Up, { story, scenario, versions }: Played, checks: Checks): void {
  const active = activeAt(story.commits, run.endedAt ?? story.end);
  const share = percentOf(active?.deployment.split ?? [], versions.new);
  const isPromoted = story.commits.some(({ by }) => by.kind === "colleague" && by.does === "promote");
  const { status } = run.outcome ?? {};
  const isWell =
    (status === "completed" && share === 100 && (!scenario.isBad || isPromoted)) ||
    (status === "aborted" && share === 0) ||
    (run.thrown instanceof Error && mayNotStart(run.thrown.message, ran.code));
  checks.that("the next pulumi up ends well", isWell, run.endedAt ?? story.end, () => {
    return `${run.name} ends as ${status ?? "no release"} with ${share} % of the new version: ${run.outcome?.reason ?? ran.output}`;
  });
}

/** Nothing to do, an aborted version, or a split that a colleague made. */
function mayNotStart(message: string, code: number | null): boolean {
  return code === 0 || /was aborted before|is split/i.test(message);
}

/** The provider outlives its engine for long enough to put the traffic back. */
function isPutBackByTheProvider({ run }: Up, { story, scenario }: Played, checks: Checks): void {
  if (run.killedAt === undefined || scenario.plan.onInterrupt === "hold") return;
  const active = activeAt(story.commits, run.killedAt);
  const isLeft = active !== undefined && isBy(active, run) && /soak|wait/.test(active.record?.phase ?? "");
  checks.that(
    "a killed CLI leaves no split",
    !isLeft,
    run.killedAt,
    () => `${run.name} leaves ${nameOf(active)}`,
  );
}

/** A bad version never gets further than the first stage with traffic, and has none in the end, or that is told loudly. */
function badIsCaught({ scenario, story, versions, ups }: Played, checks: Checks): void {
  if (!scenario.isBad) return;
  const isPromoted = story.commits.some(({ by }) => by.kind === "colleague");
  if (isPromoted) return;
  const first =
    scenario.plan.stages.map(({ percent }) => Number(percent)).find((percent) => percent > 0) ?? 100;
  const beyond = story.commits.find(({ deployment }) => percentOf(deployment.split, versions.new) > first);
  checks.that("a bad version is not promoted", beyond === undefined, beyond?.at ?? story.end, () =>
    nameOf(beyond),
  );
  const share = percentOf(story.commits.at(-1)?.deployment.split ?? [], versions.new);
  const isLoud = ups.at(-1)?.status === "revertFailed";
  checks.that(
    "a bad version ends with no traffic",
    share === 0 || isLoud,
    story.end,
    () => `it has ${share} %`,
  );
}

/** A command that says it is done has deployed, and one that says it is not has not. */
function ordersTellTheTruth({ ordered, story }: Played, checks: Checks): void {
  for (const { what, code, output, made } of ordered) {
    const isTrue = code === 0 ? made.length > 0 : made.length === 0 || /not known/.test(output);
    checks.that("a command tells what it did", isTrue, story.end, () => {
      return `${what} made ${made.length} deployments and ended with ${code}: ${output}`;
    });
  }
}
