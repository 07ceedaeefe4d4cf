import type { APIError } from "cloudflare";
import { z } from "zod";
import { wordsOf } from "./page";
import { redact } from "./secrets";

/** A sentence's worth: a proxy's page can be long. */
const maxQuoted = 300;

/** An answer that is not a success. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers | undefined;
  /** Cloudflare's own error codes, those of an error chain included. */
  readonly codes: readonly number[];
  /** What was said, in one line. */
  readonly said: string;
  /** False for the page of a proxy, for example. */
  readonly isJson: boolean;
}

// The telemetry query puts its reason into `detail`, and has no code.
const entry = z.object({
  code: z.number().optional(),
  message: z.string().optional(),
  detail: z.string().optional(),
});
const chained = entry.extend({ error_chain: z.array(entry).nullish() });
const envelope = z.object({ errors: z.array(chained).min(1) });

// So the telemetry query refuses a value that it does not allow. `_i`, which comes with it, repeats our own request.
const issue = z.object({ path: z.array(z.union([z.string(), z.number()])).default([]), message: z.string() });
const validation = z.object({ _c: z.object({ issues: z.array(issue).min(1) }) });

type Entry = z.infer<typeof entry>;

/** Reads what an error of the SDK says about the answer, whatever form that had, but repeats none of `secrets`. */
export function readAnswer(error: APIError, secrets: readonly string[]): Answer {
  const { status = 0, headers } = error;
  const isJson = error.error !== undefined;
  const entries = entriesIn(error.error);
  const told = entries.length > 0 ? entries : [{ message: withoutReason(error, status) }];
  return {
    status,
    headers,
    codes: told.flatMap(({ code }) => code ?? []),
    said: told.map((one) => textOf(one, secrets)).join(", "),
    isJson,
  };
}

/** Every reason that a JSON answer gives. */
function entriesIn(body: unknown): readonly Entry[] {
  const errors = envelope.safeParse(body);
  if (errors.success) return errors.data.errors.flatMap((one) => [one, ...(one.error_chain ?? [])]);
  const issues = validation.safeParse(body);
  if (!issues.success) return [];
  return issues.data._c.issues.map(({ path, message }) => ({
    message: path.length === 0 ? message : `${path.join(".")}: ${message}`,
  }));
}

/** `"Bad Request: maximum is 16 filter nodes" (code 10400)` */
function textOf({ code, message, detail }: Entry, secrets: readonly string[]): string {
  const words = [message, detail].filter((text) => text !== undefined && text !== "").join(": ");
  const text = quote(redact(words === "" ? "no reason" : words, secrets));
  return code === undefined ? text : `${text} (code ${code})`;
}

/**
 * What can be said of an answer without any reason. The SDK puts a body that it cannot read into its message, behind
 * the status; of one that it can read, everything but reasons is our own request or nothing.
 */
function withoutReason(error: APIError, status: number): string {
  if (isObject(error.error)) return "no reason";
  const behind = `${status} `;
  return error.message.startsWith(behind) ? error.message.slice(behind.length) : error.message;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** One line without tags, short enough for a sentence. */
export function quote(text: string): string {
  const line = wordsOf(text).replace(/\s+/g, " ").trim();
  return line.length > maxQuoted ? `"${line.slice(0, maxQuoted)}…"` : `"${line}"`;
}

/** How long Cloudflare blocks a token that has made too many requests, in milliseconds (documentation of its API). */
export const blockMs = 300_000;

/**
 * How long the service asked to be left alone, in milliseconds: its `retry-after` (seconds or a date), else the rest
 * of the window in which its `Ratelimit` leaves no request (`"default";r=0;t=30`). The live one never counts down, so
 * that a refusal for too many requests without a `retry-after` means the whole block.
 */
export function retryAfterMs(status: number, headers: Headers | undefined, now: number): number | undefined {
  const retryAfter = headers?.get("retry-after");
  if (retryAfter) {
    const seconds = Number(retryAfter);
    const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - now : seconds * 1000;
    if (!Number.isNaN(ms)) return Math.max(0, ms);
  }
  const spent = /;\s*r=0\s*;\s*t=(\d+)/.exec(headers?.get("ratelimit") ?? "");
  if (spent !== null) return Number(spent[1]) * 1000;
  return status === 429 ? blockMs : undefined;
}
