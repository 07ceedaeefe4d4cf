const exact = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 12, useGrouping: false });

/** Writes a share that somebody has set, exactly: `1 %`, `0.125 %`, `33.33 %`. */
export function formatShare(share: number): string {
  return formatPercent(share * 100);
}

/** The same for a percentage from 0 to 100: 35.900000000000006 is `35.9 %`. */
export function formatPercent(percent: number): string {
  return `${exact.format(percent)} %`;
}
