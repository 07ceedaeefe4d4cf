import assert from "node:assert/strict";
import { request } from "node:http";
import Cloudflare from "cloudflare";
import { ask, call, clientOf, goLive, saying, useEdge, type Envelope } from "../support";

describe("access to the control plane", () => {
  const started = useEdge({ token: "made-for-this-test", accountId: "0123456789abcdef0123456789abcdef" });

  const refusals: [path: string, status: number, code: number][] = [
    ["/user/tokens/verify", 401, 1000],
    ["/accounts", 403, 9109],
    ["/accounts/0123456789abcdef0123456789abcdef/workers/scripts", 401, 10000],
  ];
  for (const [path, status, code] of refusals) {
    it(`refuses a wrong token at ${path} with ${status} and code ${code}`, async () => {
      const answer = await call(started.edge, path, { headers: { authorization: "Bearer wrong" } });
      assert.equal(answer.status, status);
      assert.deepEqual(
        { success: answer.json.success, code: answer.json.errors[0]?.code, result: answer.json.result },
        { success: false, code, result: null },
      );
    });
  }

  it("refuses a missing token, and a header that is none", async () => {
    const missing = await fetch(`${started.edge.baseUrl}/user/tokens/verify`);
    assert.equal(missing.status, 401);
    assert.equal(((await missing.json()) as Envelope).errors[0]?.code, 1001);
    const malformed = await call(started.edge, "/accounts", { headers: { authorization: "Basic abc" } });
    assert.equal(malformed.status, 400);
    assert.equal(malformed.json.errors[0]?.code, 6003);
  });

  it("is an authentication error to the official client", async () => {
    const client = clientOf({ baseUrl: started.edge.baseUrl, token: "wrong" });
    const list = client.workers.scripts.list({ account_id: started.edge.accountId });
    await assert.rejects(list, Cloudflare.AuthenticationError);
  });

  it("refuses another account", async () => {
    const { status, json } = await call(
      started.edge,
      "/accounts/ffffffffffffffffffffffffffffffff/workers/scripts",
    );
    assert.equal(status, 403);
    assert.equal(json.errors[0]?.code, 10000);
    assert.match(json.errors[0].message, /has the account 0123456789abcdef0123456789abcdef/);
  });

  it("answers for no other host", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: "evil.example", authorization: `Bearer ${started.edge.token}` };
      request(
        { port: started.edge.port, host: "127.0.0.1", path: "/client/v4/accounts", headers },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on("error", reject)
        .end();
    });
    assert.equal(status, 421);
  });

  it("keeps the API away from a Worker's host", async () => {
    await goLive(started.edge, "host", saying("the Worker"));
    const answer = await ask(started.edge, "host", { path: "/client/v4/accounts" });
    assert.equal(answer.body, "the Worker");
  });
});
