/** Something that is asked again and again. */
export interface Demand {
  /** How many requests it takes each time. */
  readonly requests: number;
  /** How often it should be asked, in milliseconds. */
  readonly wishedMs: number;
}

/** How the routine requests of a release's process are divided. Rates are requests per millisecond. */
export interface Division {
  /** No telemetry is read more often than this, in milliseconds; 0 where every wish fits. */
  readonly telemetryFloorMs: number;
  /** No deployments are, for the mere look. */
  readonly deploymentsFloorMs: number;
  /** What is left for everything but telemetry. */
  readonly otherPerMs: number;
}

/** The parts of the limit: what is not planned for is left to bursts. */
const planned = 0.8;
const forTelemetry = 0.35;
/** Of what is left for looks at deployments, so much is kept for releases that begin, and for writes. */
const forOthers = 0.25;

/** A reading of the deployments, and every third time one of the versions that can be deployed. */
const requestsPerReading = 4 / 3;

/**
 * Divides `limit` requests in `windowMs` among what the releases wish.
 *
 * @param telemetry the queries, each of which may serve many releases
 * @param releases how often each release wishes to read its deployments, in milliseconds
 * @param telemetrySent how many requests the telemetry took in the last window
 */
export function divide(
  limit: number,
  windowMs: number,
  { telemetry, releases, telemetrySent }: Needs,
): Division {
  const perMs = limit / windowMs;
  const telemetryFloorMs = fairFloorMs(telemetry, forTelemetry * perMs);
  const wanted = telemetry.reduce(
    (sum, { requests, wishedMs }) => sum + requests / everyMs(wishedMs, telemetryFloorMs),
    0,
  );
  const telemetryPerMs = Math.max(wanted, telemetrySent / windowMs);
  const otherPerMs = Math.max(planned * perMs - telemetryPerMs, forOthers * perMs);
  const readings = releases.map((wishedMs) => ({ requests: requestsPerReading, wishedMs }));
  const readingPerMs = Math.max(otherPerMs - forOthers * perMs, 0.05 * perMs);
  return { telemetryFloorMs, otherPerMs, deploymentsFloorMs: fairFloorMs(readings, readingPerMs) };
}

/** What there is to divide for. */
export interface Needs {
  readonly telemetry: readonly Demand[];
  readonly releases: readonly number[];
  readonly telemetrySent: number;
}

/**
 * The least interval that has to be kept by all, in milliseconds, so that they take at most `perMs` requests a
 * millisecond together (max-min fairness: who wishes less often gets what he wishes); 0 where all wishes fit.
 */
export function fairFloorMs(demands: readonly Demand[], perMs: number): number {
  const sorted = demands.toSorted((a, b) => a.wishedMs - b.wishedMs);
  let slower = sorted.reduce((sum, { requests, wishedMs }) => sum + requests / wishedMs, 0);
  if (slower <= perMs) return 0;
  let requests = 0;
  for (const [index, demand] of sorted.entries()) {
    requests += demand.requests;
    slower -= demand.requests / demand.wishedMs;
    const floor = requests / (perMs - slower);
    const next = sorted[index + 1]?.wishedMs ?? Infinity;
    if (slower < perMs && floor <= next) return floor;
  }
  return Infinity;
}

/** The interval of something wished for every `wishedMs`: a whole number of them, so that all who wish alike meet. */
export function everyMs(wishedMs: number, floorMs: number): number {
  return wishedMs * Math.max(1, Math.ceil(floorMs / wishedMs - 1e-9));
}
