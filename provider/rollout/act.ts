import type { Cause } from "./cause";
import { afterRevert, completed, held, yielded, type Ended } from "./conclude";
import type { Action, Stuck } from "./decide";
import type { Outcome } from "./outcome";
import { place, type Placement } from "./place";
import type { Deployment } from "./ports";
import { readSentence, recordOf } from "./record";
import { promotedSplit, splitAt, stagePercent, type Outside, type Release } from "./release";
import { revert } from "./revert";
import {
  causeSentence,
  completedSentence,
  revertingSentence,
  stageSentence,
  waitSentence,
} from "./sentences";
import type { Sight } from "./sight";
import type { Standing } from "./standing";
import { awaiting, entered, splitChanges, type State } from "./state";

/** A release on its way: what it is, where it stands, what it has seen. */
export interface Course {
  readonly release: Release;
  readonly state: State;
  readonly sight: Sight;
  /** The failure of the last write; undefined once one went through. */
  readonly stuck: Stuck | undefined;
}

/** What an action led to: a new course, or the end. */
export type Step = Course | { readonly outcome: Outcome };

/** Carries out what was decided. */
export async function act(action: Action, course: Course, outside: Outside): Promise<Step> {
  switch (action.do) {
    case "keep":
      return course;
    case "follow":
      return follow(course, action.standing, outside);
    case "enter":
      return enter(course, action.stage, action.approvedBy, outside);
    case "await":
      return awaitApproval(course, outside);
    case "complete":
      return complete(course, outside);
    case "revert":
      return { outcome: await revertFor(action.cause, course, outside) };
    case "hold":
      return { outcome: held(ended(course, outside)) };
    case "yield":
      return { outcome: yielded(ended(course, outside), action.standing, course.sight.active) };
  }
}

function enter(
  course: Course,
  stage: number,
  approvedBy: string | undefined,
  outside: Outside,
): Promise<Step> {
  const { release, state } = course;
  const split = splitAt(release, stagePercent(release, stage));
  const sentence = stageSentence(release, stage, approvedBy);
  const placement = { split, sentence, record: recordOf(release, stage, "soak", splitChanges(state)) };
  return deploy(placement, course, outside, (made) =>
    onward(course, made, entered(state, stage, made.id, outside.clock.now()), outside),
  );
}

function awaitApproval(course: Course, outside: Outside): Promise<Step> {
  const { release, state } = course;
  const split = splitAt(release, stagePercent(release, state.stage));
  const sentence = waitSentence(release, state.stage);
  const placement = { split, sentence, record: recordOf(release, state.stage, "wait", splitChanges(state)) };
  return deploy(placement, course, outside, (made) =>
    onward(course, made, awaiting(state, made.id, outside.clock.now()), outside),
  );
}

function complete(course: Course, outside: Outside): Promise<Step> {
  const { release, state } = course;
  const split = promotedSplit(release);
  const sentence = completedSentence(release, outside.clock.now());
  const placement = { split, sentence, record: recordOf(release, state.stage, "completed") };
  return deploy(placement, course, outside, (made) => ({ outcome: completed(ended(course, outside), made) }));
}

/** Deploys a split and goes on with `then`; if that does not work, the course stays, and the loop decides anew. */
async function deploy(
  placement: Placement,
  course: Course,
  outside: Outside,
  then: (made: Deployment) => Step,
): Promise<Step> {
  const placed = await place(placement, course.sight.active, course.stuck, outside);
  if (placed.kind === "changed") return course;
  if (placed.kind === "stuck") return { ...course, stuck: placed.stuck };
  outside.progress.event(placement.sentence);
  return then(placed.deployment);
}

/** Puts the traffic back for `cause` and tells how that went. */
export async function revertFor(cause: Cause, course: Course, outside: Outside): Promise<Outcome> {
  const { release, state } = course;
  const found = causeSentence(release, state, cause, outside.clock.now());
  outside.progress.event(revertingSentence(release, state));
  const reverted = await revert(release, state, course.sight.active, cause, found, outside);
  return afterRevert(ended(course, outside), cause, found, reverted);
}

/** Takes over what the deployments show: the release went on by another hand. */
function follow(
  course: Course,
  { record, deployment }: Standing & { kind: "moved" },
  outside: Outside,
): Course {
  const now = outside.clock.now();
  outside.progress.event(readSentence(deployment.message));
  const state =
    record.phase === "wait"
      ? awaiting(course.state, deployment.id, now)
      : entered(course.state, record.stage, deployment.id, now);
  return { ...course, state, stuck: undefined };
}

function onward(course: Course, active: Deployment, state: State, outside: Outside): Course {
  return {
    ...course,
    state,
    sight: { ...course.sight, active, activeAt: outside.clock.now() },
    stuck: undefined,
  };
}

function ended(course: Course, outside: Outside): Ended {
  return { ...course, now: outside.clock.now() };
}
