import { existsSync } from "node:fs";
import { join } from "node:path";
import { main } from "./main.mjs";
import { Problem } from "./problem.mjs";
import { nodeOfClone, root } from "./root.mjs";
import { attend } from "./run.mjs";
import { setUp } from "./setup/set-up.mjs";

// What `npm test` runs a little of, run for as long as one likes; test/proofs/README.md lists the proofs.
const [name = "", ...rest] = process.argv.slice(2);
const script = join("test/proofs", name, "main.ts");

await main(async () => {
  if (!/^\w+$/.test(name) || !existsSync(join(root, script))) {
    throw new Problem(
      "Say which proof to run, as in `npm run prove -- chaos --runs 1000`; test/proofs/README.md lists them.",
    );
  }
  const { env } = await setUp();
  return attend(nodeOfClone, ["-r", "ts-node/register/transpile-only", script, ...rest], { cwd: root, env });
});
