import assert from "node:assert/strict";
import { Turns } from "../../../edge/state/turns";
import { addVersion, ask, call, deploy, goLive, putScript, saying, useEdge } from "../support";

describe("turns", () => {
  it("of one name are taken one after another, also after one that failed", async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const work =
      (name: string, fails = false) =>
      async () => {
        seen.push(`${name} begins`);
        await Promise.resolve();
        seen.push(`${name} ends`);
        if (fails) throw new Error(name);
      };
    const first = turns.take("x", work("first", true));
    const second = turns.take("x", work("second"));
    await assert.rejects(first, /first/);
    await second;
    assert.deepEqual(seen, ["first begins", "first ends", "second begins", "second ends"]);
  });

  it("of two names are taken at the same time", async () => {
    const turns = new Turns();
    let resolve: (said: string) => void = () => assert.fail("x has begun");
    const waits = turns.take("x", () => new Promise<string>((done) => (resolve = done)));
    await turns.take("y", () => {
      resolve("y was first");
      return Promise.resolve();
    });
    assert.equal(await waits, "y was first");
  });
});

describe("clients that write at the same time", () => {
  const started = useEdge();

  it("get versions with numbers of their own, and the last upload is live", async () => {
    await goLive(started.edge, "crowd", saying("0"));
    const words = ["1", "2", "3"];
    await Promise.all([
      ...words.map((word) => putScript(started.edge, "crowd", saying(word))),
      ...words.map((word) => addVersion(started.edge, "crowd", saying(`version ${word}`))),
    ]);
    const workers = `/accounts/${started.edge.accountId}/workers/scripts/crowd`;
    const { json } = await call(started.edge, `${workers}/versions?deployable=true`);
    const { items } = json.result as { items: { id: string; number: number }[] };
    assert.deepEqual(
      items.map(({ number }) => number),
      [7, 6, 5, 4, 3, 2, 1],
    );
    const { json: listed } = await call(started.edge, `${workers}/deployments`);
    const { deployments } = listed.result as { deployments: { versions: { version_id: string }[] }[] };
    const numbers = deployments.map(
      ({ versions }) => items.find(({ id }) => id === versions[0]?.version_id)?.number ?? 0,
    );
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => b - a),
    );
    const live = (await ask(started.edge, "crowd")).body;
    assert.ok(words.includes(live), live);
  });

  it("may delete a script while a version of it is uploaded: nothing of it is left", async () => {
    const first = await goLive(started.edge, "gone", saying("one"));
    const uploading = addVersion(started.edge, "gone", saying("two")).catch(() => "refused");
    const scripts = started.client.workers.scripts;
    await scripts.delete("gone", { account_id: started.edge.accountId });
    await uploading;
    await assert.rejects(deploy(started.edge, "gone", { [first]: 100 }), /does not exist/);
    const second = await goLive(started.edge, "gone", saying("new"));
    assert.notEqual(second, first);
    assert.equal((await ask(started.edge, "gone")).body, "new");
  });
});
