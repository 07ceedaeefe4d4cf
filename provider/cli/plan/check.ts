import { Command, Option } from "commander";
import { loadPlanFile, type LoadedPlan } from "../../plan/file/load";
import { planFiles } from "../../planFiles";
import { givenFrom, withArgsOption, type GivenArgs } from "./args";
import { formats, type Format } from "./formats";

interface Options {
  readonly format: Format;
  readonly args: GivenArgs;
}

/** A plan file that was checked. */
export interface CheckedFile extends Pick<LoadedPlan, "problems" | "missing"> {
  readonly file: string;
}

/** `workers-release plan check <file...>` */
export function checkCommand(): Command {
  const command = new Command("check")
    .description("Tells all that is wrong with plan files, each with its file, line and column.")
    .argument("<file...>", "plan files, or ready-made plans, such as pulumi-workers-release/standard")
    .addOption(
      new Option("--format <format>", "text; github, which annotates a pull request; or json")
        .choices(["text", "github", "json"])
        .default("text"),
    );
  return withArgsOption(command)
    .addHelpText("after", whatItDoes)
    .action((paths: string[], { format, args }: Options) => {
      const files = paths.map((path): CheckedFile => {
        const { problems, missing } = loadPlanFile(path, planFiles, givenFrom(args, "leave open"));
        return { file: planFiles.locate(path).name, problems, missing };
      });
      console.log(formats[format](files));
      if (files.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    });
}

const whatItDoes = `
What depends on an argument that has neither a value nor a default is not checked,
and that is told.

Exit code:
  0  the plans can be used
  1  there is something wrong with one of them`;
