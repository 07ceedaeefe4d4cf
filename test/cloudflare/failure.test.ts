import assert from "node:assert/strict";
import { z } from "zod";
import { ask } from "../../provider/cloudflare/ask";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { PortError, type Failure } from "../../provider/rollout/ports";
import { failure, json, raw, startServer, success, token, type Answer } from "./server";

const question = {
  what: `Reading the deployments of Worker "checkout"`,
  permission: "Workers Scripts Write",
};

interface Case {
  readonly title: string;
  readonly answer: Answer;
  readonly failure: Failure;
  /** What the message must say, beside what was asked. */
  readonly says: RegExp;
  readonly retryAfterMs?: number;
}

const cases: Case[] = [
  {
    title: "a missing permission",
    answer: failure(403, 10000, "Authentication error"),
    failure: "refused",
    says: /was refused: HTTP 403, "Authentication error" \(code 10000\)\..*CLOUDFLARE_API_TOKEN.*"Workers Scripts Write"/,
  },
  {
    title: "an unknown token",
    answer: failure(401, 1000, "Invalid API Token"),
    failure: "refused",
    says: /HTTP 401.*CLOUDFLARE_API_TOKEN/,
  },
  {
    title: "a token that cannot be one",
    answer: json(400, {
      success: false,
      errors: [
        {
          code: 6003,
          message: "Invalid request headers",
          error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
        },
      ],
    }),
    failure: "refused",
    says: /code 6003\), "Invalid format for Authorization header" \(code 6111\).*CLOUDFLARE_API_TOKEN/,
  },
  {
    title: "a Worker that does not exist",
    answer: failure(404, 10007, "This Worker does not exist on your account."),
    failure: "missing",
    says: /found nothing: HTTP 404.*code 10007.*scriptName.*CLOUDFLARE_ACCOUNT_ID/,
  },
  {
    title: "a version that does not exist",
    answer: failure(400, 10090, "Version not found"),
    failure: "missing",
    says: /code 10090/,
  },
  {
    title: "the rate limit, with a wait in seconds",
    answer: failure(429, 971, "Please wait", { "retry-after": "30" }),
    failure: "unavailable",
    says: /failed for now: HTTP 429.*1200 requests in 5 minutes/,
    retryAfterMs: 30_000,
  },
  {
    title: "the rate limit, known from its own header only",
    answer: failure(429, 971, "Please wait", { ratelimit: '"default";r=0;t=30' }),
    failure: "unavailable",
    says: /HTTP 429/,
    retryAfterMs: 30_000,
  },
  {
    title: "the rate limit, without a word about how long",
    answer: failure(429, 971, "Please wait", { ratelimit: '"default";r=1199;t=1' }),
    failure: "unavailable",
    says: /HTTP 429/,
    retryAfterMs: 300_000,
  },
  {
    title: "a server error with a wait",
    answer: failure(503, 7003, "Try later", { "retry-after": "2" }),
    failure: "unavailable",
    says: /HTTP 503/,
    retryAfterMs: 2000,
  },
  {
    title: "a concurrent modification, whatever its status",
    answer: failure(400, 10035, "Multiple attempts to modify a resource at the same time"),
    failure: "unavailable",
    says: /code 10035/,
  },
  {
    title: "a version that cannot be read yet",
    answer: failure(404, 100146, "Version not readable"),
    failure: "unavailable",
    says: /code 100146/,
  },
  {
    title: "a version that is not there",
    answer: failure(404, 10007, "workers.api.error.version_not_found"),
    failure: "missing",
    says: /found nothing: HTTP 404, "workers\.api\.error\.version_not_found" \(code 10007\)/,
  },
  {
    title: "a telemetry query with too many filters",
    answer: json(400, {
      success: false,
      errors: [
        {
          message: "Bad Request",
          detail: "Filter expression is too complex; maximum is 16 filter nodes",
        },
      ],
    }),
    failure: "refused",
    says: /HTTP 400, "Bad Request: Filter expression is too complex; maximum is 16 filter nodes"\.$/,
  },
  {
    title: "a telemetry query with a bad value",
    answer: json(400, {
      success: false,
      _e: null,
      _i: { queryId: "workers-release", note: "our own request" },
      _c: {
        issues: [{ code: "too_big", path: ["parameters", "filters", 0, "value"], message: "Invalid input" }],
        name: "ZodError",
      },
    }),
    failure: "refused",
    says: /HTTP 400, "parameters\.filters\.0\.value: Invalid input"\.$/,
  },
  {
    title: "a telemetry query without any reason",
    answer: json(400, { success: false, errors: [], _i: { queryId: "our own request" } }),
    failure: "refused",
    says: /HTTP 400, "no reason"\.$/,
  },
  {
    title: "a gateway that has given up",
    answer: raw(504, "error code: 504", { "content-type": "text/plain" }),
    failure: "unavailable",
    says: /failed for now: HTTP 504, "error code: 504"/,
  },
  {
    title: "a blocked account",
    answer: failure(403, 10353, "Account blocked"),
    failure: "refused",
    says: /code 10353\)\. Cloudflare has blocked the account/,
  },
  { title: "a conflict", answer: failure(409, 1, "Conflict"), failure: "unavailable", says: /HTTP 409/ },
  {
    title: "a changed secret",
    answer: failure(400, 10220, "Secrets changed"),
    failure: "refused",
    says: /code 10220\)\. A secret has changed since the version was uploaded: upload the version again/,
  },
  {
    title: "a request that Cloudflare does not take",
    answer: failure(400, 10026, "Could not parse request body."),
    failure: "refused",
    says: /was refused: HTTP 400, "Could not parse request body\." \(code 10026\)\.$/,
  },
  {
    title: "the page of a proxy",
    answer: raw(
      403,
      "<html><head><style>p { color: red }</style></head><body><h1>Blocked</h1><p>by policy</p></body></html>",
      { "content-type": "text/html" },
    ),
    failure: "refused",
    says: /was refused: HTTP 403, "Blocked by policy"\. The page is not from the API.*firewall/,
  },
  {
    title: "a page that is not there",
    answer: raw(404, "<h1>Not found</h1>", { "content-type": "text/html" }),
    failure: "refused",
    says: /HTTP 404, "Not found".*CLOUDFLARE_BASE_URL.*\/client\/v4/,
  },
  {
    title: "a very long page",
    answer: raw(502, `<p>${"bad gateway ".repeat(10_000)}</p>`, { "content-type": "text/html" }),
    failure: "unavailable",
    says: /^.{0,500}$/,
  },
  {
    title: "no words at all",
    answer: raw(500, ""),
    failure: "unavailable",
    says: /HTTP 500/,
  },
  {
    title: "a success that is a page",
    answer: raw(200, "<h1>Welcome</h1>", { "content-type": "text/html" }),
    failure: "unavailable",
    says: /got an unexpected response.*CLOUDFLARE_BASE_URL/,
  },
  {
    title: "a success that is no JSON",
    answer: raw(200, "{", { "content-type": "application/json" }),
    failure: "unavailable",
    says: /failed: /,
  },
  {
    title: "a success of another shape",
    answer: success({ deployments: "none" }),
    failure: "unavailable",
    says: /got an unexpected response \(result\.deployments: /,
  },
  {
    title: "a connection that breaks",
    answer: (response) => {
      response.destroy();
    },
    failure: "unavailable",
    says: /did not reach Cloudflare \(.*\)\. Check the network/,
  },
  {
    title: "an answer that breaks off",
    answer: (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" }).write("{");
      setImmediate(() => response.destroy());
    },
    failure: "unavailable",
    says: /failed: /,
  },
  {
    title: "the token, echoed in an error",
    answer: failure(400, 6003, `Bearer ${token} is not a token`),
    failure: "refused",
    says: /words withheld/,
  },
  {
    title: "the token, echoed in a page",
    answer: raw(400, `<p>Authorization: Bearer ${token}</p>`, { "content-type": "text/html" }),
    failure: "refused",
    says: /words withheld/,
  },
  {
    title: "a secret of several lines, echoed",
    answer: failure(400, 10021, "BEGIN KEY\n  two  spaces\nEND KEY"),
    failure: "refused",
    says: /words withheld/,
  },
];

describe("a failed request", () => {
  for (const one of cases) {
    it(`tells of ${one.title}`, async () => {
      const error = await failing(one.answer);
      assert.equal(error.failure, one.failure);
      assert.match(error.message, one.says);
      assert.ok(error.message.startsWith(question.what), error.message);
      assert.equal(error.retryAfterMs, one.retryAfterMs);
      assert.ok(!error.message.includes(token) && !error.message.includes("KEY"), error.message);
    });
  }

  it("reads a wait that is a date", async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const error = await failing(failure(429, 971, "Please wait", { "retry-after": date }));
    assert.ok(error.retryAfterMs !== undefined && error.retryAfterMs > 0 && error.retryAfterMs <= 60_000);
  });

  it("waits for an answer no longer than it may", async () => {
    const error = await failing(() => undefined, 50);
    assert.equal(error.failure, "unavailable");
    assert.match(error.message, /got no complete answer within 0\.05 s/);
  });

  it("waits for the rest of an answer no longer than it may", async () => {
    const error = await failing((response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    }, 200);
    assert.equal(error.failure, "unavailable");
    assert.match(error.message, /got no complete answer within 0\.2 s/);
  });

  it("is not repeated", async () => {
    const server = await startServer(failure(500, 1, "no"));
    await assert.rejects(
      ask(server.client, question, z.unknown(), (options) => server.client.get("/", options)),
    );
    await server.close();
    assert.equal(server.seen.length, 1);
  });

  it("tells when nobody listens", async () => {
    const server = await startServer();
    await server.close();
    const client = cloudflareClient({ apiToken: token, baseUrl: server.baseUrl });
    const request = ask(client, question, z.unknown(), (options) => client.get("/", options));
    await assert.rejects(request, /did not reach Cloudflare \(.*ECONNREFUSED.*\)/);
  });
});

async function failing(answer: Answer, timeoutMs = 5000): Promise<PortError> {
  const server = await startServer(answer);
  const shape = z.object({ result: z.object({ deployments: z.array(z.unknown()) }) });
  const secrets = ["BEGIN KEY\n  two  spaces\nEND KEY"];
  try {
    await ask(server.client, { ...question, timeoutMs, secrets }, shape, (options) =>
      server.client.get("/accounts/a/workers/scripts/checkout/deployments", options),
    );
  } catch (error) {
    if (error instanceof PortError) return error;
    throw error;
  } finally {
    await server.close();
  }
  throw new Error("the request did not fail");
}
