import assert from "node:assert/strict";
import { uploadAssets, type AssetFile } from "../../provider/cloudflare/assets";
import { failure, startServer, success, type Answer, type Server } from "./server";

const name = { accountId: "0123456789abcdef0123456789abcdef", scriptName: "shop" };

function file(path: string, digit: string): AssetFile {
  const read = (): Promise<Uint8Array> => Promise.resolve(Buffer.from(path));
  return { path, hash: digit.repeat(32), size: path.length, contentType: "text/css", read };
}

const files = [file("/a.css", "a"), file("/b.css", "b")];
const opened = success({ jwt: "opened", buckets: [["a".repeat(32)], ["b".repeat(32)]] });
const part = success({});
const last = success({ jwt: "all there" });
const busy = failure(503, 10013, "Internal error");

describe("the upload of static assets", () => {
  let server: Server;
  const waits: number[] = [];
  const upload = async (...answers: Answer[]) => {
    waits.length = 0;
    server = await startServer(...answers);
    const pause = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    return uploadAssets(server.client, name, { files, config: {} }, pause);
  };
  const parts = (): string[] =>
    server.seen
      .filter(({ path }) => path.includes("/assets/upload"))
      .map(({ body }) => (body.includes("a".repeat(32)) ? "a" : "b"));
  afterEach(() => server.close());

  it("sends a part again that had no answer, and no other", async () => {
    assert.deepEqual(await upload(opened, busy, busy, part, last), { token: "all there", config: {} });
    assert.deepEqual(
      [parts(), waits],
      [
        ["a", "a", "a", "b"],
        [1000, 4000],
      ],
    );
  });

  it("waits as long as it is told to", async () => {
    const later = failure(429, 971, "Too many requests", { "retry-after": "20" });
    assert.equal((await upload(later, opened, part, last)).token, "all there");
    assert.deepEqual(waits, [20_000]);
  });

  it("ends after three tries, at once where it is refused, and where it is to wait for minutes", async () => {
    await assert.rejects(upload(opened, busy), /Uploading static assets of Worker "shop" \(part 1 of 2\)/);
    assert.deepEqual(parts(), ["a", "a", "a"]);
    await server.close();
    await assert.rejects(upload(failure(403, 10000, "Authentication error")));
    assert.deepEqual(waits, []);
    await server.close();
    await assert.rejects(upload(failure(429, 971, "Too many requests", { "retry-after": "300" })));
    assert.deepEqual(waits, []);
  });
});
