import { markup, trusted, type Markup } from "../../markup";

/** How something is: it decides the colour. The word beside it says the same. */
export type Tone = "run" | "wait" | "good" | "bad" | "quiet";

// Signs differ in shape, so that colour is not all that tells them apart.
const shapes = {
  running: '<path d="M5 3l8 5-8 5z"/>',
  waiting: '<path class="open" d="M8 1.5l6.5 6.5-6.5 6.5L1.5 8z"/><path class="open" d="M8 5v4m0 2v.5"/>',
  held: '<path d="M3.5 3h3v10h-3zM9.5 3h3v10h-3z"/>',
  done: '<path class="open" d="M2.5 8.5l3.5 4 7.5-9"/>',
  failed: '<path class="open" d="M3 3l10 10m0-10L3 13"/>',
  unsure: '<path class="open" d="M1.5 9.5c2-4 4.5-4 6.5-1.5s4.5 2.5 6.5-1.5"/>',
  replaced: '<path class="open" d="M2.5 4h8a3 3 0 0 1 0 7h-7m3-3l-3 3 3 3"/>',
  coming: '<circle class="open" cx="8" cy="8" r="4.5"/>',
  none: '<circle cx="8" cy="8" r="2.5"/>',
} as const;

export type Sign = keyof typeof shapes;

/** A sign for the eye: who does not see it has the word beside it. */
export function sign(name: Sign): Markup {
  return markup`<svg class="sign-${name} sign" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${trusted(shapes[name])}</svg>`;
}

/** A word about how something is, with its sign. */
export function badge(name: Sign, tone: Tone, word: string): Markup {
  return markup`<span class="badge ${tone}">${sign(name)}<span>${word}</span></span>`;
}
