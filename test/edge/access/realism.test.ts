import assert from "node:assert/strict";
import fc from "fast-check";
import { startEdge, type Clock } from "../../../edge";
import { Reads } from "../../../edge/api/reads";
import { SYSTEM_CLOCK } from "../../../edge/data/time";
import { randomFrom } from "../../../edge/random";
import { checkRealism, isNotReady, lagOf, type Realism } from "../../../edge/realism";
import type { Version } from "../../../edge/scripts/types";
import { addVersion, call, putScript, saying, until, useEdge } from "../support";

const HOUR_MS = 3_600_000;

const numbers = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);

describe("what realism draws", () => {
  it("follows from the seed alone", () => {
    assert.deepEqual(numbers(20, randomFrom("1, read lag")), numbers(20, randomFrom("1, read lag")));
    assert.notDeepEqual(numbers(20, randomFrom("1, read lag")), numbers(20, randomFrom("2, read lag")));
    assert.notDeepEqual(numbers(20, randomFrom("1, read lag")), numbers(20, randomFrom("1, fresh version")));
  });

  it("is as often as its share says, and within its span", () => {
    const random = randomFrom("any");
    const lags = numbers(10_000, () => lagOf({ share: 0.2, lagMs: [1000, 3000] }, random));
    const behind = lags.filter((lag) => lag > 0);
    // Six standard deviations.
    assert.ok(Math.abs(behind.length - 2000) < 240, `${behind.length} of 10 000`);
    assert.ok(behind.every((lag) => lag >= 1000 && lag <= 3000));
  });

  it("takes as many numbers, whatever comes of them", () => {
    fc.assert(
      fc.property(fc.float({ min: 0, max: 1, noNaN: true }), fc.nat(5000), (share, ageMs) => {
        for (const draw of [
          (random: () => number) => lagOf({ share, lagMs: [0, 1000] }, random),
          (random: () => number) => isNotReady({ share, forMs: [0, 1000] }, ageMs, random),
        ]) {
          let taken = 0;
          draw(() => {
            taken += 1;
            return 0.5;
          });
          assert.equal(taken, 2);
        }
      }),
    );
  });

  it("lets a version be missing only while it is younger than the drawn age", () => {
    const fresh = { share: 1, forMs: [500, 1500] } as const;
    const halfway = (): number => 0.5;
    assert.equal(isNotReady(fresh, 999, halfway), true);
    assert.equal(isNotReady(fresh, 1000, halfway), false);
    assert.equal(isNotReady({ ...fresh, share: 0.5 }, 999, halfway), false);
  });

  const wrong: [realism: Realism, message: RegExp][] = [
    [{ seed: 1.5 }, /realism\.seed is 1\.5, and must be a whole number/],
    [{ propagationMs: [30, 2] }, /realism\.propagationMs is 30 to 2, and must be two numbers/],
    [{ ingestDelayMs: [-1, 2] }, /realism\.ingestDelayMs is -1 to 2/],
    [
      { readLag: { share: 5, lagMs: [0, 1] } },
      /realism\.readLag\.share is 5, and must be a share from 0 to 1/,
    ],
    [{ freshVersion: { share: 1, forMs: [0, Infinity] } }, /realism\.freshVersion\.forMs is 0 to Infinity/],
    [
      { orphanedSocketsMs: 2 ** 31 },
      /realism\.orphanedSocketsMs is 2147483648, and must be from 0 to 2147483647/,
    ],
    [{ otherCallersPerMinute: -1 }, /realism\.otherCallersPerMinute is -1, and must be 0 or more/],
  ];
  for (const [realism, message] of wrong) {
    it(`cannot be ${JSON.stringify(realism)}`, async () => {
      assert.throws(() => {
        checkRealism(realism);
      }, message);
      await assert.rejects(startEdge({ realism }), message);
    });
  }
});

