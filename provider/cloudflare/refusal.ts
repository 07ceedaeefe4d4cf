import type { APIError } from "cloudflare";
import { z } from "zod";
import { withhold } from "./secrets";

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

const entry = z.object({ code: z.number(), message: z.string() });
const chained = entry.extend({ error_chain: z.array(entry).optional() });
const envelope = z.object({ errors: z.array(chained).min(1) });

/** Reads what an error of the SDK says about the answer, whatever form that had, but repeats none of `secrets`. */
export function readAnswer(error: APIError, secrets: readonly string[]): Answer {
  const { status = 0, headers } = error;
  const isJson = error.error !== undefined;
  const parsed = envelope.safeParse(error.error);
  if (!parsed.success) {
    return { status, headers, codes: [], said: quote(withhold(bodyOf(error, status), secrets)), isJson };
  }
  const all = parsed.data.errors.flatMap((one) => [one, ...(one.error_chain ?? [])]);
  const said = all
    .map(({ code, message }) => `${quote(withhold(message, secrets))} (code ${code})`)
    .join(", ");
  return { status, headers, codes: all.map(({ code }) => code), said, isJson };
}

/** The SDK puts a body that it cannot read into its message, behind the status. */
function bodyOf(error: APIError, status: number): string {
  return error.message.replace(new RegExp(`^${status} `), "");
}

/** One line without tags, short enough for a sentence. */
function quote(text: string): string {
  const line = text
    .replace(/<(script|style)\b.*?<\/\1>/gis, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > maxQuoted ? `"${line.slice(0, maxQuoted)}…"` : `"${line}"`;
}

/**
 * How long the service asked to be left alone, in milliseconds: its `retry-after` (seconds or a date), else the rest
 * of the window in which its `Ratelimit` leaves no request (`"default";r=0;t=30`).
 */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const retryAfter = headers?.get("retry-after");
  if (retryAfter) {
    const seconds = Number(retryAfter);
    const ms = Number.isNaN(seconds) ? Date.parse(retryAfter) - now : seconds * 1000;
    if (!Number.isNaN(ms)) return Math.max(0, ms);
  }
  const spent = /;\s*r=0\s*;\s*t=(\d+)/.exec(headers?.get("ratelimit") ?? "");
  return spent === null ? undefined : Number(spent[1]) * 1000;
}
