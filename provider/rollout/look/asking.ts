import { alone, type Pace } from "../ports";
import type { Dependencies, Release } from "../release";
import { Deadline } from "./deadline";
import { answered, unanswered, type Source } from "./source";

/** What a look needs: what is read has to answer in time, all of it. */
export interface Look extends Dependencies {
  readonly deadline: Deadline;
  readonly pace: Pace;
}

/** A look that takes longer than the release may be blind has seen nothing. */
export async function inTime<T>(
  { plan }: Release,
  dependencies: Dependencies,
  stop: AbortSignal | undefined,
  read: (look: Look) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(plan.maxBlindMs, dependencies.clock, stop);
  try {
    return await read({ pace: alone, ...dependencies, deadline });
  } finally {
    deadline.end();
  }
}

type Read<T> = { readonly source: Source } & (
  { readonly isAnswer: true; readonly value: T } | { readonly isAnswer: false }
);

/** Asks a source, unless it is to be left alone. */
export async function ask<T>(
  { plan }: Release,
  before: Source,
  { clock, random, deadline }: Look,
  question: () => Promise<T>,
): Promise<Read<T>> {
  if (clock.now() < before.notBefore) return { isAnswer: false, source: before };
  try {
    const value = await deadline.within(question());
    return { isAnswer: true, value, source: answered(clock.now()) };
  } catch (error) {
    return { isAnswer: false, source: unanswered(before, error, clock.now(), { ...plan, random }) };
  }
}
