import type { DescribedCommand } from "./describe";

/** The shells that there is a script for. */
export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

/** The script that a shell reads to complete the program's commands and options; where there is none, it completes files. */
export function scriptFor(shell: Shell, program: DescribedCommand): string {
  return { bash, zsh, fish }[shell](program);
}

/** Each command with what leads to it: `plan`, `plan check`. */
function paths(program: DescribedCommand): (readonly [path: string, command: DescribedCommand])[] {
  return program.commands.flatMap((command) => [
    [command.name, command] as const,
    ...command.commands.map((below) => [`${command.name} ${below.name}`, below] as const),
  ]);
}

function words({ commands, options }: DescribedCommand): string {
  return [...commands.map(({ name }) => name), ...options.map(({ long }) => long)].join(" ");
}

function bash(program: DescribedCommand): string {
  const cases = paths(program).map(([path, command]) => `    "${path}") words="${words(command)}" ;;`);
  return `_workers_release() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words="${words(program)}" at="" index
  for ((index = 1; index < COMP_CWORD && index < 3; index += 1)); do
    case "\${COMP_WORDS[index]}" in -*) break ;; esac
    at="\${at:+$at }\${COMP_WORDS[index]}"
  done
  case "$at" in
${cases.join("\n")}
${program.commands.map(({ name, ...rest }) => `    "${name} "*) words="${words({ name, ...rest })}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _workers_release workers-release
`;
}

/** A text between single quotes, in which a shell reads nothing. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function zsh(program: DescribedCommand): string {
  const list = (command: DescribedCommand): string =>
    [
      ...command.commands.map(({ name, description }) => [name, description]),
      ...command.options.map(({ long, description }) => [long, description]),
    ]
      .map(([name = "", description = ""]) => quoted(`${name}:${description.replaceAll(":", "\\:")}`))
      .join(" ");
  const cases = [...paths(program)]
    .sort(([a], [b]) => b.split(" ").length - a.split(" ").length)
    .map(([path, command]) => `    ${quoted(path)}|${quoted(path)}\\ *) words_here=(${list(command)}) ;;`);
  return `#compdef workers-release
_workers_release() {
  local -a words_here=(${list(program)})
  case "\${words[2,CURRENT-1]}" in
${cases.join("\n")}
  esac
  _describe 'workers-release' words_here || _files
}
compdef _workers_release workers-release
`;
}

function fish(program: DescribedCommand): string {
  const line = (condition: string, rest: string, description: string): string =>
    `complete -c workers-release -n ${quoted(condition)} ${rest} -d ${quoted(description)}`;
  const optionsOf = (condition: string, { options }: DescribedCommand): string[] =>
    options.map(({ long, takesValue, description }) =>
      line(condition, `-l ${long.slice(2)}${takesValue ? " -r" : ""}`, description),
    );
  const commandsOf = (condition: string, { commands }: DescribedCommand): string[] =>
    commands.map(({ name, description }) => line(condition, `-f -a ${name}`, description));
  const below = program.commands.flatMap((command) => [
    ...optionsOf(`__fish_seen_subcommand_from ${command.name}`, command),
    ...commandsOf(
      `__fish_seen_subcommand_from ${command.name}; and not __fish_seen_subcommand_from ${command.commands.map(({ name }) => name).join(" ")}`,
      command,
    ),
    ...command.commands.flatMap((each) =>
      optionsOf(
        `__fish_seen_subcommand_from ${command.name}; and __fish_seen_subcommand_from ${each.name}`,
        each,
      ),
    ),
  ]);
  return [...commandsOf("__fish_use_subcommand", program), ...below, ""].join("\n");
}
