import type { Command } from "commander";

/** An option as a shell completes it. */
export interface DescribedOption {
  /** `--plan` */
  readonly long: string;
  readonly takesValue: boolean;
  readonly description: string;
}

/** A command as a shell completes it. */
export interface DescribedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly DescribedOption[];
  readonly commands: readonly DescribedCommand[];
}

/** What a shell completes of a command and the commands below it. */
export function describe(command: Command): DescribedCommand {
  const own = command.options.flatMap(
    ({ long, required, optional, description, hidden }): DescribedOption[] =>
      long == null || hidden ? [] : [{ long, takesValue: required || optional, description }],
  );
  return {
    name: command.name(),
    description: command.description(),
    options: [...own, { long: "--help", takesValue: false, description: "shows what is possible" }],
    commands: command.commands.map(describe),
  };
}
