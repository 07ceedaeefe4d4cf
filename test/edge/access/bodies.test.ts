import assert from "node:assert/strict";
import { request, type ClientRequest } from "node:http";
import { json } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { call, putScript, saying, useEdge, type Envelope } from "../support";

const MB = 1024 * 1024;

describe("the body of a request", () => {
  const started = useEdge();
  const scripts = (): string => `/accounts/${started.edge.accountId}/workers/scripts`;

  before(async () => {
    await putScript(started.edge, "one", saying("one"));
  });

  it("may come in chunks, without saying how large it is", async () => {
    const text = JSON.stringify({ tags: ["in chunks"] });
    const { status, json } = await send("PATCH", `${scripts()}/one/script-settings`, (request) => {
      request.write(text.slice(0, 5));
      request.end(text.slice(5));
    });
    assert.equal(status, 200, JSON.stringify(json.errors));
    assert.deepEqual((json.result as { tags: string[] }).tags, ["in chunks"]);
  });

  const limits: [what: string, method: string, path: string, type: string, limit: number][] = [
    ["JSON", "POST", "/one/subdomain", "application/json", 1],
    ["an upload", "PUT", "/one", "multipart/form-data; boundary=b", 64],
    ["a version's upload", "POST", "/one/versions", "multipart/form-data; boundary=b", 64],
  ];
  for (const [what, method, path, type, limit] of limits) {
    it(`that never ends is cut off for ${what} at ${limit} MB`, async () => {
      const chunk = Buffer.alloc(MB / 4, "a");
      let written = 0;
      const { status, json } = await send(method, scripts() + path, (request) => {
        request.setHeader("content-type", type);
        const more = (): void => {
          while (!request.destroyed) {
            written += chunk.length;
            if (!request.write(chunk)) return;
          }
        };
        request.on("drain", more);
        more();
      });
      assert.equal(status, 413);
      assert.equal(json.errors[0]?.code, 10027);
      assert.match(json.errors[0].message, new RegExp(`larger than ${limit} MB`));
      assert(written > limit * MB);
    });

    it(`that says it is too large is refused for ${what} before it is sent`, async () => {
      const { status, json } = await send(method, scripts() + path, (request) => {
        request.setHeader("content-type", type);
        request.setHeader("content-length", limit * MB + 1);
        request.flushHeaders();
      });
      assert.deepEqual([status, json.errors[0]?.code], [413, 10027]);
    });
  }

  it("is not taken compressed", async () => {
    const { status, json } = await call(started.edge, `${scripts()}/one/subdomain`, {
      method: "POST",
      body: gzipSync(JSON.stringify({ enabled: true })),
      headers: { "content-encoding": "gzip" },
    });
    assert.equal(status, 415);
    assert.match(json.errors[0]?.message ?? "", /content encoding 'gzip'/);
  });

  it("has at most 2000 parts, and a metadata part of at most 1 MB", async () => {
    const many = new FormData();
    for (let i = 0; i <= 2000; i += 1) many.append(`m${i}`, new Blob(["a"]), `m${i}`);
    const parts = await call(started.edge, `${scripts()}/one`, { method: "PUT", body: many });
    assert.equal(parts.status, 400);
    assert.match(parts.json.errors[0]?.message ?? "", /more than 2000 parts/);

    const large = new FormData();
    large.append("metadata", new Blob([`"${"a".repeat(MB)}"`], { type: "application/json" }));
    const metadata = await call(started.edge, `${scripts()}/one`, { method: "PUT", body: large });
    assert.equal(metadata.status, 413);
    assert.match(metadata.json.errors[0]?.message ?? "", /part 'metadata' is larger than 1 MB/);
  });

  it("that is broken off leaves nothing behind", async () => {
    const broken = send("PUT", `${scripts()}/broken`, (request) => {
      request.setHeader("content-type", "multipart/form-data; boundary=b");
      request.write('--b\r\ncontent-disposition: form-data; name="metadata"\r\n\r\n{}');
      setImmediate(() => request.destroy());
    });
    await assert.rejects(broken);
    const { status } = await call(started.edge, `${scripts()}/broken/deployments`);
    assert.equal(status, 404);
  });

  /** Sends a request whose body `write` writes, and reads the answer, which may come before the body has ended. */
  function send(
    method: string,
    path: string,
    write: (request: ClientRequest) => void,
  ): Promise<{ status: number; json: Envelope }> {
    return new Promise((resolve, reject) => {
      const { baseUrl, token } = started.edge;
      const headers = { authorization: `Bearer ${token}` };
      const asked = request(baseUrl + path, { method, headers }, (response) => {
        json(response).then((body) => {
          resolve({ status: response.statusCode ?? 0, json: body as Envelope });
          asked.destroy();
        }, reject);
      });
      asked.on("error", reject);
      write(asked);
    });
  }
});
