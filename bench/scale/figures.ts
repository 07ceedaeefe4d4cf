import type { Arrival } from "./cloud";

const windowMs = 300_000;
/** What a look asks again, it asks at once. */
const sameLookMs = 2000;

/** One release, as far as the figures need it. All times are in milliseconds since the epoch. */
export interface Watched {
  readonly name: string;
  /** When its first split was asked for; undefined where it never was. */
  readonly begunAt: number | undefined;
  readonly hasEnded: boolean;
  /** From when on its failures could be seen; undefined for one that is well. */
  readonly visibleAt: number | undefined;
}

/** What a run has shown. */
export interface Figures {
  readonly releases: number;
  readonly begun: number;
  /** Of all requests that were allowed, in the five minutes that had the most. */
  readonly mostIn5Minutes: number;
  readonly refused: number;
  /** Between two looks at the same Worker, of all releases under way, in milliseconds. */
  readonly longestBetweenLooks: number;
  /** Between two readings of the deployments of the same Worker. */
  readonly longestBetweenReadings: number;
  /** From the first failure that can be seen to the request that reverts, in milliseconds. */
  readonly longestToRevert: number;
  /** How many looks that took. */
  readonly mostLooksToRevert: number;
  readonly reverted: number;
  readonly bad: number;
}

/** Works the figures out from what has arrived at the API until `now`. */
export function figuresOf(
  arrivals: readonly Arrival[],
  watched: readonly Watched[],
  refused: number,
  now: number,
): Figures {
  const byWorker = new Map<string, Arrival[]>(watched.map(({ name }) => [name, []]));
  for (const arrival of arrivals) for (const name of arrival.workers) byWorker.get(name)?.push(arrival);
  const timesOf = ({ name }: Watched, ...kinds: Arrival["kind"][]): number[] =>
    (byWorker.get(name) ?? []).filter(({ kind }) => kinds.includes(kind)).map(({ at }) => at);
  const begun = watched.filter(({ begunAt }) => begunAt !== undefined);
  const gaps = (...kinds: Arrival["kind"][]): number =>
    Math.max(
      0,
      ...begun.map((one) => {
        // What comes after the last write of a release that has ended is its confirmation.
        const until = one.hasEnded ? (timesOf(one, "write").at(-1) ?? now) : now;
        return longestGap(timesOf(one, ...kinds), one.begunAt ?? now, until);
      }),
    );
  const bad = watched.filter(({ visibleAt }) => visibleAt !== undefined);
  const reverts = bad.flatMap((one) => {
    const { visibleAt = 0 } = one;
    const at = timesOf(one, "write").find((time) => time > visibleAt);
    if (at === undefined) return [];
    const looks = timesOf(one, "look")
      .filter((time, index, all) => time - (all[index - 1] ?? -Infinity) > sameLookMs)
      .filter((time) => visibleAt < time && time <= at).length;
    return [{ ms: at - visibleAt, looks }];
  });
  return {
    ...{ releases: watched.length, begun: begun.length, refused, reverted: reverts.length, bad: bad.length },
    mostIn5Minutes: mostInWindow(arrivals.map(({ at }) => at)),
    longestBetweenLooks: gaps("look"),
    longestBetweenReadings: gaps("reading", "write"),
    longestToRevert: Math.max(0, ...reverts.map(({ ms }) => ms)),
    mostLooksToRevert: Math.max(0, ...reverts.map(({ looks }) => looks)),
  };
}

/** From the begin of a release to its end, or to now. */
function longestGap(times: readonly number[], begunAt: number, until: number): number {
  const all = [begunAt, ...times.filter((at) => begunAt < at && at < until), until];
  return Math.max(...all.slice(1).map((at, index) => at - (all[index] ?? at)));
}

function mostInWindow(times: readonly number[]): number {
  let first = 0;
  return times.reduce((most, at, index) => {
    while ((times[first] ?? at) <= at - windowMs) first += 1;
    return Math.max(most, index - first + 1);
  }, 0);
}
