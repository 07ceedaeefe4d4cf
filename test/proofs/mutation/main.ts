// npm run prove -- mutation: small changes of provider/rollout, and whether its tests notice them. See ../README.md.
import { globSync } from "node:fs";
import { sep } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { explained } from "./explained";
import { report, score, tally } from "./report";
import { root } from "./root";
import { tryMutants } from "./run";

const optionsSchema = z.object({
  files: z.array(z.string()),
  tests: z.array(z.string()),
  sample: z.coerce.number().int().min(1).optional(),
  seed: z.string(),
  jobs: z.coerce.number().int().min(1),
  threshold: z.coerce.number().min(0).max(100),
});

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      files: { type: "string", multiple: true, default: ["provider/rollout/**/*.ts"] },
      tests: { type: "string", multiple: true, default: ["test/rollout/**/*.test.ts"] },
      sample: { type: "string" },
      seed: { type: "string", default: "1" },
      jobs: { type: "string", default: "2" },
      threshold: { type: "string", default: "85" },
    },
  });
  const { files, tests, sample, seed, jobs, threshold } = optionsSchema.parse(values);
  const trial = { files: found(files), tests: found(tests), sample, seed, jobs };
  const findings = await tryMutants(trial, console.log);
  for (const line of report(findings, explained)) console.log(line);
  if (score(tally(findings.tried, explained)) >= threshold) return;
  console.log(`\nThe score is below ${threshold} %.`);
  process.exitCode = 1;
}

function found(patterns: readonly string[]): readonly string[] {
  const files = globSync([...patterns], { cwd: root }).map((file) => file.split(sep).join("/"));
  if (files.length === 0) throw new Error(`No file matches ${patterns.join(" or ")}.`);
  return files.sort();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  process.exitCode = 1;
});
