import type Cloudflare from "cloudflare";
import type { z } from "zod";
import { PortError } from "../rollout/ports";
import { harmlessIn } from "../shown";
import { budgetOf } from "./client";
import { toPortError, type RequestContext } from "./failure";

/** How long one request may take, in milliseconds, unless its question says otherwise. */
const defaultTimeoutMs = 10_000;

/**
 * Makes one request, when the token's budget has one for it, and reads its answer as `shape`. This is the border: every text of the answer is harmless after it.
 * @throws {PortError} whatever goes wrong. An answer of another shape is `unavailable`: it tells nothing, not even
 * whether a write happened, just like no answer.
 */
export async function ask<T>(
  client: Cloudflare,
  question: RequestContext,
  shape: z.ZodType<T>,
  request: (options: Cloudflare.RequestOptions) => PromiseLike<unknown>,
): Promise<T> {
  const answer = harmlessIn(await answerTo(client, question, request));
  const parsed = shape.safeParse(answer);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw new PortError(
    "unavailable",
    `${question.what} got an unexpected response (${where}: ${issue?.message ?? "unreadable"}). ` +
      "If it stays so, check that CLOUDFLARE_BASE_URL names a Cloudflare API, and look for a newer version of this package.",
  );
}

async function answerTo(
  client: Cloudflare,
  question: RequestContext,
  request: (options: Cloudflare.RequestOptions) => PromiseLike<unknown>,
): Promise<unknown> {
  const timeoutMs = question.timeoutMs ?? defaultTimeoutMs;
  await budgetOf(client).turn(question.urgency ?? "start", question.what);
  // The SDK's own timeout stops with the headers; a signal also ends a body that never does.
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
  }, timeoutMs).unref();
  try {
    return await request({ signal: late.signal });
  } catch (thrown) {
    const secrets = [client.apiToken ?? "", ...(question.secrets ?? [])];
    throw toPortError(thrown, { ...question, secrets, timeoutMs }, Date.now());
  } finally {
    clearTimeout(timer);
  }
}
