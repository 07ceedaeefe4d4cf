import type { DatabaseSync } from "node:sqlite";
import { toRegExp } from "./pattern";

/**
 * What SQLite lacks: regular expressions, percentiles, variance. Percentiles and variance read what `sorted`
 * gathered, so that SQLite gathers the values once for any number of them.
 */
export function addFunctions(db: DatabaseSync): void {
  const options = { deterministic: true };
  const compiled = lastCompiled();
  db.function("matches", options, (text, pattern, flags) =>
    text === null ? null : Number(compiled(String(pattern), String(flags)).test(String(text))),
  );
  db.aggregate("sorted", { ...options, start: newValues, step: withValue, result: toSortedBytes });
  db.function("quantile", options, (bytes, level) =>
    bytes instanceof Uint8Array ? quantile(numbersIn(bytes), Number(level)) : null,
  );
  db.function("variance", options, (bytes) =>
    bytes instanceof Uint8Array ? variance(numbersIn(bytes)) : null,
  );
}

/**
 * The smallest of the values that at least the share `level` of all values does not exceed (nearest rank). It is
 * always one of the values, as in Cloudflare's answers, never something between two of them.
 */
export function quantile(sorted: Float64Array, level: number): number | null {
  const rank = Math.max(1, Math.ceil(level * sorted.length - ROUNDING));
  return sorted[rank - 1] ?? null;
}

/** 0.07 · 100 is a little more than 7 in floating point; the rank is 7 all the same. */
const ROUNDING = 1e-9;

/** The mean squared distance from the mean, of these values as the whole population. */
export function variance(values: Float64Array): number | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

/** A query asks for the same few patterns on every row. */
function lastCompiled(): (pattern: string, flags: string) => RegExp {
  const cache = new Map<string, RegExp>();
  return (pattern, flags) => {
    const name = `${flags}/${pattern}`;
    const known = cache.get(name);
    if (known) return known;
    if (cache.size >= 100) cache.clear();
    const made = toRegExp(pattern, flags);
    cache.set(name, made);
    return made;
  };
}

interface Values {
  numbers: Float64Array;
  length: number;
}

// SQLite hands the state through as it is, but its typing knows only what a column may hold.
function newValues(): never {
  return { numbers: new Float64Array(64), length: 0 } satisfies Values as never;
}

function withValue(state: unknown, value: unknown): never {
  const values = state as Values;
  if (typeof value === "number") {
    if (values.length === values.numbers.length) values.numbers = doubled(values.numbers);
    values.numbers[values.length++] = value;
  }
  return values as never;
}

function toSortedBytes(state: unknown): Uint8Array | null {
  const { numbers, length } = state as Values;
  if (length === 0) return null;
  const sorted = numbers.subarray(0, length).sort();
  return new Uint8Array(sorted.buffer, 0, sorted.byteLength);
}

function doubled(numbers: Float64Array): Float64Array {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

function numbersIn(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
}
