import Table from "cli-table3";

/** Rows as a table without lines, without colours of its own and without spaces at the ends of its lines. */
export function plainTable(
  rows: readonly (readonly string[])[],
  { style, ...options }: Table.TableConstructorOptions,
): string {
  // Its own colours would also go into a log file.
  const table = new Table({ ...options, style: { ...style, head: [], border: [] }, chars: withoutLines });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const withoutLines = Object.fromEntries(
  ["top", "bottom", "left", "right", "mid"]
    .flatMap((place) => [place, `${place}-mid`, `${place}-left`, `${place}-right`])
    .concat("middle")
    .map((place) => [place, ""]),
);
