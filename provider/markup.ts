import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { harmless } from "./shown";

/** A piece of HTML or SVG in which every text from outside is escaped. */
export type Markup = HtmlEscapedString;

/** What may stand in a piece of markup. Texts are escaped, lists are joined, and what is missing leaves nothing. */
export type Piece = Markup | string | number | undefined | false | readonly Piece[];

/** Writes markup: ``markup`<b>${name}</b>` ``. Whatever is put in is text, unless it is markup itself. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  // It is a promise only where a piece is one.
  return html(strings, ...pieces.map(shown)) as Markup;
}

function shown(piece: Piece): unknown {
  if (Array.isArray(piece)) return piece.map(shown);
  // Markup is a String object, so that a text is told from it.
  return typeof piece === "string" ? harmless(piece) : piece;
}

/** Text of our own that is markup already, such as a style sheet. Never for what comes from outside. */
export function trusted(text: string): Markup {
  return raw(text);
}
