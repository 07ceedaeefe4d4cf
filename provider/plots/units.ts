/**
 * What the values of a plot are: a share from 0 to 1, milliseconds, a number of something, a number a second, or evidence
 * as a part of what is conclusive.
 */
export type Unit = "share" | "ms" | "count" | "perSecond" | "evidence";

/** A value as it stands at an axis or a bar: three digits at most. */
export function valueText(value: number, unit: Unit): string {
  switch (unit) {
    case "share":
    case "evidence":
      return `${short(value * 100)} %`;
    case "ms":
      return value < 1000 ? `${short(value)} ms` : `${short(value / 1000)} s`;
    case "count":
      return thousands(Math.round(value));
    case "perSecond":
      return thousands(Number(value.toPrecision(3)));
  }
}

function thousands(value: number): string {
  if (value >= 1e6) return `${short(value / 1e6)} M`;
  return value >= 10_000 ? `${short(value / 1000)} k` : String(value);
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
