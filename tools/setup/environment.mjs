import { delimiter, dirname, join } from "node:path";
import { withLauncher } from "../pulumi/launcher.mjs";
import { root } from "../root.mjs";
import { machineFolders } from "../search-path.mjs";

/** What the demo and the tests run in: this clone's Node, the chosen Pulumi, and nothing that phones home. */
export function environment(pulumi, machine = process.env) {
  const folders = [dirname(pulumi), join(root, "node_modules", ".bin"), ...machineFolders(machine.PATH)];
  return {
    ...machine,
    PATH: withLauncher(folders, pulumi).join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
  };
}
