import ts from "typescript";

/** A piece of the source and what takes its place. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** How to tell of it, where the source says too much. */
  readonly told?: { readonly original: string; readonly replacement: string };
}

type Rule = (node: ts.Node) => readonly Change[];

/**
 * The changes to try at a node. Many do not compile, depending on the types around them; whoever applies them has to
 * leave those out.
 */
export function changesOf(node: ts.Node): readonly Change[] {
  return rules.flatMap((rule) => rule(node));
}

const rules: readonly Rule[] = [
  operators,
  operands,
  negations,
  conditions,
  loops,
  statements,
  guards,
  results,
  constants,
  texts,
  lists,
  properties,
  extremes,
  methods,
];

const otherOperators: Partial<Record<ts.SyntaxKind, readonly string[]>> = {
  [ts.SyntaxKind.LessThanToken]: ["<=", ">="],
  [ts.SyntaxKind.LessThanEqualsToken]: ["<", ">"],
  [ts.SyntaxKind.GreaterThanToken]: [">=", "<="],
  [ts.SyntaxKind.GreaterThanEqualsToken]: [">", "<"],
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: ["!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: ["==="],
  [ts.SyntaxKind.PlusToken]: ["-"],
  [ts.SyntaxKind.MinusToken]: ["+"],
  [ts.SyntaxKind.AsteriskToken]: ["/"],
  [ts.SyntaxKind.SlashToken]: ["*"],
  [ts.SyntaxKind.PercentToken]: ["*"],
  [ts.SyntaxKind.PlusEqualsToken]: ["-=", "="],
  [ts.SyntaxKind.MinusEqualsToken]: ["+=", "="],
  [ts.SyntaxKind.AsteriskEqualsToken]: ["/=", "="],
  [ts.SyntaxKind.SlashEqualsToken]: ["*=", "="],
};

/** `a < b` becomes `a <= b` and `a >= b`, `a + b` becomes `a - b`, and so on. */
function operators(node: ts.Node): readonly Change[] {
  if (!ts.isBinaryExpression(node)) return [];
  const before = textBetween(node, node.getStart(), node.operatorToken.getStart());
  const after = textBetween(node, node.operatorToken.end, node.end);
  return replace(
    node,
    ...(otherOperators[node.operatorToken.kind] ?? []).map((token) => before + token + after),
  );
}

/**
 * `a && b`, `a || b` and `a ?? b` become `a` and `b`. Tests that notice both also notice `&&` in the place of `||`.
 * Of `a ?? b`, the order matters too.
 */
function operands(node: ts.Node): readonly Change[] {
  if (!ts.isBinaryExpression(node)) return [];
  const [left, right] = [node.left.getText(), node.right.getText()];
  switch (node.operatorToken.kind) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
    case ts.SyntaxKind.BarBarToken:
      return replace(node, left, right);
    case ts.SyntaxKind.QuestionQuestionToken:
      return replace(node, left, right, `${right} ?? ${left}`);
    default:
      return [];
  }
}

function negations(node: ts.Node): readonly Change[] {
  if (!ts.isPrefixUnaryExpression(node)) return [];
  const negates =
    node.operator === ts.SyntaxKind.ExclamationToken || node.operator === ts.SyntaxKind.MinusToken;
  return negates ? replace(node, node.operand.getText()) : [];
}

/** A condition is always true, or always false: then the body is as good as removed. */
function conditions(node: ts.Node): readonly Change[] {
  if (ts.isConditionalExpression(node)) return replace(node.condition, "true", "false");
  if (!ts.isIfStatement(node)) return [];
  const head = { start: node.getStart(), end: textOf(node).indexOf(")", node.expression.end) + 1 };
  return ["if (true)", "if (false)"].map((text) => ({ ...head, text }));
}

function loops(node: ts.Node): readonly Change[] {
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return replace(node.expression, "false");
  if (ts.isForStatement(node) && node.condition) return replace(node.condition, "false");
  if (ts.isForOfStatement(node)) return replace(node.expression, "[]");
  return [];
}

/** A statement that does something is removed. */
function statements(node: ts.Node): readonly Change[] {
  const acts =
    ts.isExpressionStatement(node) ||
    ts.isThrowStatement(node) ||
    ts.isBreakStatement(node) ||
    ts.isContinueStatement(node);
  return acts ? replace(node, ";") : [];
}

/** Of guards in a row, a later one comes before an earlier one: which reason outranks which is a decision, too. */
function guards(node: ts.Node): readonly Change[] {
  if (!ts.isBlock(node)) return [];
  return node.statements.flatMap((first, index) => {
    if (!isGuard(first)) return [];
    const rest = node.statements.slice(index + 1);
    const end = rest.findIndex((statement) => !isGuard(statement));
    const row = rest.slice(0, end === -1 ? rest.length : end).filter(isGuard);
    return row.filter((second) => !exclude(first, second)).map((second) => exchanged(first, second));
  });
}

