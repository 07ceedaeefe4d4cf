import { markup, type Markup } from "../markup";

/** What a sign stands for: that trouble began, or that it was found. */
export type MarkKind = "onset" | "violation";

/** A ring where trouble began, a cross where it was found. */
export function signOf(kind: MarkKind, x: number, y: number): Markup {
  if (kind === "onset") return markup`<circle class="sign" cx="${x}" cy="${y}" r="4"/>`;
  return markup`<path class="sign" d="M${x - 4},${y - 4}l8,8m0,-8l-8,8"/>`;
}
