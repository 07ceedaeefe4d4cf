import { adviceOn, parseInput } from "../faults";
import type { Plan } from "../plan";
import { planSchema } from "../schema";
import type { ReleasePlan } from "../types";
import { argsOf, type DeclaredArg, type Given } from "./args";
import { closestOf } from "../likeness";
import { merged } from "./merge";
import { inOrder, problem, problemsOf, type PlanProblem } from "./problem";
import { withArgs } from "./references";
import { plainOf, propertyOf, without, type Place, type Sourced, type SourcedMap } from "./sourced";
import { parseYaml } from "./yaml";

/** The files that plans are read from. */
export interface PlanFiles {
  /**
   * What a path means: given by a person, or by the file that extends it.
   *
   * @param from the id of the file in which the path stands
   */
  locate(path: string, from?: string): PlanFile;
  /** The text of a file. Throws an `Error` with what is wrong. */
  read(file: PlanFile): string;
}

export interface PlanFile {
  /** The same for the same file, however it is named. */
  readonly id: string;
  /** As a person would name it. */
  readonly name: string;
}

/** What a plan file comes to. */
export interface LoadedPlan {
  readonly problems: readonly PlanProblem[];
  /** The plan as a program would write it; undefined when there are problems, or arguments without a value. */
  readonly plan?: ReleasePlan;
  /** The same, read. */
  readonly checked?: Plan;
  /** The arguments without a value. What depends on them was not checked. */
  readonly missing: readonly string[];
  /** The arguments that can be given a value. */
  readonly args: readonly DeclaredArg[];
  /** The files that it is made of, the one that was asked for first. */
  readonly files: readonly PlanFile[];
}

/** What stands in a plan file beside the plan. */
const frame = ["extends", "args", "$schema"];

/** Reads a plan file with all that it extends. All that is wrong is told at once; nothing is thrown. */
export function loadPlanFile(path: string, files: PlanFiles, given: Given): LoadedPlan {
  const chain = chainOf(path, files);
  const read = chain.links.map(({ file }) => file);
  if (chain.isBroken) return { problems: inOrder(chain.problems), missing: [], args: [], files: read };
  const roots = chain.links.map(({ root }) => root);
  const made = planOf(roots, given);
  const problems = inOrder([...chain.problems, ...made.problems]);
  if (problems.length > 0 || made.checked === undefined) {
    return { problems, missing: made.missing, args: made.args, files: read };
  }
  const { checked, plan, missing, args } = made;
  return { problems, missing, args, files: read, ...(missing.length === 0 && { plan, checked }) };
}

/** A file of a plan. */
interface Link {
  readonly file: PlanFile;
  readonly root: SourcedMap;
}

interface Chain {
  /** The file that was asked for, then the one that it extends, and so on. */
  readonly links: readonly Link[];
  readonly problems: readonly PlanProblem[];
  /** True when a part is missing: what is said of the whole would be wrong. */
  readonly isBroken: boolean;
}

function chainOf(path: string, files: PlanFiles): Chain {
  const links: Link[] = [];
  const problems: PlanProblem[] = [];
  const broken = (...found: PlanProblem[]): Chain => ({
    ...{ links, isBroken: true },
    problems: [...problems, ...found],
  });
  let next: { file: PlanFile; askedAt?: Place } = { file: files.locate(path) };
  for (;;) {
    const { file, askedAt } = next;
    const circle = links.findIndex((link) => link.file.id === file.id);
    if (circle >= 0)
      return broken(circleProblem([...links.slice(circle).map((link) => link.file), file], askedAt));
    const parsed = readFile(file, files, askedAt);
    if (parsed.root === undefined) return broken(...parsed.problems);
    const { root, problems: misspelt } = asMeant(parsed.root);
    problems.push(...misspelt);
    links.push({ file, root });
    const extended = propertyOf(root, "extends");
    if (extended === undefined) return { links, problems, isBroken: false };
    if (!isPath(extended)) return broken(notAPath(extended));
    next = { file: files.locate(extended.value, file.id), askedAt: extended.at };
  }
}

