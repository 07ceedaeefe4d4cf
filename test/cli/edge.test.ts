import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { READY_MADE } from "../../edge/faults/ready-made";
import { isAlive, workerdOf } from "../edge/processes";
import { ask, call, goLive, saying, useEdge } from "../edge/support";
import { start, workersRelease } from "./command";
import { edgeFrom } from "./printed";

describe("workers-release edge", function () {
  this.timeout(180_000);

  it("prints what to export and nothing else, serves, and ends with all its processes at a SIGTERM", async () => {
    const args = ["edge", "--port", "0", "--no-realistic", "--token", "secret", "--subdomain", "mine"];
    const command = start(args);
    try {
      const edge = edgeFrom(await command.lines(4), "mine");
      assert.equal(edge.token, "secret");
      await goLive(edge, "one", saying("hello"));
      assert.equal((await ask(edge, "one")).body, "hello");
      const processes = process.platform === "linux" ? workerdOf(command.process.pid ?? 0) : [];
      command.process.kill("SIGTERM");
      const { code, out, err } = await command.ended;
      assert.deepEqual({ code, lines: out.split("\n").length, err }, { code: 0, lines: 5, err: "" });
      assert.deepEqual(processes.filter(isAlive), []);
    } finally {
      command.process.kill("SIGKILL");
    }
  });

  it("with --allow-stubs says so, and names each stub in letters that harm no terminal", async () => {
    const command = start(["edge", "--port", "0", "--no-realistic", "--allow-stubs"]);
    try {
      const edge = edgeFrom(await command.lines(4));
      await goLive(edge, "stubbed", saying("hello"), { bindings: [{ type: "ai", name: "A\u001b[2JI" }] });
      command.process.kill("SIGTERM");
      const { err } = await command.ended;
      assert.match(err, /^Stubs are allowed: .*\nstubbed: Binding 'A\uFFFD\[2JI' is a stub .*\n$/);
    } finally {
      command.process.kill("SIGKILL");
    }
  });

  describe("on a port that is taken", () => {
    const taken = useEdge();

    it("says so and what to do", async () => {
      const { code, out, err } = await workersRelease(["edge", "--port", String(taken.edge.port)]);
      assert.deepEqual({ code, out }, { code: 1, out: "" });
      assert.match(
        err,
        /^The local edge cannot listen on 127\.0\.0\.1:\d+: the port is in use\. Choose another.*\n$/,
      );
    });
  });

  it("says what to install when Miniflare is missing", async () => {
    const without = join(__dirname, "fixtures/no-miniflare.ts");
    const { code, out, err } = await start(["edge", "--port", "0"], {}, without).ended;
    assert.deepEqual({ code, out }, { code: 1, out: "" });
    assert.match(err, /^The local edge runs.*npm install miniflare@4\n$/);
  });

  it("takes tokens from the environment, where no other user sees them, unless it is given some", async () => {
    const env = { WORKERS_RELEASE_EDGE_TOKENS: "first\nci:account:read" };
    const command = start(["edge", "--port", "0", "--no-realistic"], env);
    const given = start(["edge", "--port", "0", "--no-realistic", "--token", "given"], env);
    try {
      const edge = edgeFrom(await command.lines(4));
      assert.equal(edge.token, "first");
      assert.equal((await call({ ...edge, token: "ci" }, "/accounts")).status, 200);
      const other = edgeFrom(await given.lines(4));
      assert.equal(other.token, "given");
      assert.equal((await call({ ...other, token: "first" }, "/accounts")).status, 403);
    } finally {
      command.process.kill("SIGKILL");
      given.process.kill("SIGKILL");
    }
  });

  it("lets Workers reach this machine when it is told to, and not otherwise", async () => {
    const server = createServer((_request, response) => response.end("neighbour")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const worker = `export default { fetch: () => fetch("http://127.0.0.1:${port}/").catch(() => new Response("none")) };`;
    try {
      for (const [more, found] of [
        [[], "none"],
        [["--private-network"], "neighbour"],
      ] as const) {
        const command = start(["edge", "--port", "0", "--no-realistic", ...more]);
        try {
          const edge = edgeFrom(await command.lines(4));
          await goLive(edge, "asks", worker);
          assert.equal((await ask(edge, "asks")).body, found);
        } finally {
          command.process.kill("SIGKILL");
        }
      }
    } finally {
      server.close();
    }
  });

  it("gives a token the permissions that follow it", async () => {
    const tokens = ["--token", "all", "--token", "ci:account:read,user:read"];
    const command = start(["edge", "--port", "0", "--no-realistic", ...tokens]);
    try {
      const edge = edgeFrom(await command.lines(4));
      assert.equal(edge.token, "all");
      const ci = { ...edge, token: "ci" };
      assert.equal((await call(ci, "/user")).status, 200);
      const scripts = await call(ci, `/accounts/${edge.accountId}/workers/scripts`);
      assert.match(
        scripts.json.errors[0]?.message ?? "",
        /needs .*scripts:read; this token has account:read, user:read/,
      );
    } finally {
      command.process.kill("SIGTERM");
      await command.ended;
    }
  });

  it("warns when it lets others in", async () => {
    const command = start(["edge", "--port", "0", "--no-realistic", "--host", "0.0.0.0"]);
    try {
      const [baseUrl = ""] = await command.lines(4);
      assert.match(baseUrl, /^CLOUDFLARE_BASE_URL=http:\/\/127\.0\.0\.1:/);
    } finally {
      command.process.kill("SIGTERM");
    }
    assert.match((await command.ended).err, /^Warning: the local edge listens at 0\.0\.0\.0\. Whoever .*\n$/);
  });

  it("refuses a permission that there is not", async () => {
    const { code, err } = await workersRelease(["edge", "--port", "0", "--token", "secret:everything"]);
    assert.equal(code, 1);
    assert.match(
      err,
      /^'everything' is not a permission .* are account:read, .*workers_scripts:write, zone:read, zone:write\.\n$/,
    );
  });

  it("refuses what is no port, no rate limit, and no ingest delay", async () => {
    const port = await workersRelease(["edge", "--port", "many"]);
    assert.equal(port.code, 1);
    assert.match(port.err, /'many' is invalid\. A port is a whole number from 0 to 65535\./);
    const limit = await workersRelease(["edge", "--rate-limit", "1200"]);
    assert.equal(limit.code, 1);
    assert.match(
      limit.err,
      /'1200' is invalid\. A rate limit is requests\/seconds, such as 1200\/300, or off\./,
    );
    const delay = await workersRelease(["edge", "--ingest-delay", "30-2"]);
    assert.equal(delay.code, 1);
    assert.match(
      delay.err,
      /'30-2' is invalid\. It is seconds, such as 5, or from-to, such as 2-30, or off\./,
    );
  });

  it("is realistic unless told otherwise, and says so beside what to export", async () => {
    const command = start(["edge", "--port", "0", "--ingest-delay", "off"]);
    try {
      edgeFrom(await command.lines(4));
    } finally {
      command.process.kill("SIGTERM");
    }
    const { out, err } = await command.ended;
    assert.ok(
      out
        .trimEnd()
        .split("\n")
        .every((line) => /^CLOUDFLARE_[A-Z_]+=\S+$/.test(line)),
      out,
    );
    assert.match(
      err,
      /^Realistic \(seed 1\): metrics count an invocation after 45-75 s; a deployment .*--no-realistic .*\n$/,
    );
  });

  describe("with a file of faults", () => {
    const folder = mkdtempSync(join(tmpdir(), "edge-faults-"));
    const file = join(folder, "faults.json");
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it("fails as the file says, and says that it does", async () => {
      writeFileSync(file, JSON.stringify({ faults: ["bad-gateway", "firewall"] }));
      const command = start(["edge", "--port", "0", "--no-realistic", "--faults", file]);
      try {
        const edge = edgeFrom(await command.lines(4));
        const headers = { authorization: `Bearer ${edge.token}` };
        const statuses: number[] = [];
        for (let i = 0; i < 2; i += 1) {
          statuses.push((await fetch(`${edge.baseUrl}/accounts`, { headers })).status);
        }
        assert.deepEqual(statuses, [502, 200]);
      } finally {
        command.process.kill("SIGTERM");
      }
      const { err } = await command.ended;
      assert.match(
        err,
        /^Faults are active: .* as the 2 of --faults say\. .* DELETE http:\/\/127\.0\.0\.1:\d+\/__edge\/faults\.\n$/,
      );
    });

    it("that cannot be used does not start, and says what is wrong in it", async () => {
      writeFileSync(file, '{ "faults": ["bad-gateway", "fire"] }');
      const bad = await workersRelease(["edge", "--port", "0", "--faults", file]);
      assert.deepEqual([bad.code, bad.out], [1, ""]);
      assert.match(
        bad.err,
        /^The faults in .*faults\.json cannot be used: fault 2: there is no ready-made fault "fire"\..*\n$/,
      );
      const missing = await workersRelease(["edge", "--port", "0", "--faults", `${file}x`]);
      assert.deepEqual([missing.code, missing.out], [1, ""]);
      assert.match(missing.err, /^The faults in .*faults\.jsonx cannot be read: ENOENT.*\n$/);
    });
  });

  it("says in its help what it emulates and what not", async () => {
    const { code, out } = await workersRelease(["edge", "--help"]);
    assert.equal(code, 0);
    assert.match(out, /It emulates what Cloudflare's SDK and wrangler ask for Workers/);
    assert.match(out, /It does not emulate other bindings and products \(Workflows/);
    assert.match(out, /It is realistic unless told otherwise/);
    for (const name of Object.keys(READY_MADE)) assert.ok(out.includes(name), name);
  });
});
