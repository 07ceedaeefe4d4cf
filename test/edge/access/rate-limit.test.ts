import assert from "node:assert/strict";
import fc from "fast-check";
import Cloudflare from "cloudflare";
import { startEdge } from "../../../edge";
import { countRequest, type Window } from "../../../edge/api/rate-limit";
import { clientOf, useEdge, type Envelope } from "../support";

describe("a rate limit of 3 requests in 10 seconds", () => {
  const limit = { requests: 3, seconds: 10 };
  const open = (requests: number): Window => ({ startedAt: 0, endsAt: 10_000, requests, isSpent: false });
  const spent = (requests: number): Window => ({ startedAt: 0, endsAt: 19_999, requests, isSpent: true });
  const cases: [what: string, before: Window | undefined, now: number, expected: [boolean, number]][] = [
    ["the first of all", undefined, 0, [true, 10]],
    ["the second, a little later", open(1), 2500, [true, 8]],
    ["the last one", open(2), 9999, [true, 1]],
    ["the first one too many, which blocks for a whole window", open(3), 9999, [false, 10]],
    ["another one too many, which blocks no longer", spent(4), 10_999, [false, 9]],
    ["the first after that", spent(5), 19_999, [true, 10]],
  ];
  for (const [what, before, now, [isAllowed, seconds]] of cases) {
    it(`${isAllowed ? "allows" : "refuses"} ${what}`, () => {
      const { window, ...verdict } = countRequest(limit, before, now);
      assert.deepEqual(verdict, { isAllowed, seconds });
      assert.equal(window.endsAt - now > 0, true);
    });
  }

  it("counts what other callers have used since the window began", () => {
    // Six a minute are one in ten seconds.
    assert.equal(countRequest(limit, { ...open(2), endsAt: 20_000 }, 9999, 6).isAllowed, true);
    assert.equal(countRequest(limit, { ...open(2), endsAt: 20_000 }, 10_000, 6).isAllowed, false);
    assert.equal(countRequest(limit, undefined, 10_000, 6).isAllowed, true);
  });

  it("never asks to wait for longer than a window, at any fraction of a millisecond", () => {
    fc.assert(
      fc.property(fc.nat(700_000), (sevenths) => {
        const now = sevenths / 7;
        assert.equal(countRequest({ requests: 3, seconds: 60 }, undefined, now).seconds, 60);
      }),
    );
  });

  it("is never exceeded within one window, whenever requests come", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4000), { maxLength: 60 }), (gaps) => {
        let now = 0;
        let window: Window | undefined;
        const allowed: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const verdict = countRequest(limit, window, now);
          if (verdict.isAllowed) allowed.push(now);
          // A window is known by its end; within one there are no more than its requests.
          if (window?.endsAt === verdict.window.endsAt) assert(verdict.window.requests > window.requests);
          window = verdict.window;
        }
        for (const [i, at] of allowed.entries()) {
          // Two windows may touch, so as many as two windows' requests may come close together, but no more.
          const soon = allowed.slice(i).filter((later) => later < at + 10_000);
          assert(soon.length <= 2 * limit.requests);
        }
      }),
    );
  });
});

describe("the rate limit of an edge", () => {
  const started = useEdge({
    rateLimit: { requests: 5, seconds: 60 },
    tokens: [{ token: "one" }, { token: "two" }],
  });

  const get = (token: string, path = "/accounts"): Promise<Response> =>
    fetch(started.edge.baseUrl + path, { headers: { authorization: `Bearer ${token}` } });

  const DEFAULT = { ratelimit: '"default";r=4;t=1', policy: '"default";q=5;w=60' };
  const limitIn = ({ headers }: Response): Record<string, string | null> => ({
    ratelimit: headers.get("ratelimit"),
    policy: headers.get("ratelimit-policy"),
  });

  it("is told with every answer and does not count down, and past it each token is refused with 429 and told when to come back", async () => {
    const paths = [
      "/accounts",
      "/user",
      "/nowhere",
      "/accounts/another/workers/scripts",
      "/user/tokens/verify",
    ];
    for (const path of paths) assert.deepEqual(limitIn(await get("one", path)), DEFAULT);

    const refused = await get("one");
    assert.equal(refused.status, 429);
    assert.deepEqual(limitIn(refused), DEFAULT);
    assert.match(refused.headers.get("retry-after") ?? "", /^(59|60)$/);
    const { success, errors } = (await refused.json()) as Envelope;
    assert.deepEqual(
      { success, errors },
      {
        success: false,
        errors: [{ code: 971, message: "Please wait and consider throttling your request speed" }],
      },
    );
    await assert.rejects(
      clientOf({ baseUrl: started.edge.baseUrl, token: "one" }).user.get(),
      Cloudflare.RateLimitError,
    );

    assert.equal((await get("two")).status, 200);
  });

  it("is told by a policy of its own where a script is uploaded", async () => {
    const edge = { ...started.edge, token: "two" };
    const path = `/accounts/${edge.accountId}/workers/scripts/uploaded`;
    const upload = { method: "PUT", headers: { authorization: "Bearer two" } };
    // Refused for what it lacks, and still an upload.
    assert.deepEqual(limitIn(await fetch(edge.baseUrl + path, upload)), {
      ratelimit: '"workers_script_upload";r=179999;t=1',
      policy: '"workers_script_upload";q=180000;w=300',
    });
    assert.deepEqual(limitIn(await get("two", `/accounts/${edge.accountId}/workers/scripts`)), DEFAULT);
  });

  it("is Cloudflare's where none is given, and cannot be nonsense", async () => {
    const edge = await startEdge({ token: "one" });
    try {
      const { headers } = await fetch(`${edge.baseUrl}/accounts`, {
        headers: { authorization: "Bearer one" },
      });
      assert.equal(headers.get("ratelimit-policy"), '"default";q=1200;w=300');
      assert.equal(headers.get("ratelimit"), '"default";r=1199;t=1');
    } finally {
      await edge.close();
    }
    await assert.rejects(startEdge({ rateLimit: { requests: 0, seconds: 1 } }), /0 in 1 is none/);
  });
});
