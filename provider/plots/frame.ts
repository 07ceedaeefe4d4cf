import { markup, trusted, type Markup, type Piece } from "../markup";
import { plotStyle, type Scheme } from "./palette";

/** How large a plot is, in the units of its text, which is 12 high. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** For a page on a screen, and for one on a phone, where the same text has to be as large. */
export const sizes = { wide: { width: 760, height: 260 }, narrow: { width: 360, height: 250 } } as const;

/** What a plot is for somebody who does not see it. */
export interface Told {
  /** What is shown, in a few words. */
  readonly title: string;
  /** What is to be seen in it, in a sentence or two. */
  readonly description: string;
}

/** The part of a plot inside its axes. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Room for the labels of both axes, and for what stands above the plot. */
export function areaIn({ width, height }: Size, above: number): Area {
  return { left: 52, right: width - 12, top: above, bottom: height - 24 };
}

/** The plot as one SVG element, without a style: the page around it has {@link plotStyle}. */
export function frame(
  { title, description }: Told,
  { width, height }: Size,
  content: readonly Piece[],
): Markup {
  return markup`<svg class="plot" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><title>${title}</title><desc>${description}</desc>${content}</svg>`;
}

/** A plot as a file of its own. */
export function standalone(plot: Markup, scheme: Scheme = "auto"): string {
  const style = markup`<style>${trusted(plotStyle(scheme))}</style>`;
  return plot.toString().replace("<title>", () => `${style.toString()}<title>`);
}

/** A coordinate: a tenth is finer than anybody sees. */
export function at(position: number): number {
  return Math.round(position * 10) / 10;
}

/** About how wide a text is: no font can be asked. */
export function widthOf(text: string): number {
  return text.length * 6.6;
}
