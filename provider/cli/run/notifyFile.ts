import { z } from "zod";
import { notifySchema, type NotificationTarget } from "../../notify";
import { parseInput } from "../../plan/faults";
import { problem, problemsOf, problemText, type PlanProblem } from "../../plan/file/problem";
import { plainOf, type Sourced } from "../../plan/file/sourced";
import { parseYaml } from "../../plan/file/yaml";
import { textIn } from "../backtest/file";

/** Environment variables. */
export type Variables = Readonly<Record<string, string | undefined>>;

const file = z.strictObject(
  { notify: notifySchema },
  { error: "a map with `notify`, a list of notifications" },
);

/**
 * Reads who is told what happens to a release, from a YAML or JSON file: `notify` as a `Release` takes it. An address, or a
 * part of one, may be `$(env.NAME)`: then the file holds no secret, and neither does the command line.
 *
 * @throws {Error} with each place, and what is allowed there. It repeats no value: an address may be a secret.
 */
export function readNotify(path: string, variables: Variables): readonly NotificationTarget[] {
  const { root } = parsed(path);
  const missing: PlanProblem[] = [];
  const filled = withVariables(root, variables, missing);
  if (missing.length > 0) throw unusable(path, missing);
  const read = parseInput(file, plainOf(filled));
  if (!read.success) throw unusable(path, problemsOf(read.error, filled));
  return read.data.notify;
}

function parsed(path: string): { readonly root: Sourced } {
  const { root, problems } = parseYaml(textIn(path, "file of notifications"), path);
  if (root?.kind === "map" && problems.length === 0) return { root };
  const [place = { file: path, line: 1, column: 1 }] = problems.map((one) => one.place);
  // What the parser says may repeat what stands there.
  const expected = "expected YAML or JSON with `notify`: a list of notifications, each with a `url`";
  throw unusable(path, [problem(place, "", `this cannot be read here; ${expected}`)]);
}

function unusable(path: string, problems: readonly PlanProblem[]): Error {
  const lines = problems.map((one) => `  ${problemText(one)}`);
  return new Error([`The notifications of ${path} cannot be used:`, ...lines].join("\n"));
}

const reference = /\$\(env\.([^)\s]*)\)/g;

/** The same with the values of variables in the place of their names. */
function withVariables(node: Sourced, variables: Variables, missing: PlanProblem[], path = ""): Sourced {
  if (node.kind === "list") {
    const items = node.items.map((item, index) =>
      withVariables(item, variables, missing, `${path}[${index}]`),
    );
    return { ...node, items };
  }
  if (node.kind === "map") {
    const entries = [...node.entries].map(([key, { keyAt, value }]) => {
      const at = path === "" ? key : `${path}.${key}`;
      return [key, { keyAt, value: withVariables(value, variables, missing, at) }] as const;
    });
    return { ...node, entries: new Map(entries) };
  }
  if (typeof node.value !== "string") return node;
  const value = node.value.replace(reference, (whole, name: string) => {
    const known = variables[name];
    if (known !== undefined && known !== "") return known;
    const reason = `the environment variable ${name} is not set, or empty: set it, or take this notification out`;
    missing.push(problem(node.at, path, reason));
    return whole;
  });
  return { ...node, value };
}
