import { writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { cloudflareClient } from "../cloudflare/client";
import { cloudflarePast } from "../cloudflare/deployments";
import { cloudflareFailures } from "../cloudflare/failures";
import { serviceClock } from "../cloudflare/serviceClock";
import { telemetryFor } from "../host/dependencies";
import { systemClock } from "../pulumi/clock";
import { deploymentsUntil } from "../report/deployments";
import { reportOn } from "../report/build";
import { htmlOf } from "../report/html";
import { markdownOf } from "../report/markdown";
import type { ReleaseReport } from "../report/model";
import type { Deployment } from "../rollout/ports";
import { planFrom, withPlan, type PlanOptions } from "./planOptions";
import { remark } from "./say";
import { accessOf, workerCommand, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions, PlanOptions {
  readonly html?: boolean;
  readonly md?: boolean;
  readonly json?: boolean;
  readonly out?: string;
}

/** `workers-release report <script> [release]` */
export function reportCommand(): Command {
  const command = workerCommand(
    "report",
    "Tells afterwards what a release did and why: read anew from the telemetry.",
  ).argument(
    "[release]",
    "the id of the release, as the messages of its deployments have it (default: the newest)",
  );
  return withPlan(command)
    .addOption(new Option("--html", "as a page of its own").conflicts(["md", "json"]))
    .addOption(new Option("--md", "as Markdown for a comment on GitHub (the default)").conflicts("json"))
    .option("--json", "as JSON")
    .option("--out <file>", "writes it there (default: to the standard output)")
    .addHelpText("after", moreHelp)
    .action(async (scriptName: string, releaseId: string | undefined, options: Options) => {
      const report = await read(scriptName, releaseId, options);
      const text = rendered(report, options);
      if (options.out === undefined) process.stdout.write(text);
      else {
        writeFileSync(options.out, text);
        remark(`The report on release ${report.releaseId} of ${scriptName} is in ${options.out}.`);
      }
    });
}

const moreHelp = `
It works for any release whose telemetry Cloudflare still keeps (3 days, on paid plans 7), whoever ran it, and reads only.
Without the plan that the release had, it is judged by what is usual. Texts of requests and exceptions are shortened where they may be about persons.`;

function rendered(report: ReleaseReport, { html, json }: Options): string {
  if (html) return htmlOf(report);
  return json ? `${JSON.stringify(report, undefined, 2)}\n` : markdownOf(report);
}

async function read(
  scriptName: string,
  releaseId: string | undefined,
  options: Options,
): Promise<ReleaseReport> {
  const plan = planFrom(options, scriptName);
  const { connection, accountId } = accessOf(options);
  const clock = serviceClock(systemClock);
  const client = cloudflareClient(connection, { dates: clock });
  const worker = { accountId, scriptName };
  const deployments = await deploymentsUntil(releaseId, cloudflarePast(client, worker));
  const asked = { scriptName, releaseId, plan };
  const report = await reportOn(asked, deployments, {
    telemetry: telemetryFor(client, worker, plan ?? { probes: [] }),
    failures: cloudflareFailures(client, worker, { failures: () => [] }),
    clock,
  });
  if (report !== undefined) return report;
  throw new Error(notFound(scriptName, releaseId, deployments));
}

function notFound(
  scriptName: string,
  releaseId: string | undefined,
  deployments: readonly Deployment[],
): string {
  const known = [...new Set(deployments.flatMap(({ record }) => record?.id ?? []))];
  const newest = known.length === 0 ? "There is none of any release." : `Known are ${known.join(", ")}.`;
  const what = releaseId === undefined ? "a release" : `release ${releaseId}`;
  return `No deployment of Worker ${scriptName} tells of ${what}. ${newest}`;
}
