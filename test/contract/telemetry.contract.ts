import assert from "node:assert/strict";
import { add, noCounts, type Counts, type Series } from "../../provider/health/series";
import { above } from "../../provider/health/latencyBins";
import type { Filter, Sli } from "../../provider/health/sli";
import type { SeriesQuery, Telemetry } from "../../provider/rollout/ports";

/** What a version does with every request: answer, answer 500, throw, or answer after 50 ms. */
export type Behaviour = "ok" | "status500" | "throws" | "slow";

/** How many requests each version serves, and what it does with them. */
export interface Load {
  readonly requests: number;
  readonly old: Behaviour;
  readonly new: Behaviour;
}

/** A Worker with two versions that serve at the same time, to try a {@link Telemetry} on. */
export interface ObservedWorker {
  readonly telemetry: Telemetry;
  readonly oldVersionId: string;
  readonly newVersionId: string;
  /**
   * Serves a load, and waits until it is counted. Gives the span in which it was served: whole buckets, which share
   * nothing with those of another load.
   */
  serve(load: Load): Promise<Pick<SeriesQuery, "from" | "to" | "bucketMs">>;
  /** The telemetry of a Worker whose invocations are not recorded. */
  readonly blind: Telemetry;
}

const serverErrors: Sli = { kind: "serverErrors" };
const exceptions: Sli = { kind: "exceptions" };
const slowerThan = (limitMs: number): Sli => ({ kind: "wallTime", limitMs });
const anHour = 3_600_000;

