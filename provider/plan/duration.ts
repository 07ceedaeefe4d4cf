const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;
/** What a text looks like that is a duration. */
export const durationPattern = /^\d+(?:\.\d+)?(?:ms|s|m|h|d)(?: ?\d+(?:\.\d+)?(?:ms|s|m|h|d))*$/;

/**
 * Reads a duration such as `"500ms"`, `"90s"`, `"10m"`, `"24h"`, `"7d"` or `"1h30m"`, also as {@link formatDuration}
 * writes it, `"1h 30m"`.
 *
 * @returns milliseconds, to a thousandth of one, or undefined when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.replaceAll(" ", "").matchAll(part))
    total += Number(number) * unitMs[unit as keyof typeof unitMs];
  return rounded(total, 3);
}

/** Writes a duration that somebody has set, exactly: `"500ms"`, `"1.5s"`, `"1h 30m 5s"`. */
export function formatDuration(ms: number): string {
  let rest = rounded(ms, 3);
  if (rest < 1000) return `${rest}ms`;
  const parts: string[] = [];
  for (const unit of ["d", "h", "m"] as const) {
    const count = Math.floor(rest / unitMs[unit]);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * unitMs[unit];
  }
  const seconds = rounded(rest / 1000, 6);
  if (seconds > 0) parts.push(`${seconds}s`);
  return parts.join(" ");
}

const unitBelow: Readonly<Record<string, string>> = { d: "h", h: "m", m: "s" };

/** Writes a duration that was measured, the way a person says it: its largest unit and the next one, `"1h 30m"`. */
export function formatElapsed(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const [first = "", second] = formatDuration(Math.round(ms / 1000) * 1000).split(" ");
  // Nobody counts the seconds of a day.
  return second?.endsWith(unitBelow[first.slice(-1)] ?? "none") ? `${first} ${second}` : first;
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
