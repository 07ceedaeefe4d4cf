// What telemetry says of requests can be about persons. It is shown without what may be: one cannot know, so rather too
// much is left out.

const leftOut = "…";

/** What may name somebody or be a secret, wherever it stands in a text. The order matters: the longest come first. */
const personal: readonly (readonly [pattern: RegExp, by: string])[] = [
  // Of an address the query and what follows it, also where it is written alone.
  [/\?[^\s"'`)]+/g, `?${leftOut}`],
  [/\b(?:bearer|basic) \S+/gi, leftOut],
  [/\b(?:authorization|cookie|password|passwd|secret|token|api[-_ ]?key)["']?[:=] ?\S+/gi, leftOut],
  [/[\w.+-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)*/gi, leftOut],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, leftOut],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, leftOut],
  [/\b(?:[0-9a-f]{1,4}:{1,2}){3,7}[0-9a-f]{1,4}\b/gi, leftOut],
  // What somebody has typed, or what was read for somebody.
  [/"[^"]{1,1000}"/g, `"${leftOut}"`],
  [/`[^`]{1,1000}`/g, `\`${leftOut}\``],
  // Hexadecimal ids, and whatever is long and has digits among its letters.
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, leftOut],
  [/\b(?=[\w+/=-]*\d)[\w+/=-]{20,}/g, leftOut],
  [/\+?\d[\d -]{4,}\d/g, leftOut],
  [/\b\d{4,}\b/g, leftOut],
];

const longestMessage = 160;
const longestPath = 80;

/** The message of an exception or a log line, without what may be personal in it. */
export function shortMessage(message: string): string {
  return cut(
    personal.reduce((text, [pattern, by]) => text.replace(pattern, by), cut(message, 2000)),
    longestMessage,
  );
}

/**
 * What a request asked for, `GET /orders/…/items`: its method, and its path without the parts that look like ids, names
 * of persons or secrets. A trigger that is no request, such as a cron expression, stays as it is.
 */
export function shortTrigger(trigger: string): string {
  const [, method, path] = /^([A-Z]{1,20}) (\/.*)$/.exec(trigger) ?? [];
  if (method === undefined || path === undefined) return cut(trigger, longestPath);
  return `${method} ${shortPath(path)}`;
}

/** A path without its query, and without the parts that may be personal. */
export function shortPath(path: string): string {
  const [pathname = ""] = path.split(/[?#;]/, 1);
  return cut(pathname.split("/").map(shortSegment).join("/"), longestPath);
}

/** A name that somebody gave a route has few digits, is not long, and has nothing but ordinary characters. */
function shortSegment(segment: string): string {
  const name = segment.replace(/\.[a-z]{1,5}\d?$/i, "");
  const digits = name.replace(/\D/g, "").length;
  const isVersion = /^v\d{1,3}(?:\.\d{1,3})?$/i.test(segment);
  const isName = digits <= 2 && !/^\d+$/.test(name) && name.length <= 24 && /^[\w.~-]*$/.test(segment);
  return isVersion || isName ? segment : leftOut;
}

/** The frames of a stack that say where an exception came from, as V8 writes them: at most `most`, the innermost first. */
export function shortStack(stack: string, most = 3): readonly string[] {
  return stack
    .split(/\n|(?=\bat )/)
    .map((line) => line.trim())
    .filter((line) => /^at [^\s].*\d/.test(line))
    .slice(0, most)
    .map((line) => cut(line.replace(/\?[^\s):]+/g, ""), longestPath + 40));
}

function cut(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}${leftOut}`;
}
