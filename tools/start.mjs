import { main } from "./main.mjs";
import { nodeOfClone, root } from "./root.mjs";
import { attend } from "./run.mjs";
import { setUp } from "./setup/set-up.mjs";

const demo = ["-r", "ts-node/register/transpile-only", "examples/simulated-service/demo.ts"];

await main(async () => {
  const { env } = await setUp();
  return attend(nodeOfClone, [...demo, ...process.argv.slice(2)], { cwd: root, env });
});
