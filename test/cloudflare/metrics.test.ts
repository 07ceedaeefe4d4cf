import assert from "node:assert/strict";
import { cloudflareMetrics } from "../../provider/cloudflare/metrics";
import { noCounts, type Served } from "../../provider/health/series";
import { PortError, type Failure } from "../../provider/rollout/ports";
import { failure, json, raw, startServer, token, type Answer, type Seen } from "./server";

const worker = { accountId: "acc", scriptName: "shop" };
const versions = { newVersionId: "new", oldVersionId: "old" };
const minute = 60_000;
const span = (from: number) => ({
  from: Date.UTC(2026, 8, 29) + from,
  to: Date.UTC(2026, 8, 29) + from + minute,
});

type Group = readonly [versionId: string, status: string, requests: number];

/** An answer with the groups of each span. */
function spans(...all: readonly (readonly Group[])[]): Answer {
  const account = Object.fromEntries(
    all.map((groups, index) => [
      `span${index}`,
      groups.map(([scriptVersion, status, requests]) => ({
        sum: { requests },
        dimensions: { scriptVersion, status },
      })),
    ]),
  );
  return json(200, { data: { viewer: { accounts: [account] } }, errors: null });
}

/** A refusal, which comes with status 200. */
function refusal(message: string, code?: string): Answer {
  const extensions = { ...(code !== undefined && { code }), timestamp: "2026-09-29T00:00:00Z", ray_id: "a4" };
  return json(200, { data: null, errors: [{ message, path: ["viewer", "accounts", "0"], extensions }] });
}

/** What is counted by an answer, and the request that it answered. */
async function count(
  answer: Answer,
  ...asked: ReturnType<typeof span>[]
): Promise<[readonly Served[], Seen]> {
  const server = await startServer(answer);
  try {
    const counted = await cloudflareMetrics(server.client, worker).count({ ...versions, spans: asked });
    const [seen] = server.seen as [Seen];
    return [counted, seen];
  } finally {
    await server.close();
  }
}

describe("the metrics of a Worker", () => {
  it("are asked for in one request, by account, script and second", async () => {
    const [, { method, path, headers, body }] = await count(spans([], []), span(0), span(5 * minute));
    assert.deepEqual([method, path], ["POST", "/graphql"]);
    assert.equal(headers.authorization, `Bearer ${token}`);
    const { variables } = JSON.parse(body) as { variables: unknown };
    assert.deepEqual(variables, {
      ...{ account: "acc", script: "shop" },
      ...{ from0: "2026-09-29T00:00:00Z", to0: "2026-09-29T00:01:00Z" },
      ...{ from1: "2026-09-29T00:05:00Z", to1: "2026-09-29T00:06:00Z" },
    });
  });

  it("are added up by version; a client that left is no failure, and what is not known is one", async () => {
    const groups: Group[] = [
      ["new", "success", 90],
      ["new", "clientDisconnected", 4],
      ["new", "scriptThrewException", 3],
      ["new", "exceededResources", 2],
      ["new", "unknown", 1],
      ["old", "success", 900],
      ["other", "success", 5],
    ];
    const [counted] = await count(spans(groups, []), span(0), span(minute));
    assert.deepEqual(counted, [
      { new: { valid: 100, bad: 6 }, old: { valid: 900, bad: 0 } },
      { new: noCounts, old: noCounts },
    ]);
  });

  const failures: [title: string, answer: Answer, failure: Failure, says: RegExp, retryAfterMs?: number][] = [
    [
      "a token without the permission",
      refusal("not authorized for that account", "authz"),
      "refused",
      /^Reading the metrics of Worker "shop" was refused: "not authorized for that account"\. Give the API token the permission "Account Analytics Read"/,
    ],
    ["the same without a code", refusal("Unauthorized"), "refused", /"Account Analytics Read"/],
    [
      "a permission that does not reach so far",
      refusal("account does not have access to the path"),
      "refused",
      /"Account Analytics Read"/,
    ],
    [
      "too many queries of GraphQL",
      refusal("rate limiter budget depleted, try again after 5 minutes", "budget"),
      "unavailable",
      /budget depleted.*300 queries in 5 minutes/,
      5 * minute,
    ],
    [
      "too many requests",
      failure(429, 971, "Please wait", { "retry-after": "37" }),
      "unavailable",
      /HTTP 429/,
      37_000,
    ],
    [
      "what passes",
      refusal("too many queries in progress, please try again later"),
      "unavailable",
      /too many queries in progress.*doctor --json/,
    ],
    ["a field that is not known", refusal('unknown field "x"'), "unavailable", /unknown field "x"/],
    ["a gateway", raw(504, "error code: 504"), "unavailable", /HTTP 504/],
    [
      "a token that is none",
      failure(400, 9106, "Authentication failed"),
      "refused",
      /"Account Analytics Read"/,
    ],
    // What is missing is no zero: it would say that nobody came.
    ["a span that is missing", spans([]), "unavailable", /unexpected response/],
    [
      "no account",
      json(200, { data: { viewer: { accounts: [] } }, errors: null }),
      "unavailable",
      /unexpected/,
    ],
    ["a number that is none", spans([["new", "success", -1]], []), "unavailable", /unexpected response/],
    [
      "as many groups as an answer holds",
      spans(
        Array.from({ length: 1000 }, (_, index): Group => [`version-${index}`, "success", 1]),
        [],
      ),
      "unavailable",
      /unexpected response/,
    ],
  ];
  for (const [title, answer, kind, says, retryAfterMs] of failures) {
    it(`fail for ${title}`, async () => {
      await assert.rejects(count(answer, span(0), span(minute)), (error) => {
        assert.ok(error instanceof PortError);
        assert.deepEqual([error.failure, error.retryAfterMs], [kind, retryAfterMs]);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it("fail in words that do not repeat the token, and are harmless", async () => {
    const answer = refusal(`${token} is odd`);
    await assert.rejects(count(answer, span(0)), (error) => {
      assert.ok(error instanceof PortError);
      assert.ok(!error.message.includes(token), error.message);
      return true;
    });
    await assert.rejects(count(refusal("a\u001b[31m".repeat(200)), span(0)), (error) => {
      assert.ok(error instanceof PortError && !error.message.includes("\u001b"));
      assert.ok(error.message.length < 700, `${error.message.length} characters`);
      return true;
    });
  });
});
