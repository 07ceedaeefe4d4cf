import { adviceOn, unknownValue } from "../faults";
import type { Arg, ArgValue } from "./args";
import { problem, type PlanProblem } from "./problem";
import type { Sourced, SourcedScalar } from "./sourced";

/** `$(args.name)`; with one more `$` before it, a text that is no reference. */
const reference = /(\$?)\$\(args\.([^)\s]*)\)/g;
const wholly = /^\$\(args\.([^)\s]*)\)$/;
/** What somebody writes who knows references from elsewhere. */
const otherwise = /\$\{+\s*args\b|\$\(\s*arg\.|\$args\.|^\$[({]+\s*[\w.-]+\s*[)}]+$/;

/** A plan in which the references to arguments are replaced by their values. */
export function withArgs(
  node: Sourced,
  values: ReadonlyMap<string, Arg>,
  path: string,
): { node: Sourced; problems: PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const walk = (each: Sourced, at: string): Sourced => {
    if (each.kind === "list")
      return { ...each, items: each.items.map((item, index) => walk(item, `${at}[${index}]`)) };
    if (each.kind === "map") {
      const entries = [...each.entries].map(([key, { keyAt, value }]) => {
        return [key, { keyAt, value: walk(value, at === "" ? key : `${at}.${key}`) }] as const;
      });
      return { ...each, entries: new Map(entries) };
    }
    return typeof each.value === "string" ? scalarWith(each, each.value, values, at, problems) : each;
  };
  return { node: walk(node, path), problems };
}

function scalarWith(
  node: SourcedScalar,
  text: string,
  values: ReadonlyMap<string, Arg>,
  path: string,
  problems: PlanProblem[],
): SourcedScalar {
  const valueOf = (name: string): Arg => {
    const arg = values.get(name);
    if (arg !== undefined) return arg;
    problems.push(problem(node.at, path, unknownText(name, [...values.keys()])));
    return { value: unknownValue, origin: "" };
  };
  const name = wholly.exec(text)?.[1];
  if (name !== undefined) return { ...node, ...valueOf(name) };
  if (otherwise.test(text)) {
    problems.push(
      problem(
        node.at,
        path,
        `got ${JSON.stringify(text)}; a reference to an argument is written $(args.name)`,
      ),
    );
    return { ...node, value: unknownValue };
  }
  const parts: ArgValue[] = [];
  const value = text.replace(reference, (whole, escape: string, named: string) => {
    if (escape !== "") return whole.slice(1);
    const part = valueOf(named).value;
    parts.push(part);
    return String(part);
  });
  // What is not known makes the whole text unknown.
  return { ...node, value: parts.includes(unknownValue) ? unknownValue : value };
}

function unknownText(name: string, known: readonly string[]): string {
  if (known.length > 0)
    return `got $(args.${name}), and there is no argument "${name}": ${adviceOn(name, known)}`;
  return `got $(args.${name}), and the file declares no arguments: declare it with args: { ${name}: { type: percent } }`;
}
