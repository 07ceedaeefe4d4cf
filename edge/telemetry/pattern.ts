import { RE2JS } from "re2js";

/** What a pattern may want to know of the letters and lines it is matched with. */
export interface PatternOptions {
  /** Default: false. */
  readonly ignoreCase?: boolean;
  /** Whether `^` and `$` are a line's beginning and end too. Default: false. */
  readonly multiline?: boolean;
}

/** A pattern that is ready to be looked for. */
export interface Pattern {
  test(text: string): boolean;
}

/** How long a pattern may be, and how many steps it may have. The time for a text grows with both. */
const MOST_CHARACTERS = 10_000;
const MOST_STEPS = 2_000;

/**
 * The regular expression a filter gives, in the syntax of RE2, as on Cloudflare. The time that it takes grows with the
 * text and never faster. Throws an `Error` that says what is wrong with a pattern.
 */
export function toPattern(pattern: string, options: PatternOptions = {}): Pattern {
  if (pattern.length > MOST_CHARACTERS) {
    throw new Error(`it has ${pattern.length} characters, and at most ${MOST_CHARACTERS} are allowed`);
  }
  const { ignoreCase = false, multiline = false } = options;
  const flags = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0);
  const compiled = RE2JS.compile(pattern, flags);
  const steps = compiled.programSize();
  if (steps <= MOST_STEPS) return compiled;
  throw new Error(`it has ${steps} steps, repetitions written out, and at most ${MOST_STEPS} are allowed`);
}

/** A text to be looked for as it is. */
export function toLiteral(text: string, ignoreCase: boolean): Pattern {
  // Of an expression without alternatives there is one way to try, and Node's own engine is the faster one then.
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), ignoreCase ? "i" : "");
}
