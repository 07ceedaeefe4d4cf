import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { main } from "./main.mjs";
import { Problem } from "./problem.mjs";
import { nodeOfClone, root } from "./root.mjs";
import { attend } from "./run.mjs";
import { setUpToBuild } from "./setup/set-up.mjs";

const [name = "", ...given] = process.argv.slice(2);

/** Each folder of bench/ is a benchmark that begins with its main.ts. */
const program = join("bench", name, "main.ts");

await main(async () => {
  if (name === "" || !existsSync(join(root, program))) throw new Problem(whichThereAre());
  await setUpToBuild();
  const node = ["-r", "ts-node/register/transpile-only", program];
  return attend(nodeOfClone, [...node, ...given], { cwd: root, env: process.env });
});

function whichThereAre() {
  const all = readdirSync(join(root, "bench"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const found = name === "" ? "No benchmark is named." : `There is no benchmark named '${name}'.`;
  return `${found} Those that can be run:\n${all.map((one) => `  npm run bench -- ${one.name}`).join("\n")}`;
}