describe("what a read shows", () => {
  const at = (ms: number): { id: string; createdOn: string } => ({
    id: String(ms),
    createdOn: new Date(ms).toISOString(),
  });
  const all = [at(9000), at(5000), at(1000)];
  const ids = (shown: readonly { id: string }[]): string[] => shown.map(({ id }) => id);

  it("is everything without realism", () => {
    assert.deepEqual(new Reads({}, () => 9000).shown(all), all);
  });

  it("is what there was so long ago", () => {
    const behind = new Reads({ readLag: { share: 1, lagMs: [2000, 2000] } }, () => 9000);
    assert.deepEqual(ids(behind.shown(all)), ["5000", "1000"]);
    const far = new Reads({ readLag: { share: 1, lagMs: [60_000, 60_000] } }, () => 9000);
    assert.deepEqual(far.shown(all), []);
  });

  it("is behind for the same reads with the same seed", () => {
    const sequence = (seed: number): number[] => {
      const reads = new Reads({ seed, readLag: { share: 0.5, lagMs: [0, 20_000] } }, () => 10_000);
      return numbers(50, () => reads.shown(all).length);
    };
    assert.deepEqual(sequence(7), sequence(7));
    assert.notDeepEqual(sequence(7), sequence(8));
    assert.deepEqual(new Set(sequence(7)), new Set([0, 1, 2, 3]));
  });

  it("is no version that is too new to be found", () => {
    const reads = new Reads({ freshVersion: { share: 1, forMs: [1000, 1000] } }, () => 9500);
    assert.throws(
      () => {
        reads.checkShown(at(9000) as unknown as Version);
      },
      { code: 100146, status: 404 },
    );
    reads.checkShown(at(8500) as unknown as Version);
  });
});

describe("an edge whose reads are always behind", () => {
  const started = useEdge({ realism: { readLag: { share: 1, lagMs: [HOUR_MS, HOUR_MS] } } });
  const scripts = (of: string): string => `/accounts/${started.edge.accountId}/workers/scripts/${of}`;

  it("shows neither the deployments nor the versions of now, and carries out writes all the same", async () => {
    const body = new FormData();
    body.append("metadata", JSON.stringify({ main_module: "a.mjs" }));
    body.append("a.mjs", new File([saying("x")], "a.mjs", { type: "application/javascript+module" }));
    const uploaded = await call(started.edge, scripts("behind"), { method: "PUT", body });
    assert.equal(uploaded.status, 200);
    const id = uuidOf((uploaded.json.result as { deployment_id: string }).deployment_id);

    const deployments = await call(started.edge, scripts("behind/deployments"));
    assert.deepEqual(deployments.json.result, { deployments: [] });
    const versions = await call(started.edge, scripts("behind/versions"));
    assert.deepEqual(versions.json.result, { items: [] });
    const one = await call(started.edge, scripts(`behind/versions/${id}`));
    assert.deepEqual([one.status, one.json.errors[0]?.code], [404, 100146]);
    const made = await call(started.edge, scripts("behind/deployments"), deploymentOf(id));
    assert.equal(made.status, 200);
    const read = await call(
      started.edge,
      scripts(`behind/deployments/${(made.json.result as { id: string }).id}`),
    );
    assert.deepEqual([read.status, read.json.errors[0]?.code], [404, 10007]);
  });
});

describe("an edge whose versions are ready only after a while", () => {
  let passedMs = 0;
  const clock: Clock = { ...SYSTEM_CLOCK, now: () => Date.now() + passedMs };
  const started = useEdge({ clock, realism: { freshVersion: { share: 1, forMs: [HOUR_MS, HOUR_MS] } } });
  const scripts = (of: string): string => `/accounts/${started.edge.accountId}/workers/scripts/${of}`;

  it("refuses to show and to deploy a new one, lists it, and does both later", async () => {
    await putScript(started.edge, "fresh", saying("one"));
    const id = await addVersion(started.edge, "fresh", saying("two"));
    const codeOf = async (path: string, init?: RequestInit): Promise<number | undefined> =>
      (await call(started.edge, path, init)).json.errors[0]?.code;
    assert.equal(await codeOf(scripts(`fresh/versions/${id}`)), 100146);
    assert.equal(await codeOf(scripts("fresh/deployments"), deploymentOf(id)), 100146);
    const { json } = await call(started.edge, scripts("fresh/versions"));
    assert.equal((json.result as { items: { id: string }[] }).items[0]?.id, id);

    passedMs = HOUR_MS;
    assert.equal(await codeOf(scripts(`fresh/versions/${id}`)), undefined);
    assert.equal(await codeOf(scripts("fresh/deployments"), deploymentOf(id)), undefined);
  });
});

describe("an edge that others use too", () => {
  const started = useEdge({
    rateLimit: { requests: 1_000_000, seconds: 60 },
    realism: { otherCallersPerMinute: 6_000_000_000 },
  });

  it("refuses requests although this client has made few", async () => {
    const statuses = new Set<number>();
    await until("a refusal", async () => {
      const { status } = await call(started.edge, "/accounts");
      statuses.add(status);
      return status === 429 ? true : undefined;
    });
    assert.deepEqual([...statuses], [200, 429]);
  });
});

function deploymentOf(id: string): RequestInit {
  const versions = [{ version_id: id, percentage: 100 }];
  return { method: "POST", body: JSON.stringify({ strategy: "percentage", versions }) };
}

function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
