import { join } from "node:path";
import { choosePulumi } from "../pulumi/choose.mjs";
import { mendLauncher } from "../pulumi/launcher.mjs";
import { root } from "../root.mjs";
import { alone } from "./alone.mjs";
import { compile } from "./compile.mjs";
import { environment } from "./environment.mjs";
import { linkCommand } from "./link-command.mjs";
import { installNodeModules } from "./node-modules.mjs";

const lock = join(root, ".cache", "set-up");

/** Makes a clone ready to run: resolves with the Pulumi CLI and the environment to use. Quick when all is there. */
export function setUp() {
  return alone(lock, async () => {
    await build();
    const pulumi = await choosePulumi();
    mendLauncher(pulumi);
    return { pulumi, env: environment(pulumi) };
  });
}

/** The part of the set-up that makes dist/. */
export function setUpToBuild() {
  return alone(lock, build);
}

async function build() {
  await installNodeModules();
  await compile();
  linkCommand();
}
