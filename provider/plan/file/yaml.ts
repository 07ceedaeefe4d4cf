import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type YAMLError,
} from "yaml";
import { problem, type PlanProblem } from "./problem";
import type { Place, Sourced, SourcedEntry } from "./sourced";

/** What a file's text says. */
export interface Parsed {
  /** Undefined where the text says nothing that can be read. */
  readonly root?: Sourced;
  readonly problems: readonly PlanProblem[];
}

/** No plan is longer, in characters. */
const longest = 100_000;
/** No plan has more values, those that aliases repeat included; more aliases; or values nested more deeply. */
const mostValues = 10_000;
const mostAliases = 200;
const mostLevels = 50;

/** Reads YAML 1.2, of which JSON is a part, with the place of every value. */
export function parseYaml(text: string, file: string): Parsed {
  const start = { file, line: 1, column: 1 };
  if (text.length > longest) {
    return {
      problems: [problem(start, "", `got ${text.length} characters, expected a plan of at most ${longest}`)],
    };
  }
  // The parser takes seconds to find that out.
  if (bracketsOpen(text) > mostLevels) return { problems: [problem(start, "", nestedTooDeeply)] };
  const lines = new LineCounter();
  const document = parseDocument(text, {
    ...{ version: "1.2", schema: "core", strict: true, stringKeys: true, prettyErrors: false },
    lineCounter: lines,
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const errors = syntaxProblems(document, text, placeOf);
  if (errors.length > 0) return { problems: errors };
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { problems: [problem(start, "", "the file is empty, expected a plan with `slos` and `stages`")] };
  }
  return treeOf(document, contents, placeOf);
}

const nestedTooDeeply = `more than ${mostLevels} values within each other, expected a plan`;

/** How many brackets are open at once at most, those in texts and comments included. */
function bracketsOpen(text: string): number {
  let open = 0;
  let most = 0;
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open -= 1;
    most = Math.max(most, open);
  }
  return most;
}

function syntaxProblems(document: Document, text: string, placeOf: (offset: number) => Place): PlanProblem[] {
  const found = [...document.errors, ...document.warnings];
  const own = found.filter(({ code }) => code === "DUPLICATE_KEY" || code === "TAG_RESOLVE_FAILED");
  // Whatever comes after the first error of syntax is its consequence as a rule.
  const [first] = found.filter((error) => !own.includes(error)).sort((a, b) => a.pos[0] - b.pos[0]);
  const problems = [...own, ...(first === undefined ? [] : [first])].map((error) =>
    problem(placeOf(error.pos[0]), "", syntaxText(error, text)),
  );
  const { explicit, version } = document.directives?.yaml ?? {};
  if (explicit !== true || version === "1.2") return problems;
  const directive = `got the directive %YAML ${String(version)}, expected none: a plan file is YAML 1.2`;
  return [...problems, problem(placeOf(0), "", directive)];
}

function syntaxText({ code, message, pos }: YAMLError, text: string): string {
  const line = lineAt(text, pos[0]);
  if (code === "DUPLICATE_KEY") {
    const key = /^[^:\n]{1,60}/.exec(text.slice(pos[0]))?.[0].trim() ?? "";
    return `${key} stands here for the second time, expected once: put both into one, or take one out`;
  }
  if (code === "MULTIPLE_DOCS")
    return "a second document begins here, expected one plan in a file: give each a file of its own";
  if (code === "TAG_RESOLVE_FAILED")
    return `${message}: a plan file has no tags that begin with "!"; put a text that does into quotes`;
  if (code === "TAB_AS_INDENT") return "got a tab, expected spaces: YAML is not indented with tabs";
  if (code === "RESOURCE_EXHAUSTION") return nestedTooDeeply;
  if (code === "NON_STRING_KEY") return "got a list or a map, expected the name of a property";
  if (/\$\{\{?/.test(line))
    return `cannot be read as YAML: a reference to an argument is written $(args.name), without braces`;
  if (code === "BLOCK_AS_IMPLICIT_KEY") {
    return 'cannot be read as YAML: a second property begins in this line. Give it a line of its own; put a text with ": " in it into quotes';
  }
  return `cannot be read as YAML: ${lowerFirst(message)}${remedies.find(([words]) => message.includes(words))?.[1] ?? ""}`;
}

/** What to do about what the parser says. */
const remedies: readonly (readonly [words: string, remedy: string])[] = [
  ["reserved character", "; put the text into quotes"],
  ["without - indicator", "; lines that belong together begin in the same column"],
  ["must start at the same column", "; lines that belong together begin in the same column"],
  ["need to be on a single line", ": a name, a colon and a space are expected"],
  ["Missing closing", "; the text in quotes has no end"],
];

function lineAt(text: string, offset: number): string {
  const from = text.lastIndexOf("\n", offset - 1) + 1;
  const to = text.indexOf("\n", offset);
  return text.slice(from, to === -1 ? undefined : to);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Thrown to leave the walk: what comes after is not looked at. */
class Refused extends Error {
  constructor(readonly problem: PlanProblem) {
    super(problem.reason);
  }
}

function treeOf(document: Document, contents: Node, placeOf: (offset: number) => Place): Parsed {
  let values = 0;
  let aliases = 0;
  const read = (node: unknown, above: Place, level = 0): Sourced => {
    const at = isNode(node) ? placeOf(node.range[0]) : above;
    const refuse = (reason: string): never => {
      throw new Refused(problem(at, "", reason));
    };
    values += 1;
    if (values > mostValues)
      refuse(`more than ${mostValues} values, aliases counted as what they repeat: no plan has as many`);
    if (level > mostLevels) refuse(nestedTooDeeply);
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > mostAliases) refuse(`more than ${mostAliases} aliases, expected a plan`);
      const target = node.resolve(document) ?? refuse(`nothing before this is named &${node.source}`);
      return { ...read(target, at, level + 1), at };
    }
    if (isSeq(node)) return { kind: "list", items: node.items.map((item) => read(item, at, level + 1)), at };
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }): [string, SourcedEntry] => {
        const keyAt = isNode(key) ? placeOf(key.range[0]) : at;
        return [keyText(key), { keyAt, value: read(value, keyAt, level + 1) }];
      });
      return { kind: "map", entries: new Map(entries), at };
    }
    return { kind: "scalar", value: isScalar(node) ? scalarValue(node.value) : null, at };
  };
  try {
    return { root: read(contents, placeOf(0)), problems: [] };
  } catch (error) {
    if (error instanceof Refused) return { problems: [error.problem] };
    throw error;
  }
}

function isNode(node: unknown): node is Node & { range: readonly [number, number, number] } {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && node.range != null;
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function scalarValue(value: unknown): string | number | boolean | null {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}
