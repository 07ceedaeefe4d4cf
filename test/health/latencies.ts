import { binOf, edgesOf } from "../../provider/health/latencyBins";
import { LatencyJudgement } from "../../provider/health/latencyJudgement";
import { latencyPastOf } from "../../provider/health/latencyPast";
import type { Bucket, Counts } from "../../provider/health/series";
import { generator } from "../fakes/random";
import { swing } from "./swing";

/** Requests whose times are log-normal with a median of 60 ms and a 99th percentile of 400 ms. */
const medianMs = 60;
const sigma = Math.log(400 / 60) / 2.3263;
const bucketMs = 10_000;

/** What is done to the new version's time of a request, given its rank from 0 to 1 and another such number. */
export type Change = (ms: number, rank: number, luck: number) => number;

/** A release of half an hour, whose new version gets a tenth of the requests. */
export interface Case {
  readonly change?: Change;
  /** How much longer the new version may take. Default: not at all. */
  readonly tolerance?: number;
  readonly perSecond?: number;
  /** How much the logarithms of the times of each version swing, and of both together. */
  readonly ownSwing?: number;
  readonly sharedSwing?: number;
  /** From which bucket on the new version is changed. */
  readonly from?: number;
  /** What is done to the times of the past, by the number of the bucket. */
  readonly incident?: (bucket: number) => number;
}

/** Seconds until the new version is found slower; undefined when it is not. */
export function foundAfter(seed: string, given: Case): number | undefined {
  const world = new World(seed, given);
  const past = latencyPastOf(world.past(), bucketMs);
  const course = { buckets: 180, changes: 0 };
  const judgement = new LatencyJudgement(0.01, { past, bucketMs, course });
  for (const bucket of world.release()) {
    judgement.add(bucket);
    if (judgement.verdict.violated) return bucket.start / 1000 + 10 - 10 * (given.from ?? 0);
  }
  return undefined;
}

/** Both versions' requests. */
export class World {
  private readonly random: () => number;

  constructor(
    seed: string,
    private readonly given: Case,
  ) {
    this.random = generator(seed);
  }

  /** The old version's hour before the release. */
  past(): readonly Counts[] {
    const { perSecond = 50, incident = () => 1 } = this.given;
    const load = this.swinging(360, Math.max(this.given.ownSwing ?? 0, this.given.sharedSwing ?? 0));
    return load.map((factor, at) =>
      this.counts(perSecond * 10, edgesOf("wallTime"), (ms) => ms * factor * incident(at)),
    );
  }

  *release(buckets = 180): Iterable<Bucket> {
    const { change = (ms: number) => ms, tolerance = 1, perSecond = 50, from = 0 } = this.given;
    const { ownSwing, sharedSwing } = this.given;
    const [ofNew, ofOld] = [this.swinging(buckets, ownSwing), this.swinging(buckets, ownSwing)];
    const both = this.swinging(buckets, sharedSwing);
    for (let at = 0; at < buckets; at += 1) {
      const [shared = 1, fresh = 1, old = 1] = [both[at], ofNew[at], ofOld[at]];
      const changed: Change = (ms, rank, luck) => (at < from ? ms : change(ms, rank, luck)) * shared * fresh;
      yield {
        start: at * bucketMs,
        new: this.counts(perSecond, edgesOf("wallTime", tolerance), changed),
        old: this.counts(perSecond * 9, edgesOf("wallTime"), (ms) => ms * shared * old),
      };
    }
  }

  private swinging(buckets: number, size = 0): readonly number[] {
    if (size === 0) return Array<number>(buckets).fill(1);
    return swing(buckets, 0.8, this.random).map((value) => Math.exp(size * value));
  }

  private counts(requests: number, edges: readonly number[], change: Change): Counts {
    const latencies = Array<number>(edges.length + 1).fill(0);
    for (let request = 0; request < requests; request += 1) {
      const [a, b] = [1 - this.random(), this.random()];
      const normal = Math.sqrt(-2 * Math.log(a)) * Math.cos(2 * Math.PI * b);
      const ms = Math.floor(change(medianMs * Math.exp(sigma * normal), rankOf(normal), this.random()));
      const bin = binOf(ms, edges);
      latencies[bin] = (latencies[bin] ?? 0) + 1;
    }
    return { valid: requests, bad: 0, latencies };
  }
}

/** The normal distribution function (logistic approximation, off by 0.01 at most). */
function rankOf(normal: number): number {
  return 1 / (1 + Math.exp(-1.5976 * normal - 0.07056 * normal ** 3));
}
