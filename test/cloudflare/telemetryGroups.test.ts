import assert from "node:assert/strict";
import { countAnswer, type CountAnswer } from "../../provider/cloudflare/telemetryAnswer";
import { addsUpTo, groupsIn, KnownGroups } from "../../provider/cloudflare/telemetryGroups";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import type { Sli } from "../../provider/health/sli";
import { LiveTelemetry, suggested, visit, type LiveRow } from "./live/model";

const from = Date.UTC(2026, 0, 31);
const bucketMs = 10_000;
const worker = { accountId: "acc", scriptName: "checkout" };
const slis: readonly Sli[] = [{ kind: "serverErrors" }, { kind: "canceled" }];
const minute = { slis, newVersionId: "new", oldVersionId: "old", from, to: from + 60_000, bucketMs };

const outcome = (version: string, second: number, name: string): LiveRow =>
  visit(version, from + second * 1000, { "$workers.outcome": name });

/** A minute of many good requests of both versions, and of a few that are not. */
function troubled(): LiveRow[] {
  const good = Array.from({ length: 60 }, (_, second) => [
    ...Array.from({ length: 9 }, () => visit("old", from + second * 1000)),
    visit("new", from + second * 1000),
  ]).flat();
  return [
    ...good,
    ...[10, 11, 12].map((second) => outcome("new", second, "exception")),
    ...[53, 54].map((second) => outcome("new", second, "canceled")),
    outcome("old", 15, "exceededCpu"),
  ];
}

function live(rows: LiveRow[], mostGroups: number) {
  const api = new LiveTelemetry(rows, () => from + 86_400_000, { ...suggested, mostGroups });
  return { api, port: cloudflareTelemetry(api.client(), worker) };
}

const second = { new: { valid: 13, bad: 3 }, old: { valid: 91, bad: 1 } };

describe("the groups of an answer", () => {
  for (const mostGroups of [2000, 10, 5, 4, 3, 2]) {
    it(`are all counted where an answer holds ${mostGroups}`, async () => {
      const { port } = live(troubled(), mostGroups);
      const [errors, canceled] = await port.read(minute);
      assert.deepEqual(errors?.[1], { start: from + bucketMs, ...second });
      assert.deepEqual(
        canceled?.map((bucket) => bucket.new.bad),
        [0, 0, 0, 0, 0, 2],
      );
    });
  }

  it("that one bucket of one version cannot hold are no zeros, and no answer", async () => {
    const { port } = live(troubled(), 1);
    // One group is an answer that has one group to give: two are needed for a doubt.
    await assert.doesNotReject(port.read(minute));
    const crowded = [...troubled(), outcome("new", 10, "exceededMemory"), outcome("new", 11, "exceededCpu")];
    await assert.rejects(live(crowded, 2).port.read(minute), {
      failure: "unavailable",
      message: /fewer groups .* than there are.*: what it lacks is not zero, so it is not judged/,
    });
  });

  it("are checked once where many requests come", async () => {
    const { api, port } = live(troubled(), 2000);
    await port.read(minute);
    const first = api.asked.length;
    await port.read(minute);
    assert.equal(api.asked.length - first, 2);
  });

  it("may have grown since they were asked for", async () => {
    const { api, port } = live(
      troubled().map(({ fields, ...row }) => ({ ...row, fields: { ...fields, "$metadata.rayId": "one" } })),
      2000,
    );
    const asked = api.asked.push.bind(api.asked);
    api.asked.push = (query) => {
      // It arrives between the groups and the count of all.
      if (query.parameters?.groupBys?.length === 0 && api.rows.length === 606)
        api.rows.push(visit("new", from));
      return asked(query);
    };
    const [errors] = await port.read(minute);
    assert.equal(errors?.[0]?.new.valid, 11);
  });
});

describe("the number of groups that answers hold", () => {
  it("is known to be at least what one held, and no doubt is left below it", () => {
    const known = new KnownGroups();
    assert.deepEqual(
      [1, 2, 3].map((groups) => known.mayLack(groups)),
      [false, true, true],
    );
    known.learn(12);
    known.learn(4);
    assert.deepEqual(
      [11, 12].map((groups) => known.mayLack(groups)),
      [false, true],
    );
  });

  const answer = (values: readonly number[], abr = 1): CountAnswer =>
    countAnswer.parse({
      statistics: { abr_level: abr },
      calculations: [
        {
          series: [
            {
              time: from,
              data: values.map((value, index) => {
                const groups = [{ key: "$workers.outcome", value: `outcome ${index}` }];
                return { value, sampleInterval: 3, groups };
              }),
            },
          ],
        },
      ],
    });

  it("is enough where they add up, to the event", () => {
    assert.equal(groupsIn(answer([1, 2, 3])), 3);
    assert.equal(addsUpTo(answer([1000]), answer([999, 1])), true);
    assert.equal(addsUpTo(answer([1000]), answer([999])), false);
    assert.equal(addsUpTo(answer([1000]), answer([1200])), true);
  });

  it("is enough where each answer has read another part, by one in a hundred", () => {
    assert.equal(addsUpTo(answer([1000], 10), answer([991], 10)), true);
    assert.equal(addsUpTo(answer([1000], 10), answer([980], 10)), false);
  });
});
