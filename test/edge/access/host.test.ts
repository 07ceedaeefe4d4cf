import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { startEdge } from "../../../edge";
import { planeOf, reachable, type Site } from "../../../edge/host";
import { goLive, saying, useEdge } from "../support";

const site = (address = "127.0.0.1"): Site => ({ address, subdomain: "local" });

describe("the host of a request", () => {
  const loopback: [host: string | undefined, plane: string][] = [
    ["127.0.0.1:8787", "control"],
    ["localhost:8787", "control"],
    ["LOCALHOST", "control"],
    ["[::1]:8787", "control"],
    ["api.local.localhost:8787", "data api"],
    ["API.Local.localhost", "data api"],
    ["127.0.0.1.local.localhost", "data 127.0.0.1"],
    ["localhost.local.localhost", "data localhost"],
    ["local.localhost", "none"],
    [".local.localhost", "none"],
    ["api.other.localhost", "none"],
    ["api.local.localhost.evil.example", "none"],
    ["evil.example", "none"],
    ["127.0.0.1.evil.example", "none"],
    ["127.0.0.1@evil.example", "none"],
    ["evil.example:127.0.0.1", "none"],
    ["127.0.0.1, evil.example", "none"],
    ["127.0.0.2", "none"],
    ["10.0.0.7:8787", "none"],
    ["::1", "none"],
    ["", "none"],
    [undefined, "none"],
  ];
  for (const [host, expected] of loopback) {
    it(`${host ?? "(none)"} is for ${expected}`, () => {
      assert.equal(planeTold(host, site()), expected);
    });
  }

  const elsewhere: [address: string, host: string, plane: string][] = [
    ["0.0.0.0", "10.0.0.7:8787", "control"],
    ["0.0.0.0", "localhost:8787", "control"],
    ["0.0.0.0", "[fe80::1]:8787", "control"],
    ["0.0.0.0", "api.local.localhost:8787", "data api"],
    ["0.0.0.0", "evil.example", "none"],
    ["0.0.0.0", "10.0.0.7.evil.example", "none"],
    ["0.0.0.0", "10.0.0.7x", "none"],
    ["::", "[2001:db8::1]:8787", "control"],
    ["10.0.0.7", "10.0.0.7:8787", "control"],
    ["10.0.0.7", "10.0.0.8:8787", "none"],
    ["2001:db8:0::1", "[2001:db8::1]", "control"],
    ["2001:db8::1", "[2001:db8::2]", "none"],
  ];
  for (const [address, host, expected] of elsewhere) {
    it(`${host} is for ${expected} where the edge listens at ${address}`, () => {
      assert.equal(planeTold(host, site(address)), expected);
    });
  }

  it("is for the API by no name but localhost, wherever the edge listens", () => {
    const labels = fc.array(fc.stringMatching(/^[a-z0-9_-]{1,9}$/), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(labels, fc.constantFrom("127.0.0.1", "::1", "0.0.0.0", "::"), (parts, address) => {
        const host = parts.join(".");
        fc.pre(host !== "localhost" && !/^\d+\.\d+\.\d+\.\d+$/.test(host));
        assert.notEqual(planeTold(host, site(address)), "control");
      }),
    );
  });

  function planeTold(host: string | undefined, at: Site): string {
    const plane = planeOf(host, at);
    return plane.kind === "data" ? `data ${plane.scriptName}` : plane.kind;
  }
});

describe("an edge that is asked in odd ways", () => {
  const started = useEdge({ token: "secret" });
  before(async () => {
    await goLive(started.edge, "one", saying("the Worker"));
  });

  const path = "/client/v4/accounts";
  const cases: [what: string, target: string, hosts: string[], status: number, body: RegExp][] = [
    ["as usual", path, ["127.0.0.1"], 200, /"success":true/],
    ["at a Worker's host", path, ["one.local.localhost"], 200, /the Worker/],
    ["for two hosts", path, ["127.0.0.1", "evil.example"], 400, /one Host header/],
    [
      "for two hosts, the other way round",
      path,
      ["one.local.localhost", "127.0.0.1"],
      400,
      /one Host header/,
    ],
    ["without a host", path, [], 400, /^(0\r\n\r\n)?$/],
    [
      "for the API through a Worker's address",
      `http://one.local.localhost${path}`,
      ["127.0.0.1"],
      400,
      /no proxy/,
    ],
    ["for another server's address", `http://evil.example${path}`, ["127.0.0.1"], 400, /no proxy/],
    ["for no path", "*", ["127.0.0.1"], 400, /no proxy/],
    ["for an unknown host", path, ["evil.example"], 421, /does not answer for the host 'evil\.example'/],
  ];
  for (const [what, target, hosts, status, expected] of cases) {
    it(`answers ${status} when it is asked ${what}`, async () => {
      const answer = await raw(target, hosts);
      assert.equal(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), status, answer);
      assert.match(answer.slice(answer.indexOf("\r\n\r\n") + 4), expected);
    });
  }

  async function raw(target: string, hosts: readonly string[]): Promise<string> {
    const socket = connect(started.edge.port, "127.0.0.1");
    await once(socket, "connect");
    const fields = [
      ...hosts.map((host) => `Host: ${host}`),
      "Authorization: Bearer secret",
      "Connection: close",
    ];
    socket.write(`GET ${target} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n`);
    return text(socket);
  }
});

describe("an edge that listens elsewhere", () => {
  it("is found at the address, and only there", async function () {
    if (!Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1")))
      this.skip();
    const edge = await startEdge({ host: "::1", token: "secret" });
    try {
      assert.equal(edge.baseUrl, `http://[::1]:${edge.port}/client/v4`);
      const { status } = await fetch(`${edge.baseUrl}/accounts`, {
        headers: { authorization: "Bearer secret" },
      });
      assert.equal(status, 200);
      await assert.rejects(fetch(`http://127.0.0.1:${edge.port}/`));
    } finally {
      await edge.close();
    }
  });

  it("tells clients an address that they can reach", () => {
    const told = ["127.0.0.1", "0.0.0.0", "::", "::1", "10.0.0.7", "2001:DB8::7"].map(reachable);
    assert.deepEqual(told, ["127.0.0.1", "127.0.0.1", "[::1]", "[::1]", "10.0.0.7", "[2001:db8::7]"]);
  });

  it("needs an address, and a subdomain, that can be", async () => {
    for (const host of ["localhost", "example.com", "", "127.0.0.1:80", "[::1]"]) {
      await assert.rejects(startEdge({ host }), /is not an address to listen at: it must be an IP address/);
    }
    for (const subdomain of ["Mine", "", "a.b", "-a"]) {
      await assert.rejects(startEdge({ subdomain }), /is not a subdomain: it must be/);
    }
  });
});
