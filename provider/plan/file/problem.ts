import { harmless } from "../../shown";
import { faultsOf, type Fault } from "../faults";
import type { z } from "zod";
import { nearest, plainOf, type Place, type Sourced } from "./sourced";

/** One thing that is wrong with a plan file. */
export interface PlanProblem {
  readonly place: Place;
  /** Where in the plan, as a program would write it: `stages[1].percent`. Empty for the file as a whole. */
  readonly path: string;
  /** What was found there, and what is allowed. */
  readonly reason: string;
}

/** A problem, of which no text does anything to a terminal. */
export function problem(place: Place, path: string, reason: string): PlanProblem {
  return { place, path: harmless(path), reason: harmless(reason) };
}

/** A problem as one line: `plans/web.yaml:4:12  slos[0].max: got …`. */
export function problemText({ place, path, reason }: PlanProblem): string {
  return `${placeText(place)}  ${path === "" ? reason : `${path}: ${reason}`}`;
}

/** A place as terminals and editors make a link of it: `plans/web.yaml:4:12`. */
export function placeText({ file, line, column }: Place): string {
  return `${harmless(file)}:${line}:${column}`;
}

/** What a schema has found wrong, each at its place. */
export function problemsOf(error: z.ZodError, node: Sourced, root = ""): PlanProblem[] {
  return faultsOf(error, plainOf(node), root).map((fault) => problemAt(node, fault));
}

function problemAt(root: Sourced, { at, key, path, reason }: Fault): PlanProblem {
  const { node, isThere } = nearest(root, at);
  const keyAt = key !== undefined && node.kind === "map" ? node.entries.get(key)?.keyAt : undefined;
  const origin = isThere && node.kind === "scalar" ? node.origin : undefined;
  return { place: keyAt ?? node.at, path, reason: origin === undefined ? reason : `${reason} (${origin})` };
}

/** The problems in the order in which somebody reads the files: those of one file together, from its beginning. */
export function inOrder(problems: readonly PlanProblem[]): PlanProblem[] {
  const files = [...new Set(problems.map(({ place }) => place.file))];
  const rank = ({ place }: PlanProblem): number => files.indexOf(place.file);
  return problems.toSorted(
    (a, b) => rank(a) - rank(b) || a.place.line - b.place.line || a.place.column - b.place.column,
  );
}
