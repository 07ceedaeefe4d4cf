import type { Clock, GateAnswer, GateQuestion, Gates } from "../rollout/ports";

/** A gate that takes longer cannot say. */
const timeoutMs = 10_000;

/** After an answer a gate is left alone for so long, in milliseconds. */
const pauseMs = { open: 0, later: 30_000, closed: 60_000 };
const firstPauseMs = 5000;
const longestPauseMs = 300_000;
/** What a gate may order with `retry-after`. */
const longestOrderMs = 3_600_000;

/** What is known of one gate of one release. */
interface Known {
  answer: GateAnswer;
  isOnItsWay: boolean;
  notBefore: number;
  /** How often in a row it could not say. */
  failures: number;
}

/** Gates that are asked over HTTP. Address and headers are in no text that comes from here. */
export function httpGates(clock: Pick<Clock, "now">, send: typeof fetch = fetch): Gates {
  const all = new Map<string, Known>();

  const ask = async (known: Known, question: GateQuestion): Promise<void> => {
    known.isOnItsWay = true;
    const { answer, waitMs } = await answerTo(question, send);
    known.failures = answer.kind === "failing" ? known.failures + 1 : 0;
    const backOff = Math.min(longestPauseMs, firstPauseMs * 2 ** (known.failures - 1));
    known.notBefore = clock.now() + (waitMs ?? (answer.kind === "failing" ? backOff : 0));
    known.answer = answer;
    known.isOnItsWay = false;
  };

  return {
    ask(question) {
      const id = `${question.releaseId} ${question.stage}`;
      const known = all.get(id) ?? {
        answer: { kind: "asked", text: "" },
        isOnItsWay: false,
        notBefore: 0,
        failures: 0,
      };
      all.set(id, known);
      if (known.answer.kind === "open") {
        // It is good for now. Who does not go on asks anew.
        all.delete(id);
        return known.answer;
      }
      if (!known.isOnItsWay && clock.now() >= known.notBefore) void ask(known, question);
      return known.answer;
    },
  };
}

interface Answered {
  readonly answer: GateAnswer;
  /** How long to leave it alone; undefined where that depends on what came before. */
  readonly waitMs: number | undefined;
}

async function answerTo(question: GateQuestion, send: typeof fetch): Promise<Answered> {
  const { url, headers } = question.gate;
  const { origin } = new URL(url);
  try {
    const answer = await send(url, {
      method: "POST",
      headers: { "user-agent": "pulumi-workers-release", ...headers, "content-type": "application/json" },
      body: JSON.stringify(bodyOf(question)),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    // Only the status is of interest.
    answer.body?.cancel().catch(() => undefined);
    return read(origin, answer);
  } catch (error) {
    return { answer: { kind: "failing", text: `${origin} ${troubleOf(error)}` }, waitMs: undefined };
  }
}

/** What a gate is told. */
function bodyOf({
  releaseId,
  scriptName,
  stage,
  stages,
  percent,
  newVersionId,
  oldVersionId,
  startedAt,
}: GateQuestion) {
  return {
    ...{ release: releaseId, script: scriptName, stage: stage + 1, stages, percent },
    versions: { old: oldVersionId ?? null, new: newVersionId },
    startedAt: new Date(startedAt).toISOString(),
  };
}

function read(origin: string, { status, headers }: Response): Answered {
  const text = `${origin} answered ${status}`;
  if (status === 202) {
    return { answer: { kind: "later", text }, waitMs: orderedMs(headers) ?? pauseMs.later };
  }
  if (status >= 200 && status < 300) return { answer: { kind: "open", text }, waitMs: pauseMs.open };
  if (status >= 300 && status < 400) {
    const redirect = `${text}, a redirect, which is not followed`;
    return { answer: { kind: "closed", text: redirect }, waitMs: pauseMs.closed };
  }
  if (status < 500) return { answer: { kind: "closed", text }, waitMs: pauseMs.closed };
  return { answer: { kind: "failing", text }, waitMs: orderedMs(headers) };
}

/** How long a gate wants to be left alone, in milliseconds; undefined where it does not say. */
function orderedMs(headers: Headers): number | undefined {
  const given = headers.get("retry-after") ?? "";
  if (!/^\d{1,6}$/.test(given)) return undefined;
  return Math.min(longestOrderMs, Math.max(1, Number(given)) * 1000);
}

/** Why there was no answer. The messages of such errors may hold the address; their codes do not. */
function troubleOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError")
    return `did not answer within ${timeoutMs / 1000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]{1,40}$/.test(code)
    ? `could not be reached (${code})`
    : "could not be reached";
}
