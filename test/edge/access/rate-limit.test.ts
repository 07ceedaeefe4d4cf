import assert from "node:assert/strict";
import fc from "fast-check";
import Cloudflare from "cloudflare";
import { startEdge } from "../../../edge";
import { countRequest, type Window } from "../../../edge/api/rate-limit";
import { clientOf, useEdge, type Envelope } from "../support";

describe("a rate limit of 3 requests in 10 seconds", () => {
  const limit = { requests: 3, seconds: 10 };
  const cases: [
    what: string,
    before: Window | undefined,
    now: number,
    expected: [boolean, number, number],
  ][] = [
    ["the first of all", undefined, 0, [true, 2, 10]],
    ["the second, a little later", { endsAt: 10_000, requests: 1 }, 2500, [true, 1, 8]],
    ["the last one", { endsAt: 10_000, requests: 2 }, 9999, [true, 0, 1]],
    [
      "the first one too many, which blocks for a whole window",
      { endsAt: 10_000, requests: 3 },
      9999,
      [false, 0, 10],
    ],
    ["another one too many, which blocks no longer", { endsAt: 19_999, requests: 4 }, 10_999, [false, 0, 9]],
    ["the first after that", { endsAt: 19_999, requests: 5 }, 19_999, [true, 2, 10]],
  ];
  for (const [what, before, now, [isAllowed, remaining, seconds]] of cases) {
    it(`${isAllowed ? "allows" : "refuses"} ${what}`, () => {
      const { window, ...verdict } = countRequest(limit, before, now);
      assert.deepEqual(verdict, { isAllowed, remaining, seconds });
      assert.equal(window.endsAt - now > 0, true);
    });
  }

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

  it("is told with every answer, and past it each token is refused with 429 and told when to come back", async () => {
    const paths = [
      "/accounts",
      "/user",
      "/nowhere",
      "/accounts/another/workers/scripts",
      "/user/tokens/verify",
    ];
    const left: (string | null)[] = [];
    for (const path of paths) {
      const { headers } = await get("one", path);
      assert.equal(headers.get("ratelimit-policy"), '"default";q=5;w=60');
      left.push(headers.get("ratelimit"));
    }
    for (const [i, text] of left.entries())
      assert.match(text ?? "", new RegExp(`^"default";r=${4 - i};t=\\d+$`));

    const refused = await get("one");
    assert.equal(refused.status, 429);
    assert.match(refused.headers.get("retry-after") ?? "", /^(59|60)$/);
    const { success, errors } = (await refused.json()) as Envelope;
    assert.deepEqual({ success, code: errors[0]?.code }, { success: false, code: 971 });
    assert.match(errors[0]?.message ?? "", /more than 5 requests in 60 seconds/);
    await assert.rejects(
      clientOf({ baseUrl: started.edge.baseUrl, token: "one" }).user.get(),
      Cloudflare.RateLimitError,
    );

    assert.equal((await get("two")).status, 200);
  });

  it("is Cloudflare's where none is given, and cannot be nonsense", async () => {
    const edge = await startEdge({ token: "one" });
    try {
      const { headers } = await fetch(`${edge.baseUrl}/accounts`, {
        headers: { authorization: "Bearer one" },
      });
      assert.equal(headers.get("ratelimit-policy"), '"default";q=1200;w=300');
      assert.match(headers.get("ratelimit") ?? "", /^"default";r=1199;t=300$/);
    } finally {
      await edge.close();
    }
    await assert.rejects(startEdge({ rateLimit: { requests: 0, seconds: 1 } }), /0 in 1 is none/);
  });
});
