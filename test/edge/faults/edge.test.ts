import assert from "node:assert/strict";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { startEdge } from "../../../edge";
import { isLoopback } from "../../../edge/faults/control";
import {
  addVersion,
  ask,
  call,
  deploy,
  enable,
  goLive,
  invocationsOf,
  putScript,
  saying,
  until,
  useEdge,
  type Envelope,
} from "../support";

describe("an edge that lets others in", () => {
  it("is made to fail by this machine alone, though others may use its API", async function () {
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const address = all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    if (address === undefined) this.skip();
    const edge = await startEdge({ host: "0.0.0.0" });
    try {
      const headers = { authorization: `Bearer ${edge.token}` };
      const ask = (host: string, path: string): Promise<Response> =>
        fetch(`http://${host}:${edge.port}${path}`, { headers });
      assert.equal((await ask(address, "/client/v4/accounts")).status, 200);
      const refused = await ask(address, "/__edge/faults");
      assert.equal(refused.status, 403);
      const { errors } = (await refused.json()) as Envelope;
      assert.match(
        errors[0]?.message ?? "",
        /from the machine that the local edge runs on; this request comes from/,
      );
      assert.equal((await ask("127.0.0.1", "/__edge/faults")).status, 200);
    } finally {
      await edge.close();
    }
  });
});

