import type { Invariant } from "./check";

/** Whatever is asked to be deployed adds up to 100 %, in shares that Cloudflare can keep. */
export const shares: Invariant = ({ runs }, checks) => {
  for (const run of runs) {
    for (const { split, sentAt } of run.writes) {
      const total = split.reduce((sum, { percent }) => sum + percent, 0);
      const text = (): string => `${run.name} sends ${split.map(({ percent }) => percent).join(" + ")}`;
      checks.that("shares sum to 100", Math.abs(total - 100) < 1e-9, sentAt, text);
      checks.that(
        "shares have two decimals",
        split.every(({ percent }) => isPercentage(percent)),
        sentAt,
        text,
      );
    }
  }
};

function isPercentage(percent: number): boolean {
  return percent >= 0 && percent <= 100 && Number(percent.toFixed(2)) === percent;
}
