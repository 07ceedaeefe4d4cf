import { APIConnectionError, APIError, APIUserAbortError, CloudflareError } from "cloudflare";
import { PortError, type Failure, type Urgency } from "../rollout/ports";
import { readAnswer, retryAfterMs, type Answer } from "./refusal";
import { redact } from "./secrets";

/** What a request is about, in the words of its error messages. */
export interface RequestContext {
  /** Begins a sentence: `Reading the deployments of Worker "checkout"`. */
  readonly what: string;
  /** The permission that the API token needs for it, by its name in Cloudflare's dashboard. */
  readonly permission: string;
  /** What no message may repeat. The API token never is. */
  readonly secrets?: readonly string[];
  /** Codes that mean here that something does not exist, beside those which always do. */
  readonly missing?: readonly number[];
  /** How long the answer may take, in milliseconds. Default: 10 000. */
  readonly timeoutMs?: number;
  /** Which of the token's requests it comes before. Default: `start`, the least. */
  readonly urgency?: Urgency;
}

/** A request that was sent. */
export type Answered = RequestContext & Required<Pick<RequestContext, "secrets" | "timeoutMs">>;

/** Worker or version not found; the Worker has no versions. */
const missingCodes = [10007, 10090, 10222];
/** Unknown, seen under concurrent deploys; concurrent modification; a just-created version is not readable yet. */
const passingCodes = [10013, 10035, 100146];
/** Malformed, unknown or insufficient credentials. Some of them come with status 400. */
const credentialCodes = [6003, 6111, 9106, 9109, 10000, 10001];

/** What to do about a code of the Workers API that is refused for a reason of its own. */
const deployAtOnce = "deploy that change at once (wrangler deploy), then release the rest in stages.";
const remedies: Readonly<Record<number, string>> = {
  10021: "The script fails Cloudflare's validation: correct it and upload it again.",
  10025: "The Worker has no such deployment: deploy one of its versions first.",
  10211: `A version cannot bring a change of Durable Object classes: ${deployAtOnce}`,
  10214: "Settings cannot change while the newest version is not deployed: deploy it, or upload it again.",
  10215: "Secrets cannot change while the newest version is not deployed: deploy it, or upload it again.",
  10220:
    "A secret has changed since the version was uploaded: upload the version again, so that it has the secrets of today.",
  10353: "Cloudflare has blocked the account for Workers: ask its support why.",
  100146:
    "A version that was just uploaded can take some seconds to be found. If it stays so, check versionId and scriptName.",
  100402: `The Durable Object classes that the script exports are not those of the Worker: ${deployAtOnce}`,
};

/**
 * Turns whatever the SDK threw into a {@link PortError} that says what was asked, what was answered and what to do.
 * @param now Epoch milliseconds, to read a `retry-after` that is a date.
 */
export function toPortError(thrown: unknown, question: Answered, now: number): PortError {
  const { secrets } = question;
  if (thrown instanceof APIUserAbortError || isAbort(thrown)) {
    const seconds = question.timeoutMs / 1000;
    return new PortError("unavailable", `${question.what} got no complete answer within ${seconds} s.`);
  }
  if (thrown instanceof APIConnectionError) {
    const reason = redact(innermost(thrown), secrets);
    return new PortError(
      "unavailable",
      `${question.what} did not reach Cloudflare (${reason}). Check the network and CLOUDFLARE_BASE_URL.`,
    );
  }
  if (isApiError(thrown)) return answered(readAnswer(thrown, secrets), question, now);
  // The SDK checks a request before it sends it: a name that cannot be part of an address, for example.
  const failure: Failure = thrown instanceof CloudflareError ? "refused" : "unavailable";
  return new PortError(
    failure,
    `${question.what} failed: ${redact(innermost(thrown), secrets).replace(/\.$/, "")}.`,
  );
}

function answered(answer: Answer, question: RequestContext, now: number): PortError {
  const failure = failureOf(answer, question.missing);
  const verb = { refused: "was refused", missing: "found nothing", unavailable: "failed for now" }[failure];
  const remedy = remedyFor(failure, answer, question);
  const message = `${question.what} ${verb}: HTTP ${answer.status}, ${answer.said}.${remedy === "" ? "" : ` ${remedy}`}`;
  const wait = failure === "unavailable" ? retryAfterMs(answer.status, answer.headers, now) : undefined;
  return new PortError(failure, message, wait);
}

function failureOf({ status, codes }: Answer, missing: readonly number[] = []): Failure {
  if (codes.some((code) => missingCodes.includes(code) || missing.includes(code))) return "missing";
  if (codes.some((code) => passingCodes.includes(code))) return "unavailable";
  if (status >= 500 || [408, 409, 425, 429].includes(status)) return "unavailable";
  return "refused";
}

/** The API itself refuses in JSON. Cloudflare's firewall is in front of it and answers with a page. */
const blockedPage =
  "The page is not from the API but from a firewall or a proxy before it. Cloudflare's own blocks uploads that look like " +
  "an attack: check what the script contains, and the network between here and Cloudflare.";

const redirected =
  "A redirect is not followed: it would carry the request, and the secrets in it, to another host. Cloudflare's API " +
  "sends none: check CLOUDFLARE_BASE_URL (or workers-release:baseUrl) and the network between here and Cloudflare.";

function remedyFor(failure: Failure, { status, codes, isJson }: Answer, question: RequestContext): string {
  if (failure === "missing") {
    return "Check scriptName and versionId, and that accountId (or CLOUDFLARE_ACCOUNT_ID) is the account they are in.";
  }
  if (status === 429)
    return "The API allows 1200 requests in 5 minutes for all that uses the token's account.";
  const known = codes.map((code) => remedies[code]).find((remedy) => remedy !== undefined);
  if (known !== undefined) return known;
  if (failure === "unavailable") return "";
  if (status === 403 && !isJson) return blockedPage;
  if (status >= 300 && status < 400) return redirected;
  if (status === 401 || status === 403 || codes.some((code) => credentialCodes.includes(code))) {
    return (
      "Check that the API token in CLOUDFLARE_API_TOKEN (or workers-release:apiToken, or cloudflare:apiToken) is valid, is for this account, " +
      `and has the permission "${question.permission}".`
    );
  }
  return isJson
    ? ""
    : "Check that CLOUDFLARE_BASE_URL, if set, is a Cloudflare API and ends with /client/v4.";
}

function isApiError(thrown: unknown): thrown is APIError {
  return thrown instanceof APIError;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "AbortError" || thrown.name === "TimeoutError");
}

/** The message of the last cause: "fetch failed" says nothing, the ECONNREFUSED below it does. */
function innermost(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.cause !== undefined) return innermost(thrown.cause);
  // Several addresses tried in vain come as one error without words.
  if (thrown instanceof AggregateError) return thrown.errors.map(innermost).join("; ");
  return thrown.message;
}
