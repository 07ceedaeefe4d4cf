const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;
const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/**
 * Reads a duration such as `"500ms"`, `"90s"`, `"10m"`, `"24h"`, `"7d"` or `"1h30m"`.
 *
 * @returns milliseconds, or undefined when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (!whole.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(part))
    total += Number(number) * unitMs[unit as keyof typeof unitMs];
  return total;
}

/** Writes a duration the way a person says it, with at most its two largest units: `"1h 30m"`, `"45s"`, `"500ms"`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(rest / unitMs[unit]);
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`);
    rest -= count * unitMs[unit];
  }
  return parts.join(" ");
}
