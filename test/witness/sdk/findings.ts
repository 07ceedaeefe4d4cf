import type { Fit } from "../types/check";
import type { Deviation } from "./deviations";

/** Where answers and their types differ, by the name of the method. */
export class Findings {
  readonly #found: { readonly method: string; readonly what: string }[] = [];

  /** @param deviations What is known about it. */
  constructor(private readonly deviations: readonly Deviation[]) {}

  add(method: string, found: Iterable<string>): void {
    for (const what of found) this.#found.push({ method, what });
  }

  /** What no deviation explains, of one method or of all. */
  unexplained(of?: string): string[] {
    const found = this.#found.filter(
      ({ method, what }) => (of ?? method) === method && !this.deviations.some(explains(method, what)),
    );
    return [...new Set(found.map(({ method, what }) => `${method}: ${what}`))];
  }

  /** What deviations explain though it is not so, or not any more. */
  stale(): string[] {
    return this.deviations.flatMap((deviation) =>
      deviation.what
        .filter((one) => {
          const alone = { ...deviation, what: [one] };
          return !this.#found.some(({ method, what }) => explains(method, what)(alone));
        })
        .map((one) => `${deviation.of.source}: ${one}`),
    );
  }
}

/** A field is told by the end of its place, a problem by its beginning. */
function explains(method: string, found: string): (deviation: Deviation) => boolean {
  const fits = (one: string): boolean =>
    found === one || found.endsWith(`.${one}`) || found.startsWith(`${one} `);
  return ({ of, what }) => of.test(method) && what.some(fits);
}

/** The fields that a type has and none of the answers. */
export function gapsIn(fits: readonly Fit[]): string[] {
  const answered = new Set(fits.flatMap((fit) => [...fit.answered]));
  return fits.flatMap((fit) => [...fit.known]).filter((field) => !answered.has(field));
}
