import type { DatabaseSync } from "node:sqlite";
import { cached } from "./cached";
import type { Patience } from "./patience";
import { toLiteral, toPattern, type Pattern } from "./pattern";

/**
 * What SQLite lacks: regular expressions, percentiles, variance. Percentiles and variance read what `sorted`
 * gathered, so that SQLite gathers the values once for any number of them.
 */
export function addFunctions(db: DatabaseSync, patience: Patience): void {
  const options = { deterministic: true };
  // A query asks for the same few patterns on every row.
  const compiled = cached(compile, 100);
  db.function("matches", options, (text, pattern, flags) => {
    if (text === null) return null;
    const wanted = compiled(`${String(flags)}/${String(pattern)}`);
    return Number(patience.spend(() => wanted.test(String(text))));
  });
  db.aggregate("sorted", { ...options, start: nothing, step: withValue, result: toSortedBytes });
  db.function("quantile", options, (bytes, level) =>
    bytes instanceof Uint8Array ? quantile(valuesIn(bytes), Number(level)) : null,
  );
  db.function("variance", options, (bytes) =>
    bytes instanceof Uint8Array ? variance(valuesIn(bytes).numbers) : null,
  );
}

/** Flags, a slash and a pattern. The flags are `i` to ignore case, `m` for lines, and `l` for a text as it is. */
function compile(pattern: string): Pattern {
  const end = pattern.indexOf("/");
  const [flags, text] = [pattern.slice(0, end), pattern.slice(end + 1)];
  const ignoreCase = flags.includes("i");
  return flags.includes("l")
    ? toLiteral(text, ignoreCase)
    : toPattern(text, { ignoreCase, multiline: flags.includes("m") });
}

/** Numbers in ascending order, and what each weighs unless they all weigh the same. */
export interface Values {
  readonly numbers: Float64Array;
  readonly weights?: Float64Array | undefined;
}

/**
 * The smallest of the values that at least the share `level` of all weight does not exceed (nearest rank). It is
 * always one of the values, as in Cloudflare's answers, never something between two of them.
 */
export function quantile({ numbers, weights }: Values, level: number): number | null {
  if (weights) return numbers[rankByWeight(weights, level)] ?? null;
  const rank = Math.max(1, Math.ceil(level * numbers.length - ROUNDING));
  return numbers[rank - 1] ?? null;
}

function rankByWeight(weights: Float64Array, level: number): number {
  const wanted = level * weights.reduce((sum, weight) => sum + weight, 0) - ROUNDING;
  let passed = 0;
  const rank = weights.findIndex((weight) => (passed += weight) >= wanted);
  return rank === -1 ? weights.length - 1 : rank;
}

/** 0.07 · 100 is a little more than 7 in floating point; the rank is 7 all the same. */
const ROUNDING = 1e-9;

/** The mean squared distance from the mean, of these values as the whole population. */
export function variance(values: Float64Array): number | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

interface Gathered {
  numbers: Float64Array;
  weights: Float64Array;
  length: number;
  /** Whether one weight differs from another: else they say nothing. */
  isWeighted: boolean;
}

// SQLite hands the state through as it is, but its typing knows only what a column may hold.
function nothing(): never {
  const [numbers, weights] = [new Float64Array(64), new Float64Array(64)];
  return { numbers, weights, length: 0, isWeighted: false } satisfies Gathered as never;
}

function withValue(state: unknown, value: unknown, weight: unknown): never {
  const gathered = state as Gathered;
  if (typeof value === "number") {
    const place = gathered.length++;
    if (place === gathered.numbers.length) {
      gathered.numbers = doubled(gathered.numbers);
      gathered.weights = doubled(gathered.weights);
    }
    gathered.numbers[place] = value;
    gathered.weights[place] = weight as number;
    gathered.isWeighted ||= gathered.weights[0] !== weight;
  }
  return gathered as never;
}

function doubled(numbers: Float64Array): Float64Array {
  const larger = new Float64Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** The values, then their weights if there are any: which, is the first number. */
function toSortedBytes(state: unknown): Uint8Array | null {
  const { numbers, weights, length, isWeighted } = state as Gathered;
  if (length === 0) return null;
  if (!isWeighted) return bytesOf(Float64Array.of(0), numbers.subarray(0, length).sort());
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => at(numbers, a) - at(numbers, b));
  const ordered = (all: Float64Array): Float64Array => Float64Array.from(order, (place) => at(all, place));
  return bytesOf(Float64Array.of(1), ordered(numbers), ordered(weights));
}

function at(numbers: Float64Array, place: number): number {
  return numbers[place] ?? NaN;
}

function bytesOf(...parts: readonly Float64Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let length = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), length);
    length += byteLength;
  }
  return bytes;
}

function valuesIn(bytes: Uint8Array): Values {
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  if (all[0] === 0) return { numbers: all.subarray(1) };
  const count = (all.length - 1) / 2;
  return { numbers: all.subarray(1, 1 + count), weights: all.subarray(1 + count) };
}