describe("an edge that is asked to fail", () => {
  const started = useEdge({ tokens: [{ token: "own" }, { token: "other" }] });
  const scripts = (of: string): string => `/accounts/${started.edge.accountId}/workers/scripts/${of}`;
  const onDeployments = { method: "POST", path: "/accounts/*/workers/scripts/*/deployments" } as const;
  let versionId = "";

  before(async () => {
    versionId = await putScript(started.edge, "one", saying("one"));
  });
  afterEach(() => {
    started.edge.faults.clear();
  });

  /** Deploys, and returns what is answered in text. */
  async function deployment(): Promise<{ status: number; type: string; body: string }> {
    const response = await fetch(`${started.edge.baseUrl}${scripts("one")}/deployments`, {
      method: "POST",
      headers: { authorization: "Bearer own" },
      body: JSON.stringify({
        strategy: "percentage",
        versions: [{ version_id: versionId, percentage: 100 }],
      }),
    });
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, type, body: await response.text() };
  }

  async function made(): Promise<number> {
    const { json } = await call(started.edge, `${scripts("one")}/deployments`);
    return json.result_info?.["total_count"] ?? assert.fail("no result_info");
  }

  it("fails in no way by itself", async () => {
    assert.deepEqual(started.edge.faults.report(), []);
    assert.equal((await deployment()).status, 200);
  });

  it("refuses in Cloudflare's envelope, and carries nothing out", async () => {
    started.edge.faults.set(["concurrent"]);
    const before = await made();
    const codes: unknown[] = [];
    for (let i = 0; i < 2; i += 1) {
      const { success, errors } = JSON.parse((await deployment()).body) as Envelope;
      codes.push(success, errors[0]?.code);
    }
    assert.deepEqual(codes, [false, 10013, false, 10035]);
    assert.equal(await made(), before);
    assert.equal((await deployment()).status, 200);
    assert.deepEqual(
      started.edge.faults.report().map(({ seen, struck }) => ({ seen, struck })),
      [
        { seen: 1, struck: 1 },
        { seen: 1, struck: 1 },
      ],
    );
  });

  it("answers with pages and texts of a gateway, which are no JSON", async () => {
    started.edge.faults.set([
      { route: onDeployments, answer: { kind: "page", status: 403 } },
      { route: onDeployments, answer: { kind: "page", status: 502 } },
      { route: onDeployments, answer: { kind: "text" } },
    ]);
    const blocked = await deployment();
    assert.deepEqual([blocked.status, blocked.type], [403, "text/html; charset=UTF-8"]);
    assert.match(blocked.body, /^<!DOCTYPE html>[^]*Sorry, you have been blocked[^]*Ray ID/);
    const gateway = await deployment();
    assert.equal(gateway.status, 502);
    assert.match(gateway.body, /<title>api\.cloudflare\.com \| 502: Bad gateway<\/title>/);
    assert.deepEqual(await deployment(), {
      status: 504,
      type: "text/plain; charset=UTF-8",
      body: "error code: 504",
    });
  });

  it("closes the connection without an answer, before or after the write", async () => {
    started.edge.faults.set([
      { route: onDeployments, answer: { kind: "nothing" } },
      { route: onDeployments, answer: { kind: "nothing", when: "after" } },
    ]);
    const before = await made();
    await assert.rejects(deployment());
    assert.equal(await made(), before);
    await assert.rejects(deployment());
    assert.equal(await made(), before + 1);
  });

  it("loses an answer behind a gateway's page, though the write has happened", async () => {
    const answer = { kind: "page", status: 504, when: "after" } as const;
    started.edge.faults.set([{ route: onDeployments, answer }]);
    const before = await made();
    const { status, type } = await deployment();
    assert.deepEqual([status, type], [504, "text/html; charset=UTF-8"]);
    assert.equal(await made(), before + 1);
  });

  it("breaks an answer off in the middle", async () => {
    started.edge.faults.set([{ route: onDeployments, answer: { kind: "cut" } }]);
    const before = await made();
    await assert.rejects(deployment());
    assert.equal(await made(), before + 1);

    started.edge.faults.set([{ route: { path: "/accounts" }, answer: { kind: "cut" } }]);
    const { body, length, isComplete } = await raw("/client/v4/accounts");
    assert.match(body, /^\{"result":\[/);
    assert.equal(body.length, Math.ceil(length / 2));
    assert.equal(isComplete, false);
  });

  it("answers late what it has carried out", async () => {
    started.edge.faults.set([{ route: onDeployments, answer: { kind: "late", ms: 50 } }]);
    const before = await made();
    assert.equal((await deployment()).status, 200);
    assert.equal(await made(), before + 1);
    assert.equal(started.edge.faults.report()[0]?.struck, 1);
  });

  it("blocks every token for as long as it says, and no longer than the fault is there", async () => {
    started.edge.faults.set([{ fault: "rate-limited" }]);
    for (const token of ["own", "other"]) {
      const response = await fetch(`${started.edge.baseUrl}/accounts`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const { errors } = (await response.json()) as Envelope;
      assert.deepEqual([response.status, errors[0]?.code], [429, 971]);
      assert.match(response.headers.get("retry-after") ?? "", /^(299|300)$/);
    }
    started.edge.faults.clear();
    assert.equal((await call(started.edge, "/accounts")).status, 200);
  });

  it("meets a share of the requests, the same ones each time", async () => {
    const statuses = async (seed: number): Promise<number[]> => {
      const answer = { kind: "text" } as const;
      const route = { path: "/accounts" };
      started.edge.faults.set([{ route, times: "always", share: 0.5, answer }], seed);
      const found: number[] = [];
      for (let i = 0; i < 30; i += 1) {
        const headers = { authorization: "Bearer own" };
        const response = await fetch(`${started.edge.baseUrl}/accounts`, { headers });
        await response.text();
        found.push(response.status);
      }
      return found;
    };
    const first = await statuses(3);
    assert.deepEqual(new Set(first), new Set([200, 504]));
    assert.deepEqual(await statuses(3), first);
    assert.notDeepEqual(await statuses(4), first);
  });

  it("cannot be given what is no fault, and keeps those that it has", () => {
    started.edge.faults.set(["firewall"]);
    assert.throws(() => {
      started.edge.faults.set(["fire" as "firewall"]);
    }, /fault 1: there is no ready-made fault "fire"/);
    assert.equal(started.edge.faults.report().length, 1);
  });

  it("does not let a stranger use up its faults", async () => {
    started.edge.faults.set(["bad-gateway"]);
    await call(started.edge, "/accounts", { headers: { authorization: "Bearer wrong" } });
    assert.equal(started.edge.faults.report()[0]?.struck, 0);
  });

  describe("in its telemetry", () => {
    it("loses all that happens until it is told otherwise", async () => {
      await goLive(started.edge, "stopped", saying("x"));
      started.edge.faults.set(["ingestion-stopped"]);
      await ask(started.edge, "stopped", { path: "/lost" });
      await until("the event to be lost", () =>
        started.edge.faults.report()[0]?.struck === 1 ? true : undefined,
      );
      started.edge.faults.clear();
      await ask(started.edge, "stopped", { path: "/kept" });
      await until("telemetry", async () =>
        (await invocationsOf(started.edge, "stopped")).length > 0 ? true : undefined,
      );
      assert.equal((await invocationsOf(started.edge, "stopped")).length, 1);
    });

    it("loses those of one version", async () => {
      const kept = await putScript(started.edge, "halves", saying("kept"));
      const lost = await addVersion(started.edge, "halves", saying("lost"), {});
      await deploy(started.edge, "halves", { [kept]: 50, [lost]: 50 });
      await enable(started.edge, "halves");
      started.edge.faults.set([{ ingestion: { loses: lost } }]);
      for (const id of [lost, kept]) {
        const headers = { "cloudflare-workers-version-overrides": `halves="${id}"` };
        await ask(started.edge, "halves", { headers });
      }
      await until("both events", () => {
        const [loss] = started.edge.faults.report();
        return loss?.seen === 2 && loss.struck === 1 ? true : undefined;
      });
      await until("telemetry", async () =>
        (await invocationsOf(started.edge, "halves")).length > 0 ? true : undefined,
      );
      const versions = (await invocationsOf(started.edge, "halves")).map(
        ({ $workers }) => $workers.scriptVersion.id,
      );
      assert.deepEqual(versions, [kept]);
    });
  });

  describe("over its control endpoint", () => {
    const control = async (method: string, body?: unknown, token = "own"): Promise<[number, Envelope]> => {
      const response = await fetch(`http://127.0.0.1:${started.edge.port}/__edge/faults`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return [response.status, (await response.json()) as Envelope];
    };

    it("is given faults, tells what has become of them, and is relieved of them", async () => {
      const [status, { result }] = await control("PUT", { seed: 2, faults: ["bad-gateway"] });
      assert.equal(status, 200);
      assert.deepEqual(result, {
        faults: [
          {
            fault: {
              route: { method: "*", path: "/**" },
              after: 0,
              times: 1,
              share: 1,
              answer: { kind: "page", status: 502, when: "before" },
            },
            seen: 0,
            struck: 0,
          },
        ],
      });
      const headers = { authorization: "Bearer own" };
      assert.equal((await fetch(`${started.edge.baseUrl}/accounts`, { headers })).status, 502);
      const [, told] = await control("GET");
      assert.deepEqual((told.result as { faults: { struck: number }[] }).faults[0]?.struck, 1);
      assert.deepEqual((await control("DELETE"))[1].result, { faults: [] });
      assert.deepEqual(started.edge.faults.report(), []);
    });

    it("says what is wrong with a list of faults, and keeps the one it has", async () => {
      started.edge.faults.set(["firewall"]);
      const [status, { errors }] = await control("PUT", { faults: [{ fault: "firewall", times: "twice" }] });
      assert.equal(status, 400);
      assert.equal(
        errors[0]?.message,
        'fault 1: times: is "twice", and must be a number from 1 on, or "always"',
      );
      assert.equal(started.edge.faults.report().length, 1);
    });

    it("is open to the edge's own token alone", async () => {
      for (const token of ["other", "wrong"]) {
        assert.equal((await control("PUT", { faults: ["bad-gateway"] }, token))[0], 403);
      }
      // As a page in a browser would send it, which may add no header that it has not asked for.
      const simple = await fetch(`http://127.0.0.1:${started.edge.port}/__edge/faults`, {
        method: "POST",
        headers: { origin: "https://evil.example", "content-type": "text/plain" },
        body: '{"faults":["bad-gateway"]}',
      });
      assert.equal(simple.status, 401);
      const preflight = await fetch(`http://127.0.0.1:${started.edge.port}/__edge/faults`, {
        method: "OPTIONS",
        headers: { origin: "https://evil.example", "access-control-request-method": "PUT" },
      });
      assert.equal(preflight.status, 401);
      assert.equal(preflight.headers.get("access-control-allow-origin"), null);
      assert.deepEqual(started.edge.faults.report(), []);
    });

    it("is not there under another host", async () => {
      assert.equal((await raw("/__edge/faults", "evil.example")).status, 421);
      assert.equal((await raw("/__edge/faults", `one.local.localhost:${started.edge.port}`)).status, 404);
      assert.equal((await raw("/__edge/faults")).status, 200);
    });

    const addresses: [address: string, expected: boolean][] = [
      ["127.0.0.1", true],
      ["127.8.9.10", true],
      ["::1", true],
      ["::ffff:127.0.0.1", true],
      ["10.0.0.7", false],
      ["::ffff:10.0.0.7", false],
      ["2001:db8::1", false],
    ];
    for (const [address, expected] of addresses) {
      it(`${expected ? "is" : "is not"} for a client at ${address}`, () => {
        assert.equal(isLoopback(address), expected);
      });
    }
  });

  interface Raw {
    readonly status: number;
    readonly body: string;
    /** How long the body is said to be. */
    readonly length: number;
    readonly isComplete: boolean;
  }

  /** What comes back, also of an answer that breaks off. */
  function raw(path: string, host = "127.0.0.1"): Promise<Raw> {
    return new Promise((resolve, reject) => {
      const headers = { host, authorization: "Bearer own" };
      const { port } = started.edge;
      request({ host: "127.0.0.1", port, path, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        // It comes as an error that it breaks off.
        response.on("error", () => undefined);
        response.on("close", () => {
          const length = Number(response.headers["content-length"] ?? 0);
          resolve({ status: response.statusCode ?? 0, body, length, isComplete: response.complete });
        });
      })
        .on("error", reject)
        .end();
    });
  }
});
