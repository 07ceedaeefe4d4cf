// A release tells what to do in the words of a Pulumi program, which most releases stand in. From the command line the
// same is done by other means.

const words: readonly (readonly [program: RegExp, command: string])[] = [
  [/`pulumi up`/g, "`workers-release run`"],
  [/the input takeOver: "([\w-]+)"/g, "--take-over $1"],
  [/set `retry` to another value/g, "give --retry another value"],
];

/** What a release says, for somebody who has started it from the command line. */
export function inCommandWords(text: string): string {
  return words.reduce((said, [program, command]) => said.replace(program, command), text);
}
