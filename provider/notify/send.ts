import { z } from "zod";
import type { Clock } from "../rollout/ports";
import type { Message } from "./formats";

/** How long an attempt may take, and how long to wait before each of the others. */
export interface Patience {
  readonly timeoutMs: number;
  readonly pausesMs: readonly number[];
}

/** Three attempts in 19 seconds at most. */
export const usualPatience: Patience = { timeoutMs: 5000, pausesMs: [1000, 3000] };

/**
 * Sends a message, and again where that may help.
 *
 * @returns what was wrong with the last attempt; undefined when it was taken. It says nothing of the address, nor
 *   anything that the other side has said.
 */
export async function send(
  url: string,
  message: Message,
  { timeoutMs, pausesMs }: Patience,
  clock: Clock,
): Promise<string | undefined> {
  for (let tries = 0; ; tries += 1) {
    const attempt = await attemptTo(url, message, timeoutMs);
    if (attempt.taken) return undefined;
    const pauseMs = pausesMs[tries];
    if (!attempt.mayHelp || pauseMs === undefined) return attempt.trouble;
    await clock.sleep(pauseMs);
  }
}

type Attempt =
  { readonly taken: true } | { readonly taken: false; readonly trouble: string; readonly mayHelp: boolean };

async function attemptTo(url: string, { contentType, body }: Message, timeoutMs: number): Promise<Attempt> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": contentType, "user-agent": "pulumi-workers-release" },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // What it says does not matter, and may never end.
    await answer.body?.cancel().catch(() => undefined);
    return judged(answer);
  } catch (error) {
    return { taken: false, trouble: troubleOf(error, timeoutMs), mayHelp: true };
  }
}

function judged({ ok, status }: Response): Attempt {
  if (ok) return { taken: true };
  const isRedirect = status >= 300 && status < 400;
  const trouble = isRedirect
    ? `it answered HTTP ${status}, a redirect, which is not followed: set the address that it leads to`
    : `it answered HTTP ${status}`;
  return { taken: false, trouble, mayHelp: status === 408 || status === 429 || status >= 500 };
}

const withCode = z.object({ code: z.string().regex(/^\w{1,40}$/) });

/** A failure by its code alone: its words repeat the address. */
function troubleOf(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `there was no answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const { data } = withCode.safeParse(cause);
  return data === undefined ? "it could not be reached" : `it could not be reached (${data.code})`;
}
