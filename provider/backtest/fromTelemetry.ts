import type { Counts } from "../health/series";
import type { Sli } from "../health/sli";
import type { Plan } from "../plan/plan";
import type { Deployment, Telemetry } from "../rollout/ports";
import { periodsOf, type Period } from "./periods";
import { emptyCell, type Cell, type Trace } from "./trace";

/** What is read of a Worker's telemetry. */
export interface Reading {
  /** The periods to read, oldest first: their ends are multiples of `bucketMs`. */
  readonly periods: readonly Period[];
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  /** How many readings of the telemetry these are, of 300 buckets or a day at most. */
  readonly pieces: number;
}

/** The widths of buckets that are read, in milliseconds. */
const widths = [10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600].map((seconds) => seconds * 1000);

/** No more requests than these: a tenth of those which the API allows for a token in 5 minutes. */
export const mostRequests = 120;

const bucketsPerPiece = 300;
const dayMs = 86_400_000;

/** The time to read, and what that may cost. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** How many requests one reading takes. */
  readonly queries: number;
  /** How many requests all readings may take. Default: {@link mostRequests}. */
  readonly most?: number;
}

/**
 * What to read: the narrowest buckets that cost no more than is allowed, else the narrowest of those that cost least.
 *
 * @param deployments the newest first
 */
export function readingOf(
  plan: Plan,
  deployments: readonly Pick<Deployment, "createdAt" | "split">[],
  { from, to, queries, most = mostRequests }: Span,
): Reading {
  const readings = widths
    .filter((bucketMs) => bucketMs >= plan.pollIntervalMs || bucketMs === widths.at(-1))
    .map((bucketMs) => {
      const grid = { from: Math.ceil(from / bucketMs) * bucketMs, to: Math.floor(to / bucketMs) * bucketMs };
      const periods = periodsOf(deployments, grid.from, grid.to)
        .map((period) => ({
          ...period,
          from: Math.ceil(period.from / bucketMs) * bucketMs,
          to: Math.floor(period.to / bucketMs) * bucketMs,
        }))
        .filter((period) => period.from < period.to);
      return { periods, ...grid, bucketMs, pieces: periods.flatMap((one) => piecesOf(one, bucketMs)).length };
    });
  const fewest = Math.min(...readings.map(({ pieces }) => pieces));
  const affordable = readings.find(({ pieces }) => pieces * queries <= most || pieces === fewest);
  if (affordable === undefined) throw new RangeError("there is no width of buckets to choose from");
  return affordable;
}

function piecesOf({ versionId, from, to }: Period, bucketMs: number): readonly Period[] {
  const pieceMs = Math.min(bucketsPerPiece, Math.floor(dayMs / bucketMs)) * bucketMs;
  return Array.from({ length: Math.ceil((to - from) / pieceMs) }, (_, index) => ({
    versionId,
    from: from + index * pieceMs,
    to: Math.min(to, from + (index + 1) * pieceMs),
  }));
}

/**
 * Reads a trace from a Worker's telemetry, one piece after the other.
 *
 * @param onPiece called before each piece, with how many were read
 * @returns undefined where the telemetry has nothing in all of the time
 * @throws PortError
 */
export async function traceFromTelemetry(
  plan: Plan,
  telemetry: Telemetry,
  { periods, from, to, bucketMs }: Reading,
  onPiece: (read: number) => void,
): Promise<Trace | undefined> {
  const questions = questionsOf(plan);
  const buckets: (readonly Cell[] | undefined)[] = Array.from(
    { length: (to - from) / bucketMs },
    () => undefined,
  );
  let read = 0;
  for (const piece of periods.flatMap((period) => piecesOf(period, bucketMs))) {
    onPiece(read);
    const series = await telemetry.read({
      slis: questions.flatMap(({ slis }) => slis),
      newVersionId: piece.versionId,
      oldVersionId: undefined,
      ...{ from: piece.from, to: piece.to, bucketMs },
    });
    const counts = series.map((all) => new Map(all.map((bucket) => [bucket.start, bucket.new])));
    for (let start = piece.from; start < piece.to; start += bucketMs) {
      buckets[(start - from) / bucketMs] = cellsAt(questions, counts, start);
    }
    read += 1;
  }
  // What was served before the first request that is kept, nobody knows any more.
  const first = buckets.findIndex((cells) => cells?.some(({ valid }) => valid > 0));
  if (first === -1) return undefined;
  return { from, bucketMs, buckets: buckets.map((cells, index) => (index < first ? undefined : cells)) };
}

/** What the telemetry is asked for an SLO: nothing for probes, and latencies by the edges of both versions. */
interface Question {
  readonly slis: readonly Sli[];
}

function questionsOf({ slos }: Plan): readonly Question[] {
  return slos.map(({ sli }) => {
    if (sli.kind === "probes") return { slis: [] };
    return { slis: sli.kind === "slower" ? [{ ...sli, tolerance: 1 }, sli] : [sli] };
  });
}

/** The SLIs of a plan as they are asked for: as many as its series, in their order. */
export function slisAsked(plan: Plan): readonly Sli[] {
  return questionsOf(plan).flatMap(({ slis }) => slis);
}

function cellsAt(questions: readonly Question[], all: readonly Counted[], start: number): readonly Cell[] {
  let next = 0;
  return questions.map(({ slis }) => {
    const [own, tolerated] = slis.map((_, index) => roundedAt(all[next + index], start));
    next += slis.length;
    if (own === undefined) return emptyCell;
    return tolerated?.latencies === undefined ? own : { ...own, tolerated: tolerated.latencies };
  });
}

/** What one SLI has counted, by when its buckets begin. */
type Counted = ReadonlyMap<number, Counts>;

/** Where telemetry is sampled, counts are fractions. */
function roundedAt(counted: Counted | undefined, start: number): Counts {
  const { valid, bad, latencies } = counted?.get(start) ?? emptyCell;
  if (latencies === undefined) {
    const all = Math.round(valid);
    return { valid: all, bad: Math.min(Math.round(bad), all) };
  }
  const bins = latencies.map(Math.round);
  return { valid: bins.reduce((sum, requests) => sum + requests, 0), bad: 0, latencies: bins };
}
