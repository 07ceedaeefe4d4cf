import { Command } from "commander";
import { checkCommand } from "./plan/check";
import { schemaCommand } from "./plan/schema";
import { showCommand } from "./plan/show";
import { backtestCommand } from "./planBacktest";

/** `workers-release plan` */
export function planCommand(): Command {
  return new Command("plan")
    .description("Looks at plan files, before a release does.")
    .addCommand(checkCommand())
    .addCommand(showCommand())
    .addCommand(backtestCommand())
    .addCommand(schemaCommand());
}
