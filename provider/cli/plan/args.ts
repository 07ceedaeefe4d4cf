import { InvalidArgumentError, type Command } from "commander";
import type { Given } from "../../plan/file/args";

/** The values of arguments, by name, as a command line has them. */
export type GivenArgs = Readonly<Record<string, string>>;

/** Adds `--args` to a command about plan files. */
export function withArgsOption(command: Command): Command {
  return command.option(
    "--args <name=value>",
    "a value for an argument that the file declares; may be given more than once",
    addArg,
    {},
  );
}

function addArg(given: string, before: GivenArgs): GivenArgs {
  const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError("Expected a name and a value, such as maxErrors=1%.");
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: value };
}

/** What is given to a plan file on a command line. */
export function givenFrom(args: GivenArgs, missing: Given["missing"]): Given {
  return { args, asText: true, missing };
}
