import type { Failure } from "./scenario";

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = { "content-type": "application/json" };

function refusal(status: number, code: number, message: string, headers = {}): Answer {
  const body = { success: false, errors: [{ code, message }], messages: [], result: null };
  return { status, headers: { ...json, ...headers }, body: JSON.stringify(body) };
}

function page(status: number, title: string): Answer {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
  return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body };
}

const tooMany = "Please wait and consider throttling your request speed";

const answers: Readonly<Record<Exclude<Failure, "reset" | "cut">, Answer>> = {
  page: page(502, "502 Bad Gateway"),
  "500": refusal(500, 10002, "An internal error has occurred."),
  "503": { status: 503, headers: { "content-type": "text/plain" }, body: "error code: 503" },
  "429": refusal(429, 971, tooMany),
  "429 retry-after": refusal(429, 971, tooMany, { "retry-after": "2" }),
  "429 ratelimit": refusal(429, 971, tooMany, { ratelimit: '"default";r=0;t=2' }),
  "100146": refusal(404, 100146, "The version is not ready yet."),
  "10013": refusal(500, 10013, "An unknown error has occurred."),
  "10035": refusal(409, 10035, "Multiple attempts to modify a resource at the same time."),
  "403": refusal(403, 10000, "Authentication error"),
};

/** What a failure answers; "reset" where the connection is closed instead, "cut" where the real answer is cut off. */
export function answerOf(failure: Failure): Answer | "reset" | "cut" {
  return failure === "reset" || failure === "cut" ? failure : answers[failure];
}

/** The answer to a question for the deployments, as if there were none. */
export const noDeployments: Answer = {
  status: 200,
  headers: json,
  body: JSON.stringify({ success: true, errors: [], messages: [], result: { deployments: [] } }),
};
