import { markup, type Markup } from "../markup";
import { sizes, type Size } from "./frame";

/** The rules by which a page shows one of the plots of {@link both}. */
export const bothStyle =
  ".narrow{display:none}@media (max-width:600px){.wide{display:none}.narrow{display:block}}";

/** A plot for a screen and one for a phone, of which a page shows one. */
export function both(
  draw: (size: Size) => Markup,
  { wide, narrow }: Readonly<Record<"wide" | "narrow", Size>> = sizes,
): Markup {
  return markup`<figure><div class="wide">${draw(wide)}</div><div class="narrow">${draw(narrow)}</div></figure>`;
}
