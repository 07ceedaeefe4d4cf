import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareVersions } from "../../provider/cloudflare/versions";
import { mostBytes } from "../../provider/cloudflare/transport";
import { raw, startServer, success, type Answer, type Server } from "./server";

const worker = { accountId: "acc", scriptName: "checkout" };

describe("an API that means harm", () => {
  const servers: Server[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function serve(...answers: Answer[]): Promise<Server> {
    const server = await startServer(...answers);
    servers.push(server);
    return server;
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`gets no request and no secret to another host by a ${status}`, async () => {
      const other = await serve(success({ id: "v1" }));
      const elsewhere = { location: `${other.baseUrl}/elsewhere` };
      const server = await serve(success({ items: [] }), raw(status, "moved", elsewhere));
      const upload = {
        mainModule: "index.mjs",
        modules: [{ name: "index.mjs", content: "", contentType: "application/javascript+module" }],
        bindings: [{ type: "secret_text", name: "KEY", text: "hunter2-hunter2" }],
      };
      await assert.rejects(cloudflareVersions(server.client, worker).upload(upload), {
        name: "PortError",
        failure: "refused",
        message: new RegExp(`HTTP ${status}, .* A redirect is not followed: .* CLOUDFLARE_BASE_URL`),
      });
      assert.deepEqual(other.seen, []);
    });
  }

  const tooLong = /the answer is longer than 32 MB/;
  const big = Buffer.alloc(mostBytes + 1, "[");
  const long: readonly (readonly [string, Answer])[] = [
    ["that says how long it is", raw(200, big.toString())],
    [
      "that does not",
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(big);
      },
    ],
    [
      "that is short as long as it is packed",
      (response) => {
        const headers = { "content-type": "application/json", "content-encoding": "gzip" };
        response.writeHead(200, headers).end(gzipSync(big));
      },
    ],
  ];
  for (const [what, answer] of long) {
    it(`is not read to the end of an answer ${what}`, async () => {
      const { client } = await serve(answer);
      await assert.rejects(cloudflareDeployments(client, worker).active(), {
        name: "PortError",
        failure: "unavailable",
        message: tooLong,
      });
    });
  }

  it("is told of in words that do no harm", async () => {
    const said = "\u001b[2J\n::error::stopped \u202egnp.exe";
    const answer = raw(400, JSON.stringify({ success: false, errors: [{ code: 1, message: said }] }), {
      "content-type": "application/json",
    });
    const { client } = await serve(answer);
    await assert.rejects(cloudflareDeployments(client, worker).active(), (error: Error) => {
      assert.match(error.message, /HTTP 400, "\uFFFD\[2J ::error::stopped \uFFFDgnp\.exe" \(code 1\)/);
      return true;
    });
  });
});