function readFile(
  file: PlanFile,
  files: PlanFiles,
  askedAt: Place | undefined,
): { root?: SourcedMap; problems: readonly PlanProblem[] } {
  const start = { file: file.name, line: 1, column: 1 };
  let text: string;
  try {
    text = files.read(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problems: [problem(askedAt ?? start, askedAt === undefined ? "" : "extends", reason)] };
  }
  const { root, problems } = parseYaml(text, file.name);
  if (root === undefined || root.kind === "map") return { ...(root && { root }), problems };
  const found = root.kind === "list" ? "a list" : JSON.stringify(root.value);
  return { problems: [problem(root.at, "", `got ${found}, expected a plan with \`slos\` and \`stages\``)] };
}

/**
 * The file as it was meant: a misspelt property is told, and then taken for the one that was meant, so that what stands in
 * it is checked as well. (A misspelt `extends` is known here only: the schema of plans knows plans.)
 */
function asMeant(root: SourcedMap): { readonly root: SourcedMap; readonly problems: readonly PlanProblem[] } {
  const known = [...Object.keys(planSchema.in.shape), ...frame];
  const problems: PlanProblem[] = [];
  const entries = new Map([...root.entries].filter(([key]) => known.includes(key)));
  for (const [key, entry] of root.entries) {
    if (known.includes(key)) continue;
    problems.push(problem(entry.keyAt, "", `unknown property "${key}": ${adviceOnTop(key, known)}`));
    const meant = closestOf(key, known);
    if (meant !== undefined && !entries.has(meant)) entries.set(meant, entry);
  }
  return { root: { ...root, entries }, problems };
}

function adviceOnTop(key: string, known: readonly string[]): string {
  if (key === "<<") return "YAML 1.2 merges no maps; `extends` takes over a plan";
  if (key === "notify")
    return "it is an input of the Release, or stands in the file of `workers-release run --notify`";
  return key.startsWith("//") ? "a comment begins with #" : adviceOn(key, known);
}

function isPath(node: Sourced): node is Sourced & { value: string } {
  return node.kind === "scalar" && typeof node.value === "string" && /^[^\n$]+$/.test(node.value);
}

function notAPath(node: Sourced): PlanProblem {
  const reason = `got ${JSON.stringify(plainOf(node))}, expected the path of one plan file, relative to this one, or a ready-made plan, such as pulumi-workers-release/standard`;
  return problem(node.at, "extends", reason);
}

function circleProblem(circle: readonly PlanFile[], at: Place | undefined): PlanProblem {
  const names = circle.map(({ name }) => name);
  const reason = `these plans extend each other in a circle: ${names.join(" → ")}. Take one \`extends\` out`;
  return problem(at ?? { file: names[0] ?? "", line: 1, column: 1 }, "extends", reason);
}

interface Made {
  readonly plan: ReleasePlan;
  readonly checked?: Plan;
  readonly problems: readonly PlanProblem[];
  readonly missing: readonly string[];
  readonly args: readonly DeclaredArg[];
}

function planOf(roots: readonly SourcedMap[], given: Given): Made {
  const [own, ...extended] = roots;
  const problems: PlanProblem[] = [];
  const bases = [...extended].reverse();
  const sections = [...bases, ...(own ? [own] : [])].map((root) => propertyOf(root, "args"));
  const start = own?.at ?? { file: "", line: 1, column: 1 };
  const args = argsOf(
    sections.filter((section) => section !== undefined),
    given,
    propertyOf(own, "args")?.at ?? start,
  );
  const resolve = (root: SourcedMap): SourcedMap => {
    const { node, problems: found } = withArgs(without(root, frame), args.values, "");
    problems.push(...found);
    return node.kind === "map" ? node : root;
  };
  const plan = roots.map(resolve).reduceRight((base, each) => {
    const { plan: both, problems: found } = merged(base, each);
    problems.push(...found);
    return both;
  });
  const parsed = parseInput(planSchema, plainOf(plan));
  const faults = parsed.success ? [] : problemsOf(parsed.error, plan);
  return {
    plan: plainOf(plan) as ReleasePlan,
    ...(parsed.success && { checked: parsed.data }),
    problems: [...args.problems, ...problems, ...faults],
    ...{ missing: args.missing, args: args.declared },
  };
}
