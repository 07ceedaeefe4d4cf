import { Argument, Command } from "commander";
import { describe } from "./completion/describe";
import { scriptFor, shells, type Shell } from "./completion/scripts";

/**
 * `workers-release completion <shell>`
 *
 * @param program what is completed
 */
export function completionCommand(program: Command): Command {
  return new Command("completion")
    .description("Prints the script by which a shell completes commands and options.")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText("after", moreHelp)
    .action((shell: Shell) => {
      process.stdout.write(scriptFor(shell, describe(program)));
    });
}

const moreHelp = `
  bash  workers-release completion bash > ~/.local/share/bash-completion/completions/workers-release
  zsh   workers-release completion zsh > "\${fpath[1]}/_workers-release"
  fish  workers-release completion fish > ~/.config/fish/completions/workers-release.fish`;
