import type { dynamic } from "@pulumi/pulumi";
import type { z } from "zod";
import { resolveAccountId } from "../cloudflare/credentials";
import { faultsOf, parseInput, unknownValue } from "../plan/faults";
import { harmlessLines } from "../shown";
import { sources } from "./config";

/** The inputs to go on with, and what is wrong with them. */
export interface Checked extends dynamic.CheckResult {
  readonly inputs: Record<string, unknown>;
  readonly failures: dynamic.CheckFailure[];
}

/** Fills in the account and checks inputs against a schema; values that are not known yet pass. */
export function checked(schema: z.ZodType, news: Record<string, unknown>): Checked {
  const account = news["accountId"] ?? accountOrReason();
  if (account instanceof Error) {
    return { inputs: news, failures: [failureOf(account.message)] };
  }
  const inputs = { ...news, accountId: account };
  const parsed = parseInput(schema, inputs);
  return { inputs, failures: parsed.success ? [] : wordsOf(parsed.error, inputs).map(failureOf) };
}

/**
 * Reads what the engine passes on from a program or a state file.
 *
 * @param what what it is, to begin a sentence with
 * @throws {Error} naming each place, what was found there and what is allowed
 */
export function read<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = parseInput(schema, value);
  if (parsed.success) return parsed.data;
  throw new Error(`${what} cannot be read. ${wordsOf(parsed.error, value).join("; ")}.`);
}

/** Each fault in words: the place, what was found there and what is allowed. */
function wordsOf(error: z.ZodError, value: unknown): string[] {
  return faultsOf(error, value, "").map(({ path, reason }) => (path === "" ? reason : `${path}: ${reason}`));
}

/**
 * A failure whose reason names the property itself. Where a failure names it, the engine prints in front of the reason
 * the whole value of a top-level property, and `{<nil>}` for any deeper one.
 */
export function failureOf(reason: string): dynamic.CheckFailure {
  return { property: "", reason: harmlessLines(reason) };
}

function accountOrReason(): string | Error {
  try {
    return resolveAccountId(sources());
  } catch (error) {
    return error as Error;
  }
}

/** The properties without those that are undefined: the engine's protocol knows no such value. */
export function defined(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

/** The URN of the resource that inputs are of; undefined where the program gave none. */
export function urnOf({ __urn: urn }: Record<string, unknown>): string | undefined {
  return typeof urn === "string" ? urn : undefined;
}

/** Structural equality of values that came as JSON. */
export function same(a: unknown, b: unknown): boolean {
  return equal(a, b, () => false);
}

/** The same as far as the second is known before an update: what is not known of it may be equal. */
export function maybeSame(a: unknown, b: unknown): boolean {
  return equal(a, b, (value) => value === unknownValue);
}

function equal(a: unknown, b: unknown, isOpen: (value: unknown) => boolean): boolean {
  if (a === b || isOpen(b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) =>
    equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], isOpen),
  );
}
