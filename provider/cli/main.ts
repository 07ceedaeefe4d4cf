#!/usr/bin/env node
import { Command } from "commander";
import { unfitForCommands } from "../pulumi/runtime";
import { abortCommand } from "./abort";
import { approveCommand } from "./approve";
import { dashboardCommand } from "./dashboard";
import { completionCommand } from "./completion";
import { doctorCommand } from "./doctor";
import { edgeCommand } from "./edge";
import { planCommand } from "./plan";
import { reportCommand } from "./report";
import { historyCommand } from "./history";
import { holdCommand } from "./hold";
import { promoteCommand } from "./promote";
import { resumeCommand } from "./resume";
import { remark } from "./say";
import { runCommand } from "./run";
import { statusCommand } from "./status";

const program = new Command("workers-release")
  .description("Looks after releases of Cloudflare Workers, and runs a local Cloudflare to rehearse them on.")
  .addCommand(runCommand())
  .addCommand(statusCommand())
  .addCommand(historyCommand())
  .addCommand(approveCommand())
  .addCommand(promoteCommand())
  .addCommand(holdCommand())
  .addCommand(resumeCommand())
  .addCommand(abortCommand())
  .addCommand(planCommand())
  .addCommand(dashboardCommand())
  .addCommand(reportCommand())
  .addCommand(doctorCommand())
  .addCommand(edgeCommand())
  .showHelpAfterError("Add --help to see what is possible.")
  .hook("preAction", () => {
    const unfit = unfitForCommands(process.versions.node);
    if (unfit !== undefined) throw new Error(unfit);
  });

program.addCommand(completionCommand(program));

program.parseAsync().catch((error: unknown) => {
  remark(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
