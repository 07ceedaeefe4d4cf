/** What can be bound to a placeholder. */
export type SqlValue = string | number | null;

/** A piece of SQL and the values of its placeholders, in order. */
export interface Sql {
  readonly text: string;
  readonly params: readonly SqlValue[];
}

/**
 * Writes SQL: pieces are spliced in, everything else is bound to a placeholder. Text of a request therefore
 * cannot become part of a statement: there is no way to write one that lets it.
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  const pieces = parts.map((part) => (isSql(part) ? part : { text: "?", params: [part] }));
  return {
    text: strings.map((before, i) => before + (pieces[i]?.text ?? "")).join(""),
    params: pieces.flatMap((piece) => piece.params),
  };
}

/** Puts pieces one after another. */
export function joined(pieces: readonly Sql[], separator: ", " | " AND " | " OR "): Sql {
  return {
    text: pieces.map((piece) => piece.text).join(separator),
    params: pieces.flatMap((piece) => piece.params),
  };
}

/** A column of a result, named by its place: `as(expression, "g", 2)` is read as `row.g2`. */
export function as(expression: Sql, letter: "g" | "v" | "f" | "d", place: number): Sql {
  return { text: `${expression.text} AS ${letter}${place}`, params: expression.params };
}

function isSql(part: Sql | SqlValue): part is Sql {
  return typeof part === "object" && part !== null;
}
