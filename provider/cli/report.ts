import { writeFileSync } from "node:fs";
import { Option, type Command } from "commander";
import { cloudflareClient } from "../cloudflare/client";
import { cloudflarePast } from "../cloudflare/deployments";
import { cloudflareFailures } from "../cloudflare/failures";
import { serviceClock } from "../cloudflare/serviceClock";
import { cloudflareTelemetry } from "../cloudflare/telemetry";
import { systemClock } from "../pulumi/clock";
import { reportOn } from "../report/build";
import { htmlOf } from "../report/html";
import { markdownOf } from "../report/markdown";
import type { ReleaseReport } from "../report/model";
import type { Deployment } from "../rollout/ports";
import { planGiven } from "./planGiven";
import { remark } from "./say";
import { accessOf, workerCommand, type WorkerOptions } from "./worker";

interface Options extends WorkerOptions {
  readonly html?: boolean;
  readonly md?: boolean;
  readonly json?: boolean;
  readonly plan?: string;
  readonly out?: string;
}

/** `workers-release report <script> [release]` */
export function reportCommand(): Command {
  return workerCommand("report", "Tells afterwards what a release did and why: read anew from the telemetry.")
    .argument(
      "[release]",
      "the id of the release, as the messages of its deployments have it (default: the newest)",
    )
    .addOption(new Option("--html", "as a page of its own").conflicts(["md", "json"]))
    .addOption(new Option("--md", "as Markdown for a comment on GitHub (the default)").conflicts("json"))
    .option("--json", "as JSON")
    .option("--plan <file>", "the plan of the release; without it the usual SLOs are shown")
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
Texts of requests and exceptions are shortened where they may be about persons.`;

function rendered(report: ReleaseReport, { html, json }: Options): string {
  if (html) return htmlOf(report);
  return json ? `${JSON.stringify(report, undefined, 2)}\n` : markdownOf(report);
}

async function read(
  scriptName: string,
  releaseId: string | undefined,
  options: Options,
): Promise<ReleaseReport> {
  const plan = options.plan === undefined ? undefined : planGiven(options.plan);
  const { connection, accountId } = accessOf(options);
  const clock = serviceClock(systemClock);
  const client = cloudflareClient(connection, { dates: clock });
  const worker = { accountId, scriptName };
  const deployments = await cloudflarePast(client, worker).recent();
  const asked = { scriptName, releaseId, plan };
  const report = await reportOn(asked, deployments, {
    telemetry: cloudflareTelemetry(client, worker, { leaveOutProbes: (plan?.probes.length ?? 0) > 0 }),
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
  const newest =
    known.length === 0 ? "None of them is of a release." : `They are of the releases ${known.join(", ")}.`;
  const what = releaseId === undefined ? "a release" : `release ${releaseId}`;
  return `No deployment of Worker ${scriptName} tells of ${what}. Cloudflare lists the ten newest. ${newest}`;
}
