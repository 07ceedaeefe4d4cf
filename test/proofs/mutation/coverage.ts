import ts from "typescript";

/** A piece of the source that runs as a whole or not at all, as far as no exception ends it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** A source that tells `globalThis.__ran(file, piece)` what runs, and its pieces in the order of these numbers. */
export interface Watched {
  readonly source: string;
  readonly pieces: readonly Piece[];
}

/** Makes a file tell which pieces of its functions run. */
export function watched(file: string, source: string): Watched {
  const pieces: Piece[] = [];
  const openings: Insertion[] = [];
  const closings: Insertion[] = [];

  const mark = ({ start, end }: Piece): string =>
    `__ran(${JSON.stringify(file)}, ${pieces.push({ start, end }) - 1})`;
  const wrap = (node: ts.Node, [opening, closing]: readonly [string, string]): void => {
    openings.push({ at: node.getStart(), text: opening });
    closings.unshift({ at: node.end, text: closing });
  };
  const visit = (node: ts.Node): void => {
    const piece = { start: node.getStart(), end: node.end };
    if (ts.isBlock(node)) openings.push({ at: piece.start + 1, text: `${mark(piece)};` });
    else if (isInList(node)) openings.push({ at: piece.start, text: `${mark(piece)};` });
    else if (isLoneBody(node)) wrap(node, [`{${mark(piece)};`, "}"]);
    else if (isBranch(node)) wrap(node, [`(${mark(piece)}, `, ")"]);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(ts.createSourceFile(file, source, ts.ScriptTarget.ESNext, true), visit);
  return { source: inserted(source, closings, openings), pieces };
}

/** The smallest piece around a place; undefined for what runs when the file is loaded. */
export function pieceAround(pieces: readonly Piece[], { start, end }: Piece): number | undefined {
  let smallest: number | undefined;
  for (const [index, piece] of pieces.entries()) {
    if (piece.start > start || piece.end < end) continue;
    const known = smallest === undefined ? undefined : pieces[smallest];
    if (!known || piece.end - piece.start <= known.end - known.start) smallest = index;
  }
  return smallest;
}

/** A statement among others in a function. */
function isInList(node: ts.Node): boolean {
  return (
    ts.isStatement(node) &&
    !ts.isFunctionDeclaration(node) &&
    !ts.isClassDeclaration(node) &&
    (ts.isBlock(node.parent) || ts.isCaseOrDefaultClause(node.parent))
  );
}

/** The statement of an `if` or a loop without braces. */
function isLoneBody(node: ts.Node): boolean {
  const { parent } = node;
  if (!ts.isStatement(node) || ts.isBlock(node)) return false;
  if (ts.isIfStatement(parent)) return node === parent.thenStatement || node === parent.elseStatement;
  return ts.isIterationStatement(parent, false) && parent.statement === node;
}

/** An expression that runs only sometimes when the one around it runs. */
function isBranch(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isArrowFunction(parent)) return parent.body === node;
  if (ts.isConditionalExpression(parent)) return parent.whenTrue === node || parent.whenFalse === node;
  return ts.isBinaryExpression(parent) && parent.right === node && decidesByLeft(parent.operatorToken.kind);
}

function decidesByLeft(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}

/** Where several come at one place, closings go first: what ends there began before what begins there. */
function inserted(source: string, ...lists: readonly (readonly Insertion[])[]): string {
  let result = "";
  let done = 0;
  for (const { at, text } of lists.flat().sort((a, b) => a.at - b.at)) {
    result += source.slice(done, at) + text;
    done = at;
  }
  return result + source.slice(done);
}
