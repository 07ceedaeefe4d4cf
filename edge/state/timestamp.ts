let last = 0;

/** This moment in the words of Cloudflare's API: to the microsecond, each later than the one before. */
export function timestamp(): string {
  // `Date` has milliseconds only. The three digits after them are there for the format, and to tell writes apart.
  const microseconds = Date.now() * 1000 + (Math.floor(performance.now() * 1000) % 1000);
  last = Math.max(last + 1, microseconds);
  const toSeconds = new Date(last / 1000).toISOString().slice(0, -4);
  return `${toSeconds}${String(last % 1_000_000).padStart(6, "0")}Z`;
}
