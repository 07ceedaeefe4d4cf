import assert from "node:assert/strict";
import { ask, goLive, refusalOf, useEdge } from "../support";

const READING = `
export default {
  async fetch(request, { BUCKET }) {
    const object = await BUCKET.get(decodeURIComponent(new URL(request.url).pathname.slice(1)));
    if (object === null) return new Response(null, { status: 404 });
    const { contentType } = object.httpMetadata;
    return new Response(object.body, { headers: { "content-type": contentType } });
  },
};`;

describe("R2 buckets", function () {
  this.timeout(60_000);
  const it_ = useEdge();
  const account = (): { account_id: string } => ({ account_id: it_.edge.accountId });

  it("are made, changed, listed and deleted", async () => {
    const { buckets } = it_.client.r2;
    const made = await buckets.create({ ...account(), name: "pictures", locationHint: "weur" });
    assert.deepEqual(
      [made.name, made.location, made.storage_class, made.jurisdiction],
      ["pictures", "WEUR", "Standard", "default"],
    );
    assert.deepEqual(await refusalOf(buckets.create({ ...account(), name: "pictures" })), [409, 10004]);
    assert.deepEqual(await refusalOf(buckets.create({ ...account(), name: "No_Bucket" })), [400, 10005]);
    await buckets.edit("pictures", { ...account(), storage_class: "InfrequentAccess" });
    assert.equal((await buckets.get("pictures", account())).storage_class, "InfrequentAccess");
    await buckets.create({ ...account(), name: "attic" });
    const listed = await buckets.list({ ...account(), per_page: 10 });
    assert.deepEqual(
      listed.buckets?.map(({ name }) => name),
      ["attic", "pictures"],
    );
    await buckets.delete("attic", account());
    assert.deepEqual(await refusalOf(buckets.get("attic", account())), [404, 10006]);
  });

  it("hold objects for the API and for Workers, and are not deleted with them", async () => {
    const { client, edge } = it_;
    const { buckets } = client.r2;
    await buckets.create({ ...account(), name: "shared" });
    await goLive(edge, "shower", READING, {
      bindings: [{ type: "r2_bucket", name: "BUCKET", bucket_name: "shared" }],
    });
    const inBucket = { ...account(), bucket_name: "shared" };
    const content = Buffer.from("a picture");
    const headers = { "Content-Type": "image/x-tiny" };
    const put = await buckets.objects.upload("a/ü.png", content, inBucket, { headers });
    assert.equal(put.size, "9");
    const shown = await ask(edge, "shower", { path: `/${encodeURIComponent("a/ü.png")}` });
    assert.deepEqual([shown.body, shown.headers["content-type"]], ["a picture", "image/x-tiny"]);
    const got = await buckets.objects.get("a/ü.png", inBucket);
    assert.deepEqual([await got.text(), got.headers.get("content-type")], ["a picture", "image/x-tiny"]);
    const listed = await buckets.objects.list("shared", { ...account(), prefix: "a/" });
    assert.deepEqual(
      listed.result.map(({ key, size }) => [key, size]),
      [["a/ü.png", 9]],
    );
    assert.deepEqual(await refusalOf(buckets.delete("shared", account())), [409, 10008]);
    await buckets.objects.delete("a/ü.png", inBucket);
    assert.deepEqual(await refusalOf(buckets.objects.get("a/ü.png", inBucket)), [404, 10007]);
    await buckets.delete("shared", account());
  });
});
