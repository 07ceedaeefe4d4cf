import { cpus, totalmem } from "node:os";
import Table from "cli-table3";
import type { Sample } from "./sample";
import { medianOf } from "./statistics";

/** The samples of one load, by contestant; the first contestant is what the others are compared with. */
export type Results = ReadonlyMap<string, readonly Sample[]>;

export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model ?? "?"}, ${memory} GB, ${process.platform}, Node ${process.version}`;
}

export function tableOf(load: string, results: Results): string {
  const [reference] = results.values();
  const table = new Table({
    head: [load, "req/s", "to raw", "p50 ms", "p99 ms", "p99 to raw", "failed"],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right", "right"],
  });
  for (const [name, samples] of results) {
    table.push([
      name,
      median(samples, "perSecond").toFixed(0),
      ratio(samples, reference, "perSecond"),
      median(samples, "p50").toFixed(2),
      median(samples, "p99").toFixed(2),
      ratio(samples, reference, "p99"),
      samples.reduce((sum, { failed }) => sum + failed, 0),
    ]);
  }
  return table.toString();
}

function median(samples: readonly Sample[], field: "perSecond" | "p50" | "p99"): number {
  return medianOf(samples.map((sample) => sample[field]));
}

/** The median over the rounds of the ratio within a round: what slows the machine for a while slows both. */
function ratio(
  samples: readonly Sample[],
  reference: readonly Sample[] | undefined,
  field: "perSecond" | "p99",
): string {
  const ratios = samples.map((sample, round) => sample[field] / (reference?.[round]?.[field] ?? Number.NaN));
  return medianOf(ratios).toFixed(2);
}
