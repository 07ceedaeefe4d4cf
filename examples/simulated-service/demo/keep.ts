import type { Edge } from "../../../edge";
import { bounds } from "./load";
import type { Stack } from "./stack";

/** What a person can do with the edge that stays up. */
export function howToPlay(edge: Edge, stack: Stack, scriptName: string): string {
  const variables = Object.entries({ ...edge.environment(), ...stack.environment() });
  const up = (config: Record<string, string>): string => `  npx ${stack.upCommand(config).join(" ")}`;
  return [
    `\nThe edge and the load stay up until you press Ctrl-C; the load for ${bounds.forMinutes} minutes at most.`,
    "In another terminal, in this folder:\n",
    ...variables.map(([name, value]) => `  export ${name}='${value}'`),
    "\nthen, for example:\n",
    `  curl -H 'Host: ${new URL(edge.workerUrl(scriptName)).host}' 'http://127.0.0.1:${edge.port}/?rate=20'`,
    up({ label: "fourth", badLuck: "slow" }),
    `  npx workers-release status ${scriptName}`,
    `  npx workers-release abort ${scriptName} --reason 'I have seen enough'`,
  ].join("\n");
}
