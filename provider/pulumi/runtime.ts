import { engineAddress } from "./engineAddress";

/** What of a process decides whether a release in it can be stopped. */
export interface Runtime {
  readonly versions: { readonly node: string; readonly bun?: string | undefined };
  readonly argv: readonly string[];
}

/** Since when Node tells of the calls that come in over HTTP/2, by major version; see `cancellation.ts`. */
const leastMinor: Readonly<Record<number, number>> = { 22: 17, 24: 2 };

/**
 * Why a release in this process would be less safe than it is said to be, and what to do; undefined where it is not.
 * Pulumi must be able to stop it: by the call that Ctrl-C makes, and by its own death.
 */
export function unfitRuntime({ versions, argv }: Runtime): string | undefined {
  if (versions.bun !== undefined || !knowsOfCalls(versions.node)) return unfitNode(versions);
  const isProvider = argv[1]?.includes("dynamic-provider") ?? false;
  if (!isProvider || engineAddress(argv.slice(2)) !== undefined) return undefined;
  return (
    "Pulumi has started this provider without the address of its engine, at the end of its arguments, where every version " +
    "that is known puts it. A release would not notice that pulumi has died, and would go on alone. Use a Pulumi CLI that " +
    "this version of pulumi-workers-release was tried with (3.259), or look for a newer version of the package."
  );
}

/** Why a command cannot run under a version of Node, and what to do; undefined where it can. */
export function unfitForCommands(node: string): string | undefined {
  if (knowsOfCalls(node)) return undefined;
  return `workers-release needs ${needed}, and this is Node ${node}. Install a newer one, and check that it is the \`node\` on your PATH.`;
}

const needed = "Node 22.17 or newer of 22, or 24.2 or newer";

function knowsOfCalls(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 24 || minor >= (leastMinor[major] ?? Infinity);
}

function unfitNode({ node, bun }: Runtime["versions"]): string {
  const found = bun === undefined ? `Node ${node}` : `Bun ${bun}`;
  return (
    `A release needs ${needed}, and this is ${found}. It does not tell a release of ` +
    "Ctrl-C: pulumi would say that the update was cancelled, and the release would go on to 100 %. Install a newer Node, " +
    "and check that it is the `node` that pulumi finds on your PATH."
  );
}
