import assert from "node:assert/strict";
import { fakePorts, opened } from "./fakes";

const origin = "http://127.0.0.1:8788";

describe("who may use the dashboard", () => {
  const { handle, get, post } = opened(fakePorts());

  it("is who has its key: it is exchanged for a cookie that no script and no other site can use", async () => {
    const answer = await handle(new Request(`${origin}/?key=secret`));
    assert.equal(answer.status, 200);
    assert.equal(
      answer.headers.get("set-cookie"),
      "workers-release-8788=secret; Path=/; HttpOnly; SameSite=Strict",
    );
    assert.ok(!(await answer.text()).includes("secret"));
    assert.equal((await get("/")).status, 200);
  });

  for (const [what, request] of [
    ["no key", new Request(`${origin}/`)],
    ["a wrong key", new Request(`${origin}/?key=secreT`)],
    ["an empty key", new Request(`${origin}/?key=`)],
    [
      "a wrong cookie",
      new Request(`${origin}/workers/checkout`, { headers: { cookie: "workers-release-8788=x" } }),
    ],
    [
      "the cookie of another port",
      new Request(`${origin}/`, { headers: { cookie: "workers-release-8789=secret" } }),
    ],
    ["no key, for a file", new Request(`${origin}/files/page.css`)],
  ] as const) {
    it(`is nobody with ${what}: nothing of the account is told`, async () => {
      const answer = await handle(request);
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("set-cookie"), null);
      const text = await answer.text();
      assert.match(text, /Open the address that `workers-release dashboard` has printed/);
      assert.doesNotMatch(text, /checkout|0123456789abcdef/);
    });
  }

  it("is nobody under another host's name, whose address somebody has made this machine's", async () => {
    const answer = await handle(new Request("http://evil.example:8788/?key=secret"));
    assert.equal(answer.status, 421);
    assert.equal(answer.headers.get("set-cookie"), null);
    const headers = { cookie: "workers-release-8788=secret", host: "evil.example:8788" };
    assert.equal((await handle(new Request(`${origin}/`, { headers }))).status, 421);
  });

  for (const [what, headers] of [
    ["another site", { origin: "http://evil.example" }],
    ["another port of this machine", { origin: "http://127.0.0.1:9999" }],
    ["a page without an origin", { origin: "null" }],
    ["a frame of another site", { "sec-fetch-site": "cross-site" }],
  ] as const) {
    it(`takes no order from ${what}`, async () => {
      const ports = fakePorts();
      const fields = { shown: "x", once: crypto.randomUUID() };
      const answer = await opened(ports).post("/workers/checkout/orders/abort", fields, headers);
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /Nothing was done/);
      assert.deepEqual(ports.orders, []);
    });
  }

  it("takes no order that says nothing of where it comes from", async () => {
    const body = new URLSearchParams({ shown: "x", once: crypto.randomUUID() });
    const headers = { cookie: "workers-release-8788=secret" };
    const request = new Request(`${origin}/workers/checkout/orders/abort`, { method: "POST", body, headers });
    assert.equal((await handle(request)).status, 403);
  });

  it("reads no more of a form than a plan can have", async () => {
    const answer = await post("/plans/new", { text: "x".repeat(2 * 1024 * 1024), was: "", saved: "" });
    assert.equal(answer.status, 413);
  });

  it("loads nothing from elsewhere, runs no inline script, and is in no frame and no cache", async () => {
    const { headers } = await get("/");
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /style-src 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  });

  for (const path of [
    "/",
    "/workers/checkout",
    "/workers/checkout/start",
    "/plans",
    "/plans/file/plans/web.yaml",
  ]) {
    it(`has on ${path} only addresses of its own, or links to Cloudflare's dashboard, and neither style nor script in the page`, async () => {
      const text = await (await get(path)).text();
      // Nothing is loaded by a link: a person follows it.
      const own = text.replace(/<a [^>]*href="https:\/\/dash\.cloudflare\.com\/[^"]*"[^>]*>/g, "");
      const addresses = [...own.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(
        ([, address = ""]) => address,
      );
      assert.ok(addresses.length > 3);
      assert.deepEqual(
        addresses.filter((address) => !/^(\/(?!\/)|#)/.test(address)),
        [],
      );
      assert.doesNotMatch(text, /<style|style=|<script(?! type="module" src=)|\son\w+=/);
    });
  }
});
