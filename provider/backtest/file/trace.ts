import { binOf, edgesOf } from "../../health/latencyBins";
import { closestOf } from "../../plan/likeness";
import { isOnRequests } from "../../plan/eventTypes";
import { formatDuration } from "../../plan/duration";
import type { Objective, Plan } from "../../plan/plan";
import { emptyCell, type Cell, type Trace } from "../trace";
import { throwFindings, type Finding } from "./fault";
import type { TraceFile, TraceRow } from "./row";

/** A trace from a file. */
export interface FileTrace {
  readonly trace: Trace;
  /** The SLOs of which the file has nothing: none of their events is bad. */
  readonly missing: readonly string[];
}

/** Longer than a month nobody needs, and a slip of the date would be. */
const mostBuckets = 2_700_000;

/**
 * Makes a trace for a plan of what a file holds. Buckets that are not in the file are not known.
 *
 * @param name what the file is called
 * @throws TraceFault
 */
export function traceIn(file: TraceFile, plan: Plan, name: string): FileTrace {
  const { rows: given, bucketMs: told, edges } = file;
  const rows = given.toSorted((a, b) => a.time - b.time);
  throwFindings(name, [...unknownNames(file, plan), ...impossibleCounts(given), ...wrongBins(given, edges)]);
  const [first] = rows;
  const last = rows.at(-1);
  if (first === undefined || last === undefined) {
    throwFindings(name, [{ line: undefined, reason: "there is no bucket, expected one in each line" }]);
    throw new RangeError("an empty trace");
  }
  const bucketMs = told ?? smallestStep(rows);
  if (bucketMs === undefined) {
    const reason = "there is one bucket only: how long it is cannot be told, expected at least two";
    throwFindings(name, [{ line: first.line, reason }]);
    throw new RangeError("a trace of one bucket");
  }
  throwFindings(name, offGrid(rows, bucketMs));
  const length = (last.time - first.time) / bucketMs + 1;
  if (length > mostBuckets) {
    const reason = `the file reaches over ${formatDuration(length * bucketMs)}, which are ${length} buckets; expected at most ${mostBuckets}`;
    throwFindings(name, [{ line: last.line, reason }]);
  }
  const buckets: (readonly Cell[] | undefined)[] = Array.from({ length }, () => undefined);
  for (const row of rows) {
    buckets[(row.time - first.time) / bucketMs] = plan.slos.map((slo) => cellOf(slo, row, edges));
  }
  return {
    trace: { from: first.time, bucketMs, buckets },
    missing: untold(rows, plan.slos)
      .filter(({ sli }) => sli.kind !== "probes")
      .map(({ name: slo }) => slo),
  };
}

/** What a file tells of, by its names, and where it does first. */
function namesIn(rows: readonly TraceRow[]): ReadonlyMap<string, TraceRow> {
  const names = new Map<string, TraceRow>();
  for (const row of rows) {
    for (const name of [...row.bad.keys(), ...row.valid.keys()]) if (!names.has(name)) names.set(name, row);
  }
  return names;
}

/** A column that no SLO is called by is most likely a misspelling: what it tells would be missed. */
function unknownNames({ rows, namesLine }: TraceFile, { slos }: Plan): readonly Finding[] {
  const known = slos
    .filter(({ sli }) => sli.kind !== "probes" && sli.kind !== "slower")
    .map(({ name }) => name);
  const findings = [...namesIn(rows)].flatMap(([name, row]) => {
    if (known.includes(name)) return [];
    const meant = closestOf(name, known);
    const advice = meant === undefined ? `the plan's are ${known.join(", ")}` : `did you mean "${meant}"?`;
    return { line: namesLine ?? row.line, reason: `no SLO of the plan is called "${name}": ${advice}` };
  });
  if (findings.length > 0 || rows.length === 0 || untold(rows, slos).length < slos.length) return findings;
  const reason = `nothing of what is bad is told of any SLO; expected at least one of ${known.join(", ")}`;
  return [{ line: namesLine ?? rows[0]?.line, reason }];
}