/** True when two guards compare the same with two constants: they never hold both, and may come in any order. */
function exclude(...guards: readonly Guard[]): boolean {
  const [one, other] = guards.map(({ expression }) =>
    ts.isBinaryExpression(expression) &&
    expression.operatorToken.kind === ts.SyntaxKind.EqualsEqualsEqualsToken &&
    ts.isStringLiteral(expression.right)
      ? expression.left.getText()
      : undefined,
  );
  return one !== undefined && one === other;
}

/** Moves `second` before `first`. */
function exchanged(first: Guard, second: Guard): Change {
  const [start, end] = [first.getStart(), second.end];
  const others = textOf(first).slice(start, second.getStart());
  const [one, two] = [first, second].map(({ expression }) => `if (${expression.getText()})`);
  const told = { original: `${one} before ${two}`, replacement: `${two} before ${one}` };
  return { start, end, text: `${second.getText()} ${others}`, told };
}

/** An `if` that ends the function. */
type Guard = ts.IfStatement;

function isGuard(node: ts.Statement): node is Guard {
  if (!ts.isIfStatement(node) || node.elseStatement) return false;
  const last = ts.isBlock(node.thenStatement) ? node.thenStatement.statements.at(-1) : node.thenStatement;
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last));
}

/** A result that may be missing is missing. */
function results(node: ts.Node): readonly Change[] {
  if (ts.isReturnStatement(node) && node.expression) return replace(node.expression, "undefined");
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return replace(node.body, "undefined");
  return [];
}

function constants(node: ts.Node): readonly Change[] {
  return otherConstants(node).map((text) => replacedInParent(node, text));
}

function otherConstants(node: ts.Node): readonly string[] {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ["false"];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ["true"];
  if (!ts.isNumericLiteral(node)) return [];
  const value = Number(node.text);
  return value === 0 ? ["1"] : ["0", String(2 * value)];
}

/** A constant alone does not tell which one of the file it is: what it is a part of is told as well. */
function replacedInParent(node: ts.Node, text: string): Change {
  const { parent } = node;
  const before = textBetween(node, parent.getStart(), node.getStart());
  const after = textBetween(node, node.end, parent.end);
  const told = { original: parent.getText(), replacement: before + text + after };
  return { start: node.getStart(), end: node.end, text, told };
}

function texts(node: ts.Node): readonly Change[] {
  const isText =
    ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node);
  return isText && !isNameOfProperty(node) ? replace(node, '""') : [];
}

function isNameOfProperty(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node.parent) && node.parent.name === node;
}

function lists(node: ts.Node): readonly Change[] {
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) return replace(node, "[]");
  if (ts.isSpreadElement(node)) return replace(node, "...[]");
  return [];
}

/** A property that may be missing is missing. */
function properties(node: ts.Node): readonly Change[] {
  const isProperty =
    ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) || ts.isSpreadAssignment(node);
  return isProperty ? replace(node, "...{}") : [];
}

const opposites: Readonly<Record<string, string>> = {
  "Math.max": "Math.min",
  "Math.min": "Math.max",
  "Math.floor": "Math.ceil",
  "Math.ceil": "Math.floor",
};

/** The largest becomes the smallest, and one of them alone; of promises that race, one runs alone. */
function extremes(node: ts.Node): readonly Change[] {
  if (!ts.isCallExpression(node)) return [];
  const callee = node.expression.getText();
  if (callee === "Promise.race") {
    const [racers] = node.arguments;
    return racers && ts.isArrayLiteralExpression(racers)
      ? replace(node, ...racers.elements.map((racer) => racer.getText()))
      : [];
  }
  const opposite = opposites[callee];
  if (opposite === undefined) return [];
  const alone = node.arguments.filter((argument) => !ts.isSpreadElement(argument));
  return [
    ...replace(node.expression, opposite),
    ...replace(node, ...alone.map((argument) => argument.getText())),
  ];
}

const otherMethods: Readonly<Record<string, string>> = {
  some: "every",
  every: "some",
  startsWith: "endsWith",
  findLast: "find",
};
const stepsToSkip: readonly string[] = [
  "filter",
  "reverse",
  "toReversed",
  "sort",
  "toSorted",
  "slice",
  "trim",
];

/** `some` becomes `every`; steps that only choose or arrange are skipped; what is made of each element is nothing. */
function methods(node: ts.Node): readonly Change[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression: receiver, name } = node.expression;
  const other = otherMethods[name.text];
  if (other !== undefined) return replace(name, other);
  if (stepsToSkip.includes(name.text)) return [{ start: receiver.end, end: node.end, text: "" }];
  return name.text === "map" || name.text === "flatMap" ? replace(node, "[]") : [];
}

function replace(node: ts.Node, ...texts: readonly string[]): readonly Change[] {
  return texts.map((text) => ({ start: node.getStart(), end: node.end, text }));
}

function textOf(node: ts.Node): string {
  return node.getSourceFile().text;
}

function textBetween(node: ts.Node, start: number, end: number): string {
  return textOf(node).slice(start, end);
}
