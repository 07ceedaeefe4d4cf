import { main } from "./main.mjs";
import { nodeOfClone, root } from "./root.mjs";
import { attend } from "./run.mjs";
import { setUp } from "./setup/set-up.mjs";

const script = "examples/simulated-service/pictures.ts";

await main(async () => {
  const { env } = await setUp();
  return attend(nodeOfClone, ["-r", "ts-node/register/transpile-only", script], { cwd: root, env });
});
