import assert from "node:assert/strict";
import { noDispersion } from "../../provider/health/dispersion";
import { EvidenceProcess } from "../../provider/health/evidence";
import { shareClaim, wrongShareAt } from "../../provider/health/share";
import { binomial, generator } from "../fakes/random";

const bucketMs = 10_000;
const half = 180;

interface Traffic {
  /** Requests per second to both versions. */
  readonly perSecond: number;
  /** The share that the new version serves in the bucket with this index. */
  readonly serves: (at: number, random: () => number) => number;
}

/** After how many buckets a share of 10 % is called wrong; undefined for never in half an hour. */
function foundAfter({ perSecond, serves }: Traffic, seed: string): number | undefined {
  const random = generator(seed);
  const process = new EvidenceProcess(shareClaim(0.1), { buckets: half, changes: 0 });
  for (let at = 0; at < half; at += 1) {
    const all = binomial(perSecond * 20, 0.5, random);
    const fresh = binomial(all, Math.min(1, serves(at, random)), random);
    const counts = { new: { valid: fresh, bad: 0 }, old: { valid: all - fresh, bad: 0 } };
    process.add({ start: at * bucketMs, ...counts }, { dispersion: noDispersion });
    if (process.evidence.log >= wrongShareAt) return at + 1;
  }
  return undefined;
}

const seeds = Array.from({ length: 8 }, (_, seed) => String(seed));

/** A share that wanders by 20 %. */
const wandering = (_at: number, random: () => number): number => 0.1 * (1 + 0.6 * (random() - 0.5));

describe("the new version's share", () => {
  for (const [what, serves] of [
    ["is exact", () => 0.1],
    ["is half of it", () => 0.055],
    ["is twice as large", () => 0.18],
    ["wanders", wandering],
    ["is cold and twice as large at first", (at: number) => 0.1 * (1 + Math.exp(-at / 30))],
  ] as const) {
    it(`is not called wrong where it ${what}`, () => {
      for (const perSecond of [1, 50, 300]) {
        for (const seed of seeds) assert.equal(foundAfter({ perSecond, serves }, seed), undefined, seed);
      }
    });
  }

  for (const [what, share, perSecond, most] of [
    ["nothing is served", 0, 50, 2],
    ["nothing is served, at one request a second", 0, 1, 22],
    ["a third is served", 0.1 / 3, 50, 18],
    ["three times as much is served", 0.3, 50, 9],
    ["all is served", 1, 50, 1],
  ] as const) {
    it(`is called wrong where ${what}`, () => {
      for (const seed of seeds) {
        const after = foundAfter({ perSecond, serves: () => share }, seed);
        assert.ok(after !== undefined && after <= most, `${seed}: ${after}`);
      }
    });
  }

  it("says nothing where nobody is served", () => {
    const process = new EvidenceProcess(shareClaim(0.5));
    const none = { valid: 0, bad: 0 };
    process.add({ start: 0, new: none, old: none }, { dispersion: noDispersion });
    assert.equal(process.evidence.log, 0);
  });
});
