import { markup, type Markup } from "../markup";
import { widthOf } from "./frame";
import { signOf } from "./sign";
import type { MarkKind } from "./sign";

/** One thing that a plot shows, and how it is drawn. */
export type Entry =
  | { readonly sign: "line"; readonly of: "new" | "old" | "limit"; readonly name: string }
  | { readonly sign: "bar"; readonly of: "new" | "old"; readonly name: string }
  | { readonly sign: MarkKind; readonly name: string };

const rowHeight = 18;
const signWidth = 24;
const gap = 16;

/** What the lines, bars and signs of a plot are, above it, in as many rows as it takes. */
export function legend(
  entries: readonly Entry[],
  width: number,
): { readonly markup: readonly Markup[]; readonly height: number } {
  let [x, row] = [8, 0];
  const written = entries.map((entry) => {
    const wide = signWidth + 6 + widthOf(entry.name);
    if (x > 8 && x + wide > width) [x, row] = [8, row + 1];
    const y = 10 + row * rowHeight;
    const text = markup`${drawn(entry, x, y)}<text class="start" x="${x + signWidth + 6}" y="${y + 4}">${entry.name}</text>`;
    x += wide + gap;
    return text;
  });
  return { markup: written, height: (row + 1) * rowHeight };
}

function drawn(entry: Entry, x: number, y: number): Markup {
  switch (entry.sign) {
    case "line":
      return markup`<path class="line ${entry.of}" d="M${x},${y}h${signWidth}"/>`;
    case "bar":
      return markup`<rect class="bar ${entry.of}" x="${x + 6}" y="${y - 6}" width="12" height="12"/>`;
    default:
      return signOf(entry.sign, x + signWidth / 2, y);
  }
}
