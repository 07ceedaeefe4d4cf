// npm run prove -- matrix [--only <text>]... [--keep]: real projects, each with real commands of Pulumi.
import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { version as pulumi } from "@pulumi/pulumi/package.json";
import Table from "cli-table3";
import { startEdge, type Edge } from "../../../edge";
import { Load } from "../../e2e/load";
import { endProcessesOf } from "../../e2e/processes";
import { healthy } from "../../e2e/worker";
import { goLive } from "../../edge/support";
import { Project } from "./project";
import type { SetUp } from "./setUp";
import { setUps } from "./setUps";
import { steps, stepsOf, type Step } from "./steps";

const repository = join(__dirname, "..", "..", "..");

/** What came of each step; a step after one that failed is not tried. */
type Row = Partial<Record<Step, true | string>>;

async function main(): Promise<void> {
  const options = {
    only: { type: "string", multiple: true },
    keep: { type: "boolean" },
  } as const;
  const { only = [""], keep = false } = parseArgs({ options }).values;
  // Outside of this repository, whose packages would be found otherwise.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "matrix-")));
  const edge = await startEdge({ rateLimit: false });
  try {
    const chosen = setUps({ tarball: pack(folder), pulumi }).filter(({ name }) =>
      only.some((text) => name.includes(text)),
    );
    const rows: [string, Row][] = [];
    for (const [index, setUp] of chosen.entries()) {
      rows.push([setUp.name, await tryOut(setUp, edge, join(folder, String(index)))]);
    }
    report(folder, rows);
    process.exitCode = rows.every(([, row]) => steps.every((step) => row[step] === true)) ? 0 : 1;
  } finally {
    await endProcessesOf(folder);
    await edge.close();
    if (keep) console.log(`The projects are in ${folder}.`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

function pack(folder: string): string {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", args, { cwd: repository, encoding: "utf8" })) as {
    filename: string;
  }[];
  return join(folder, packed?.filename ?? "");
}

/** Does all steps with one set-up, for as long as they succeed. */
async function tryOut(setUp: SetUp, edge: Edge, root: string): Promise<Row> {
  const worker = `worker-${root.split("/").at(-1) ?? ""}`;
  await goLive(edge, worker, healthy);
  const load = new Load(edge, worker);
  const project = new Project(setUp, root, edge.environment());
  const todo = stepsOf(project, edge, worker, setUp.checks ?? []);
  const row: Row = {};
  try {
    for (const step of steps) {
      const begun = Date.now();
      try {
        await todo[step]();
        row[step] = true;
      } catch (error) {
        row[step] = error instanceof Error ? error.message : String(error);
      }
      console.log(
        `${setUp.name}: ${step} ${row[step] === true ? "✓" : "✗"} ${Math.round((Date.now() - begun) / 1000)}s`,
      );
      if (row[step] !== true) break;
    }
  } finally {
    load.stop();
  }
  return row;
}

/** Prints the table, and why what failed failed. */
function report(folder: string, rows: readonly [string, Row][]): void {
  const table = new Table({ head: ["set-up", ...steps], style: { head: [], border: [] } });
  const mark = (result: true | string | undefined): string =>
    result === true ? "✓" : result === undefined ? "–" : "✗";
  for (const [name, row] of rows) table.push([name, ...steps.map((step) => mark(row[step]))]);
  console.log(table.toString());
  for (const [name, row] of rows) {
    for (const [step, result] of Object.entries(row)) {
      if (result !== true) console.log(`✗ ${name}, ${step}:\n${result.replaceAll(folder, "…")}\n`);
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
