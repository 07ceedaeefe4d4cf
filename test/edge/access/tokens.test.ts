import assert from "node:assert/strict";
import Cloudflare from "cloudflare";
import { startEdge } from "../../../edge";
import { createApi } from "../../../edge/api/app";
import { permissionFor } from "../../../edge/api/permissions";
import type { EdgeContext } from "../../../edge/context";
import { allows, readScopes, type Scope } from "../../../edge/tokens/scopes";
import { findToken, readTokens } from "../../../edge/tokens/token";
import { call, clientOf, putScript, saying, useEdge } from "../support";

describe("the token of an edge that is given none", () => {
  const live = useEdge();

  it("is 40 characters that no command takes for an option", () => {
    assert.match(live.edge.token, /^[0-9a-f]{40}$/);
  });
});

describe("the permissions of a token", () => {
  const cases: [has: Scope[], needs: Scope, enough: boolean][] = [
    [["workers_scripts:read"], "workers_scripts:read", true],
    [["workers_scripts:write"], "workers_scripts:read", true],
    [["workers_scripts:read"], "workers_scripts:write", false],
    [["workers_observability:write", "account:read"], "workers_scripts:read", false],
    [[], "account:read", false],
  ];
  for (const [has, needs, enough] of cases) {
    it(`${has.join(" and ") || "none"} ${enough ? "is" : "is not"} enough for ${needs}`, () => {
      assert.equal(allows(has, needs), enough);
    });
  }

  it("are known by name", () => {
    assert.deepEqual(readScopes(["account:read"]), ["account:read"]);
    assert.throws(
      () => readScopes(["account:read", "scripts"]),
      /'scripts' is not a permission .* are account:read, account:write, .*workers_scripts:write, .*\.$/,
    );
  });

  it("are declared for every route of the API", () => {
    // Only the routes are wanted, and those depend on no part of an edge.
    const { routes } = createApi({} as EdgeContext);
    const handlers = routes.filter(({ method }) => method !== "ALL");
    assert(handlers.length > 20);
    assert.deepEqual(
      handlers.filter((route) => permissionFor(route) === undefined),
      [],
    );
  });
});

describe("the tokens of an edge", () => {
  it("are found by all of their text", () => {
    const [one, two] = readTokens([{ token: "one" }, { token: "two", scopes: ["user:read"] }]);
    const tokens = [one, two].filter((token) => token !== undefined);
    assert.equal(findToken(tokens, "one"), one);
    assert.equal(findToken(tokens, "two"), two);
    for (const wrong of ["", "on", "ones", "One", "three"]) assert.equal(findToken(tokens, wrong), undefined);
  });

  const refused: [what: string, tokens: { token: string; scopes?: string[] }[], message: RegExp][] = [
    ["one that is empty", [{ token: "" }], /visible ASCII characters/],
    ["one that no header can carry", [{ token: "hush\nhush" }], /visible ASCII characters/],
    ["one given twice", [{ token: "hush" }, { token: "hush", scopes: [] }], /given twice/],
    ["an unknown permission", [{ token: "hush", scopes: ["all"] }], /'all' is not a permission/],
  ];
  for (const [what, tokens, message] of refused) {
    it(`cannot be ${what}, which is said without saying the token`, async () => {
      await assert.rejects(startEdge({ tokens }), (error: Error) => {
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hush/);
        return true;
      });
    });
  }

  describe("with permissions of their own", () => {
    const started = useEdge({
      tokens: [
        { token: "everything" },
        { token: "reader", scopes: ["workers_scripts:read", "account:read"] },
        { token: "watcher", scopes: ["workers_observability:read"] },
        { token: "nobody", scopes: [] },
      ],
    });
    const as = (token: string): Cloudflare => clientOf({ baseUrl: started.edge.baseUrl, token });
    const account = (): { account_id: string } => ({ account_id: started.edge.accountId });

    before(async () => {
      await putScript(started.edge, "one", saying("one"));
    });

    it("make the first of them the one that clients are told", () => {
      assert.equal(started.edge.token, "everything");
    });

    it("let a client do what they allow", async () => {
      const versions = await as("reader").workers.scripts.versions.list("one", account());
      assert.equal(versions.result.items?.length, 1);
      assert.equal((await as("reader").accounts.get(account())).id, started.edge.accountId);
      const watcher = as("watcher").workers.observability.telemetry;
      const keys = await watcher.keys({ ...account() });
      assert(Array.isArray(keys.result));
    });

    it("refuse what they do not allow, and say which permission is missing and which there are", async () => {
      const path = `/accounts/${started.edge.accountId}/workers/scripts/one`;
      const { status, json } = await call(started.edge, path, {
        method: "DELETE",
        headers: { authorization: "Bearer reader" },
      });
      assert.equal(status, 403);
      assert.deepEqual(json, {
        success: false,
        errors: [
          {
            code: 10000,
            message:
              `Authentication error: DELETE /client/v4${path} needs the permission workers_scripts:write; ` +
              "this token has workers_scripts:read, account:read.",
          },
        ],
        messages: [],
        result: null,
      });
      await assert.rejects(
        as("watcher").workers.scripts.versions.list("one", account()),
        Cloudflare.PermissionDeniedError,
      );
      await assert.rejects(as("reader").user.get(), /9109.*needs the permission user:read/);
      await assert.rejects(as("nobody").memberships.list(), /10000.*memberships needs .* has none\./);
    });

    it("are checked for the route that handles a request, however its path is spelled", async () => {
      const path = `/accounts/${started.edge.accountId}/%77orkers/scripts/one`;
      const { status } = await call(started.edge, path, { headers: { authorization: "Bearer nobody" } });
      assert.notEqual(status, 200);
      const encoded = await call(started.edge, `${path}/deployments`, {
        headers: { authorization: "Bearer nobody" },
      });
      assert.equal(encoded.status, 403);
    });

    it("may ask who they are, whatever else they may", async () => {
      const ids = await Promise.all(
        ["everything", "reader", "watcher", "nobody"].map(async (token) => {
          const { id, status } = await as(token).user.tokens.verify();
          assert.equal(status, "active");
          assert.match(id, /^[0-9a-f]{32}$/);
          return id;
        }),
      );
      assert.equal(new Set(ids).size, 4);
    });
  });
});

async function allOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of pages) all.push(each);
  return all;
}

describe("the one account of an edge", () => {
  const started = useEdge();

  it("is found with its one member, through the official client's pages", async () => {
    const { client, edge } = started;
    const accounts = await allOf(client.accounts.list());
    assert.deepEqual(
      accounts.map(({ id, type }) => ({ id, type })),
      [{ id: edge.accountId, type: "standard" }],
    );
    const memberships = await allOf(client.memberships.list());
    assert.deepEqual(
      memberships.map(({ account, status }) => ({ id: account?.id, status })),
      [{ id: edge.accountId, status: "accepted" }],
    );
    const membership = await client.memberships.get(memberships[0]?.id ?? "");
    assert.equal(membership.account?.id, edge.accountId);
    await assert.rejects(client.memberships.get("another"), Cloudflare.NotFoundError);
    assert.match((await client.user.get()).email, /@/);
  });
});