/** What every {@link Telemetry} keeps to, tried on one Worker. */
export function telemetryContract(start: () => Promise<ObservedWorker>): void {
  let worker: ObservedWorker;
  before(async () => {
    worker = await start();
  });

  /** The counts of each SLI over the whole span, new version first. */
  async function counts(load: Load, slis: readonly Sli[]): Promise<[Counts, Counts][]> {
    const span = await worker.serve(load);
    const series = await worker.telemetry.read({ ...versions(), slis, ...span });
    return series.map((buckets) => [sum(buckets, "new"), sum(buckets, "old")]);
  }

  function versions() {
    return { newVersionId: worker.newVersionId, oldVersionId: worker.oldVersionId };
  }

  it("counts what each version served", async () => {
    const load = { requests: 5, old: "ok", new: "ok" } as const;
    const fine = { valid: 5, bad: 0 };
    const expected = [fine, fine];
    const slis = [serverErrors, exceptions, slowerThan(anHour)];
    assert.deepEqual(await counts(load, slis), [expected, expected, expected]);
  });

  it("counts a 5xx as a server error and not as an exception", async () => {
    const load = { requests: 4, old: "ok", new: "status500" } as const;
    const all = { valid: 4, bad: 4 };
    const none = { valid: 4, bad: 0 };
    assert.deepEqual(await counts(load, [serverErrors, exceptions]), [
      [all, none],
      [none, none],
    ]);
  });

  it("counts an exception once, as both", async () => {
    const load = { requests: 4, old: "throws", new: "ok" } as const;
    const all = { valid: 4, bad: 4 };
    const none = { valid: 4, bad: 0 };
    assert.deepEqual(await counts(load, [serverErrors, exceptions]), [
      [none, all],
      [none, all],
    ]);
  });

  it("counts the statuses asked for", async () => {
    const load = { requests: 4, old: "ok", new: "status500" } as const;
    const status = (from: number, to: number): Sli => ({ kind: "status", statuses: [{ from, to }] });
    const [all, none] = [
      { valid: 4, bad: 4 },
      { valid: 4, bad: 0 },
    ];
    assert.deepEqual(await counts(load, [status(500, 599), status(429, 429), serverErrors]), [
      [all, none],
      [none, none],
      [all, none],
    ]);
  });

  it("counts what filters of one's own find", async () => {
    const load = { requests: 3, old: "ok", new: "status500" } as const;
    const answered500: Filter = {
      key: "$workers.event.response.status",
      operation: "eq",
      type: "number",
      value: 500,
    };
    const own: Sli = { kind: "custom", valid: [], bad: [answered500] };
    assert.deepEqual(await counts(load, [own]), [
      [
        { valid: 3, bad: 3 },
        { valid: 3, bad: 0 },
      ],
    ]);
  });

  it("counts what took longer than a limit", async () => {
    const load = { requests: 3, old: "ok", new: "slow" } as const;
    const [[slow], [never]] = (await counts(load, [slowerThan(20), slowerThan(anHour)])) as [
      [Counts, Counts],
      [Counts, Counts],
    ];
    assert.deepEqual(
      [slow, never],
      [
        { valid: 3, bad: 3 },
        { valid: 3, bad: 0 },
      ],
    );
  });

  it("counts how long requests took, those of the new version by higher edges", async () => {
    const load = { requests: 3, old: "slow", new: "slow" } as const;
    // Whatever takes 50 ms is above the edge at 28 ms, and never above one 1000 times as high.
    const all: Sli = { kind: "slower", of: "wallTime", tolerance: 1 };
    const none: Sli = { ...all, tolerance: 1000 };
    const slower = ({ valid, bad, latencies = [] }: Counts) => [valid, bad, above(3, latencies)];
    assert.deepEqual(
      (await counts(load, [all, none])).map((both) => both.map(slower)),
      [
        [
          [3, 0, 3],
          [3, 0, 3],
        ],
        [
          [3, 0, 0],
          [3, 0, 3],
        ],
      ],
    );
  });

  it("answers in the order asked, and the same SLI twice when asked twice", async () => {
    const load = { requests: 2, old: "ok", new: "status500" } as const;
    const bad = (await counts(load, [exceptions, serverErrors, exceptions])).map(([fresh]) => fresh.bad);
    assert.deepEqual(bad, [0, 2, 0]);
  });

  it("has nothing of an old version when there was none", async () => {
    const span = await worker.serve({ requests: 2, old: "ok", new: "ok" });
    const query = { slis: [exceptions], newVersionId: worker.newVersionId, oldVersionId: undefined, ...span };
    const [buckets = []] = await worker.telemetry.read(query);
    assert.deepEqual([sum(buckets, "new").valid, sum(buckets, "old").valid], [2, 0]);
  });

  it("puts every request into one bucket of the grid, wherever a span is cut", async () => {
    const span = await worker.serve({ requests: 6, old: "ok", new: "ok" });
    const middle = span.from + Math.ceil((span.to - span.from) / span.bucketMs / 2) * span.bucketMs;
    const query = { ...versions(), slis: [exceptions], ...span };
    const [whole = []] = await worker.telemetry.read(query);
    const [first = []] = await worker.telemetry.read({ ...query, to: middle });
    const [second = []] = await worker.telemetry.read({ ...query, from: middle });
    assert.deepEqual([...first, ...second].filter(served), whole.filter(served));
    for (const { start } of whole) {
      assert.ok(span.from <= start && start < span.to && (start - span.from) % span.bucketMs === 0);
    }
  });

  it("has nothing of a time without traffic", async () => {
    const { from, bucketMs } = await worker.serve({ requests: 1, old: "ok", new: "ok" });
    const yesterday = { from: from - 24 * anHour, to: from - 24 * anHour + 10 * bucketMs, bucketMs };
    const [buckets = []] = await worker.telemetry.read({ ...versions(), slis: [exceptions], ...yesterday });
    assert.deepEqual(buckets.filter(served), []);
  });

  it("knows whether it can see", async () => {
    assert.equal((await worker.telemetry.readiness([])).blindBecause, undefined);
    assert.match((await worker.blind.readiness([])).blindBecause ?? "", /observability/);
  });
}

function sum(buckets: Series, version: "new" | "old"): Counts {
  return buckets.map((bucket) => bucket[version]).reduce(add, noCounts);
}

function served(bucket: Series[number]): boolean {
  return bucket.new.valid + bucket.old.valid > 0;
}
