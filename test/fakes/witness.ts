import { servedSince, type Served } from "../../provider/health/series";
import { PortError, type TimeSpan, type Witness, type WitnessQuery } from "../../provider/rollout/ports";
import type { VirtualClock } from "./clock";
import type { FakeDeployments } from "./deployments";
import { FakeTelemetry, type Traffic } from "./telemetry";

/** What metrics say to a token that lacks the permission. */
const refusal = new PortError("refused", "The metrics are not allowed.");

/** Metrics that may not be read. */
export const forbiddenWitness: Witness = { count: () => Promise.reject(refusal) };

/**
 * Metrics of the same traffic as those of the telemetry, whatever becomes of that. Unless it is allowed, they are refused
 * as with a token that lacks the permission.
 */
export class FakeWitness implements Witness {
  /** What they say when they are asked; undefined where they answer. */
  error: PortError | undefined = refusal;
  /** How often they were asked, failures included. */
  asked = 0;
  private readonly truth: FakeTelemetry;
  private readonly bucketMs: number;

  /** @param timing how late they are, and how wide the buckets of the traffic, both in milliseconds */
  constructor(
    clock: VirtualClock,
    deployments: FakeDeployments,
    traffic: Traffic,
    { delayMs, bucketMs } = { delayMs: 75_000, bucketMs: 10_000 },
  ) {
    this.truth = new FakeTelemetry(clock, deployments, { ...traffic, delayMs });
    this.bucketMs = bucketMs;
  }

  async count({ spans, ...versions }: WitnessQuery): Promise<readonly Served[]> {
    this.asked += 1;
    if (this.error) throw this.error;
    return Promise.all(spans.map((span) => this.servedIn(span, versions)));
  }

  private async servedIn(span: TimeSpan, versions: Omit<WitnessQuery, "spans">): Promise<Served> {
    const slis = [{ kind: "exceptions" as const }];
    const [series = []] = await this.truth.read({ slis, ...versions, ...span, bucketMs: this.bucketMs });
    return servedSince(series, span.from);
  }
}
