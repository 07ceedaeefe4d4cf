import { CsvError, parse } from "csv-parse/sync";
import { throwFindings, type Finding } from "./fault";
import { events, time, type TraceFile, type TraceRow } from "./row";

interface Line {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** The end of a column's name that counts what is valid by an SLO, where that is not the requests. */
const validColumn = / valid$/;

/**
 * Reads a trace in CSV: a line of names, `time`, `requests` and those of SLOs, then a line for each bucket.
 *
 * @param file what it is called
 * @throws TraceFault
 */
export function csvTrace(text: string, file: string): TraceFile {
  const [head, ...lines] = linesOf(text, file);
  const names = head?.record.map((name) => name.trim()) ?? [];
  throwFindings(file, faultsOfHead(names));
  const findings: Finding[] = [];
  const rows = lines.map(({ record, info }): TraceRow => {
    const wrong = (name: string, found: string, expected: string): void => {
      findings.push({
        line: info.lines,
        reason: `${name}: got ${JSON.stringify(found)}, expected ${expected}`,
      });
    };
    const [bad, valid] = [new Map<string, number>(), new Map<string, number>()];
    let [at, requests] = [NaN, NaN];
    names.forEach((name, index) => {
      const given = (record[index] ?? "").trim();
      const read = (name === "time" ? time : events).safeParse(given);
      if (!read.success) wrong(name, given, read.error.issues[0]?.message ?? "");
      else if (name === "time") at = read.data;
      else if (name === "requests") requests = read.data;
      else if (validColumn.test(name)) valid.set(name.replace(validColumn, ""), read.data);
      else bad.set(name, read.data);
    });
    return { line: info.lines, time: at, requests, bad, valid, latencies: new Map() };
  });
  throwFindings(file, findings);
  return { rows, bucketMs: undefined, edges: new Map(), namesLine: head?.info.lines ?? 1 };
}

function linesOf(text: string, file: string): readonly Line[] {
  try {
    return parse(text, { info: true, bom: true, skip_empty_lines: true }) as unknown as readonly Line[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error["lines"] === "number" ? error["lines"] : undefined;
    throwFindings(file, [{ line, reason: error.message }]);
    throw error;
  }
}

function faultsOfHead(names: readonly string[]): readonly Finding[] {
  const missing = ["time", "requests"].filter((name) => !names.includes(name));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...missing.map((name) => ({
      line: 1,
      reason: `there is no column "${name}"; the first line names the columns: time, requests, and the SLOs`,
    })),
    ...twice.map((name) => ({ line: 1, reason: `there are two columns "${name}"` })),
  ];
}
