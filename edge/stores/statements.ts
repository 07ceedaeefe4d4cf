/** What one token of SQL may be: the parts in which a semicolon ends nothing, words, and anything else. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|\[[^\]]*\]?|[A-Za-z_]\w*|[\s\S]/g;

const IS_COMMENT = /^(?:--|\/\*)/;

/**
 * The statements of a text of SQL, one by one. The body of a trigger has semicolons of its own: such a statement ends
 * behind the END that closes it.
 */
export function statementsOf(sql: string): string[] {
  const statements: string[] = [];
  let text = "";
  let words: string[] = [];
  let open = 0;
  for (const [token] of sql.matchAll(TOKEN)) {
    const isTrigger = /^CREATE (?:TEMP |TEMPORARY )?TRIGGER\b/.test(words.slice(0, 3).join(" "));
    if (/^[A-Za-z_]/.test(token)) {
      const word = token.toUpperCase();
      words.push(word);
      if (isTrigger && (word === "BEGIN" || word === "CASE")) open += 1;
      if (isTrigger && word === "END") open -= 1;
    }
    if (token !== ";" || open > 0) {
      text += token;
      continue;
    }
    statements.push(text);
    [text, words] = ["", []];
  }
  return [...statements, text].map((one) => one.trim()).filter(saysSomething);
}

/** Whether there is anything beside comments. */
function saysSomething(statement: string): boolean {
  return [...statement.matchAll(TOKEN)].some(([token]) => token.trim() !== "" && !IS_COMMENT.test(token));
}