/** The SLOs of which no row tells anything. */
function untold(rows: readonly TraceRow[], slos: readonly Objective[]): readonly Objective[] {
  const names = new Set(rows.flatMap(({ bad }) => [...bad.keys()]));
  const kinds = new Set(rows.flatMap(({ latencies }) => [...latencies.keys()]));
  return slos.filter(({ name, sli }) => (sli.kind === "slower" ? !kinds.has(sli.of) : !names.has(name)));
}

/** Each bin is between two edges, or beyond one. */
function wrongBins(rows: readonly TraceRow[], edges: TraceFile["edges"]): readonly Finding[] {
  return rows.flatMap((row) =>
    [...row.latencies].flatMap(([of, bins]) => {
      const expected = (edges.get(of)?.length ?? -1) + 1;
      if (expected === bins.length) return [];
      const wanted =
        expected === 0 ? `the edges of ${of} beside the rows` : `${expected}, one more than there are edges`;
      return { line: row.line, reason: `latencies.${of}: got ${bins.length} numbers, expected ${wanted}` };
    }),
  );
}

function impossibleCounts(rows: readonly TraceRow[]): readonly Finding[] {
  return rows.flatMap((row) =>
    [...row.bad].flatMap(([name, bad]) => {
      const valid = row.valid.get(name) ?? row.requests;
      if (bad <= valid) return [];
      return {
        line: row.line,
        reason: `${name}: got ${bad} bad of ${valid}, expected at most as many as there are`,
      };
    }),
  );
}

function smallestStep(rows: readonly TraceRow[]): number | undefined {
  const steps = rows.slice(1).map(({ time }, index) => time - (rows[index]?.time ?? 0));
  const [least] = steps.filter((step) => step > 0).sort((a, b) => a - b);
  return least;
}

function offGrid(rows: readonly TraceRow[], bucketMs: number): readonly Finding[] {
  const [first] = rows;
  return rows.flatMap(({ time, line }, index) => {
    const at = new Date(time).toISOString();
    if (index > 0 && time === rows[index - 1]?.time) {
      return { line, reason: `the bucket that begins at ${at} is there twice` };
    }
    if (first === undefined || (time - first.time) % bucketMs === 0) return [];
    const expected = `a whole number of buckets of ${formatDuration(bucketMs)} after the first, ${new Date(first.time).toISOString()}`;
    return { line, reason: `time: got ${at}, expected ${expected}` };
  });
}

function cellOf(slo: Objective, row: TraceRow, edges: TraceFile["edges"]): Cell {
  const { sli, name } = slo;
  if (sli.kind === "probes") return emptyCell;
  if (sli.kind === "slower") {
    const bins = row.latencies.get(sli.of);
    const given = edges.get(sli.of);
    if (bins === undefined || given === undefined) return emptyCell;
    const latencies = rebinned(bins, given, edgesOf(sli.of));
    const valid = latencies.reduce((sum, requests) => sum + requests, 0);
    return { valid, bad: 0, latencies, tolerated: rebinned(bins, given, edgesOf(sli.of, sli.tolerance)) };
  }
  const usual = isOnRequests(sli) ? row.requests : 0;
  const valid = Math.round(row.valid.get(name) ?? usual);
  return { valid, bad: Math.min(valid, Math.round(row.bad.get(name) ?? 0)) };
}

/** How many parts a bin is cut into to be laid over other edges. */
const parts = 8;

/** Requests by other edges than they were counted by: in each bin as if their logarithms were spread evenly. */
function rebinned(
  bins: readonly number[],
  edges: readonly number[],
  wanted: readonly number[],
): readonly number[] {
  const sums = Array<number>(wanted.length + 1).fill(0);
  bins.forEach((requests, bin) => {
    const upper = edges[bin] ?? (edges.at(-1) ?? 1) * 2;
    const lower = edges[bin - 1] ?? upper / 2;
    for (let part = 0; part < parts; part += 1) {
      const ms = lower * (upper / lower) ** ((part + 0.5) / parts);
      const at = binOf(ms, wanted);
      sums[at] = (sums[at] ?? 0) + requests / parts;
    }
  });
  return wholeNumbers(sums);
}

/** Whole numbers with the same sum, as near as can be: what is over goes to the next bin. */
function wholeNumbers(sums: readonly number[]): readonly number[] {
  let over = 0;
  return sums.map((sum) => {
    const whole = Math.floor(sum + over + 1e-9);
    over += sum - whole;
    return whole;
  });
}
