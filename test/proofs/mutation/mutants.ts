import ts from "typescript";
import { changesOf, type Change } from "./changes";
import { telling } from "./telling";

/** One small change of one file, which a test should notice. */
export interface Mutant {
  /** Path from the root of the clone, with slashes. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** The declaration at the top of the file that holds the change; empty outside of any. */
  readonly within: string;
  /** What is changed, and into what, for people to read. */
  readonly original: string;
  readonly replacement: string;
  /** What takes the place of the source from start to end. */
  readonly text: string;
}

/** All mutants of a file, in the order of the source. The same source has the same mutants. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true);
  const found = new Map<string, Mutant>();
  for (const statement of tree.statements) {
    for (const change of changesWithin(statement)) {
      const text = source.slice(change.start, change.end);
      if (text === change.text) continue;
      const told = change.told ?? { original: text, replacement: change.text };
      found.set(`${change.start} ${change.end} ${change.text}`, {
        file,
        start: change.start,
        end: change.end,
        line: tree.getLineAndCharacterOfPosition(change.start).line + 1,
        within: nameOf(statement),
        text: change.text,
        ...telling(told.original, told.replacement),
      });
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The source of a file with a mutant in it. */
export function mutated(source: string, { start, end, text }: Mutant): string {
  return source.slice(0, start) + text + source.slice(end);
}

function changesWithin(node: ts.Node): Change[] {
  if (isWithoutEffect(node)) return [];
  const changes = [...changesOf(node)];
  ts.forEachChild(node, (child) => {
    changes.push(...changesWithin(child));
  });
  return changes;
}

/** Types and imports: changing them changes nothing that runs, or nothing that loads. */
function isWithoutEffect(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node)
  );
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(", ");
  }
  const name =
    ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ? statement.name : undefined;
  return name?.text ?? "";
}
