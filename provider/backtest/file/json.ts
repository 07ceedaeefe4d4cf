import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { parseInput, faultsOf } from "../../plan/faults";
import { duration } from "../../plan/schemaParts";
import { throwFindings } from "./fault";
import { events, time, type TraceFile } from "./row";

const counts = z.record(z.string(), events);
const bins = z.array(events, { error: "a list of numbers of requests, one more than there are edges" });
const edges = z
  .array(z.number().positive({ error: "milliseconds above 0" }), {
    error: "a list of milliseconds, each more than the one before",
  })
  .min(1, { error: "a list of at least one edge" })
  .refine((list) => list.every((edge, index) => edge > (list[index - 1] ?? 0)), {
    error: "a list of milliseconds, each more than the one before",
  });
const kinds = ["wallTime", "cpuTime"] as const;

/** A trace in JSON. */
export const traceFile = z.strictObject({
  bucket: duration(1000, 3_600_000),
  edges: z.partialRecord(z.enum(kinds), edges).optional(),
  rows: z
    .array(
      z.strictObject({
        time,
        requests: events,
        bad: counts.optional(),
        valid: counts.optional(),
        latencies: z.partialRecord(z.enum(kinds), bins).optional(),
      }),
      { error: "a list of buckets, each with `time` and `requests`" },
    )
    .min(1, { error: "a list of at least one bucket" }),
});

/**
 * Reads a trace in JSON, see {@link traceFile}.
 *
 * @param file what it is called
 * @throws TraceFault
 */
export function jsonTrace(text: string, file: string): TraceFile {
  const input = parsed(text, file);
  const read = parseInput(traceFile, input);
  if (!read.success) {
    const lineOf = linesIn(text);
    const issues = read.error.issues.map(({ path }) => path);
    throwFindings(
      file,
      faultsOf(read.error, input, "").map(({ path, reason }, index) => ({
        line: lineOf(issues[index] ?? []),
        reason: path === "" ? reason : `${path}: ${reason}`,
      })),
    );
  }
  const { bucket, edges: given = {}, rows } = read.data as z.output<typeof traceFile>;
  // Lines are looked for only where something is wrong.
  let lineOf: ((path: readonly PropertyKey[]) => number) | undefined;
  return {
    bucketMs: bucket,
    edges: new Map(Object.entries(given)),
    rows: rows.map((row, index) => ({
      get line() {
        lineOf ??= linesIn(text);
        return lineOf(["rows", index]);
      },
      ...{ time: row.time, requests: row.requests },
      bad: new Map(Object.entries(row.bad ?? {})),
      valid: new Map(Object.entries(row.valid ?? {})),
      latencies: new Map(Object.entries(row.latencies ?? {})),
    })),
  };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throwFindings(file, [
      { line: lineIn(message) ?? lineOfFault(text), reason: `this is no JSON: ${message}` },
    ]);
    throw error;
  }
}

/** Node's message names most places: "… in JSON at position 78 (line 4 column 59)". */
function lineIn(message: string): number | undefined {
  const [, line] = /\(line (\d+) column \d+\)/.exec(message) ?? [];
  return line === undefined ? undefined : Number(line);
}

/** JSON is YAML, nearly: most of what is wrong with the one is with the other. */
function lineOfFault(text: string): number | undefined {
  const lines = new LineCounter();
  const [first] = parseDocument(text, { lineCounter: lines }).errors;
  return first && lines.linePos(first.pos[0]).line;
}

/** Tells in which line of a JSON text something stands. */
function linesIn(text: string): (path: readonly PropertyKey[]) => number {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
}
