import assert from "node:assert/strict";
import fc from "fast-check";
import { shortMessage, shortPath, shortStack, shortTrigger } from "../../provider/rollout/text/shortened";

describe("what was asked for, as it is shown", () => {
  for (const [trigger, shown] of [
    ["GET /cart", "GET /cart"],
    ["GET /", "GET /"],
    ["POST /api/v1/orders", "POST /api/v1/orders"],
    ["GET /orders/4711/items", "GET /orders/…/items"],
    ["GET /users/7c1d2a90-4b3e-4f58-9a61-0d2e8f7b6c15", "GET /users/…"],
    ["GET /u/jo@example.com/inbox", "GET /u/…/inbox"],
    ["GET /u/jo%40example.com", "GET /u/…"],
    ["GET /reset/eyJhbGciOiJIUzI1NiJ9abcdef0123456789", "GET /reset/…"],
    ["GET /f/deadbeef1234", "GET /f/…"],
    ["GET /page12/part123", "GET /page12/…"],
    ["GET /search?q=jo", "GET /search"],
    ["GET /app;jsessionid=12/next", "GET /app"],
    ["GET /assets/index.js", "GET /assets/index.js"],
    ["GET /Jürgen Müller", "GET /…"],
    ["GET /2024-05-06", "GET /…"],
    ["*/5 * * * *", "*/5 * * * *"],
  ] as const) {
    it(`${trigger} is ${shown}`, () => {
      assert.equal(shortTrigger(trigger), shown);
    });
  }

  it("never shows an e-mail address, an id or a query, wherever they stand", () => {
    const secret = fc.constantFrom(
      "jo.doe@example.com",
      "7c1d2a90-4b3e-4f58-9a61-0d2e8f7b6c15",
      "8847261930",
      "a1b2c3d4e5f6a7b8",
    );
    const name = fc.constantFrom("a", "orders", "v2", "index.html");
    fc.assert(
      fc.property(fc.array(fc.oneof(name, secret), { maxLength: 8 }), secret, (parts, query) => {
        const shown = shortPath(`/${parts.join("/")}?id=${query}`);
        assert.doesNotMatch(shown, /@|\d{4}|\?/);
      }),
    );
  });

  it("is no longer than a line", () => {
    assert.ok(shortPath(`/a${"/b".repeat(500)}`).length <= 80);
  });
});

describe("what an exception says, as it is shown", () => {
  for (const [message, shown] of [
    [
      "Cannot read properties of undefined (reading 'map')",
      "Cannot read properties of undefined (reading 'map')",
    ],
    ["user jo@example.com not found", "user … not found"],
    ["no order 8847261930", "no order …"],
    ["D1_ERROR: UNIQUE constraint failed: users.email", "D1_ERROR: UNIQUE constraint failed: users.email"],
    ['Unexpected token in "jo\'s card"', 'Unexpected token in "…"'],
    ["fetch https://a.example/x?key=abc failed", "fetch https://a.example/x?… failed"],
    ["bad key: Bearer abc.def", "bad key: …"],
    ["token=hunter2 refused", "… refused"],
    ["from 192.0.2.7 and 2001:db8:0:0::1", "from … and …"],
    ["id 7c1d2a90-4b3e-4f58-9a61-0d2e8f7b6c15", "id …"],
    ["status 503 after 30 s", "status 503 after 30 s"],
  ] as const) {
    it(message, () => {
      assert.equal(shortMessage(message), shown);
    });
  }

  it("is no longer than two lines, and takes no time to be read, however long it is", () => {
    const began = performance.now();
    assert.ok(shortMessage("a".repeat(1_000_000)).length <= 160);
    assert.ok(shortMessage("@a.".repeat(300_000)).length <= 160);
    assert.ok(performance.now() - began < 5000);
  });
});

describe("where an exception came from, as it is shown", () => {
  it("is its innermost frames, without the message above them", () => {
    const stack =
      "TypeError: jo@example.com\n    at price (worker.mjs:7:11)\n    at async Object.fetch (worker.mjs:20:5)\n    at a (b.mjs:1:1)\n    at c (d.mjs:1:1)";
    assert.deepEqual(shortStack(stack), [
      "at price (worker.mjs:7:11)",
      "at async Object.fetch (worker.mjs:20:5)",
      "at a (b.mjs:1:1)",
    ]);
  });

  it("is found where the lines were made one", () => {
    assert.deepEqual(shortStack("    at price (worker.mjs:7:11)     at fetch (worker.mjs:1:2)"), [
      "at price (worker.mjs:7:11)",
      "at fetch (worker.mjs:1:2)",
    ]);
  });

  it("is nothing where there are none", () => {
    assert.deepEqual(shortStack("jo@example.com is at home"), []);
  });
});
