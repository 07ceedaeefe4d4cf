import { Command } from "commander";
import { loadPlanFile } from "../../plan/file/load";
import { planFiles } from "../../planFiles";
import { forecastOf } from "../../preview/forecast";
import { say } from "../say";
import { givenFrom, withArgsOption, type GivenArgs } from "./args";
import { formats } from "./formats";
import { timelineText } from "./timeline";

/** `workers-release plan show <file>` */
export function showCommand(): Command {
  const command = new Command("show")
    .description("Shows the stages of a plan as a timeline, and what judges them.")
    .argument("<file>", "a plan file, or a ready-made plan, such as pulumi-workers-release/standard");
  return withArgsOption(command).action((path: string, { args }: { args: GivenArgs }) => {
    const { checked, problems, missing } = loadPlanFile(path, planFiles, givenFrom(args, "refuse"));
    const { name: file } = planFiles.locate(path);
    if (checked === undefined) {
      say(formats.text([{ file, problems, missing }]));
      process.exitCode = 1;
      return;
    }
    say(timelineText(file, checked, forecastOf(checked)));
  });
}
