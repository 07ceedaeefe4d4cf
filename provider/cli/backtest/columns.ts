import { plainTable } from "../plainTable";

/** Rows in columns that are as wide as what is in them, without lines between them. The first column is set to the left. */
export function columns(rows: readonly (readonly string[])[]): string {
  return plainTable(rows, {
    style: { "padding-left": 2, "padding-right": 0 },
    colAligns: rows[0]?.map((_, column) => (column === 0 ? "left" : "right")) ?? [],
  });
}

/** Lines that each begin two columns further right. */
export function indented(lines: string): string {
  return `  ${lines.replaceAll("\n", "\n  ")}`;
}

/** A paragraph in lines of at most `width` characters, those after the first indented. A percentage stays whole. */
export function wrapped(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ (?!%)/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].join("\n");
}
