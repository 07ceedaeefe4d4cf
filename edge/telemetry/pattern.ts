/** What RE2 has and JavaScript does not: emulating it half would match the wrong events without a word. */
const NOT_EMULATED = /^(\\[pPQEC]|\[\[:|\[\^\[:)/;

/** One token of a pattern that must not be read as something else: an escape, a class, the start of a group. */
const TOKEN = /\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]|\(\?(?:<?[=!]|P<)/g;

/**
 * The regular expression a filter gives, which Cloudflare reads with RE2. Throws an `Error` that says what is
 * wrong when RE2 would refuse it too, or when it cannot be emulated.
 */
export function toRegExp(pattern: string, flags = ""): RegExp {
  const leading = /^\(\?([ims]+)\)/.exec(pattern);
  const body = leading ? pattern.slice(leading[0].length) : pattern;
  const allFlags = [...new Set(flags + (leading?.[1] ?? ""))].join("");
  return new RegExp(body.replace(TOKEN, translated), allFlags);
}

function translated(token: string): string {
  if (/^\(\?<?[=!]/.test(token)) throw new Error(`"${token}" looks ahead or behind, which RE2 does not know`);
  if (/^\\[1-9k]/.test(token)) throw new Error(`"${token}" refers back to a group, which RE2 does not know`);
  if (NOT_EMULATED.test(token)) throw new Error(`"${token}" is RE2, but it is not emulated here`);
  if (token === "(?P<") return "(?<";
  if (token === "\\A") return "^";
  return token === "\\z" ? "$" : token;
}
