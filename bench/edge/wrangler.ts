import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { overHttp, type Contestant } from "./contestant";
import { COMPATIBILITY_DATE, WORKER } from "./load";
import { serve } from "./process";
import { tmpdir } from "node:os";

const OPTIONS = ["--ip=127.0.0.1", "--port=0", "--inspector-port=0", "--show-interactive-dev-session=false"];

/** `wrangler dev`, as everybody uses it. */
export async function wranglerDev(): Promise<Contestant> {
  const folder = mkdtempSync(join(tmpdir(), "bench-wrangler-"));
  const configuration = { name: "bench", main: "worker.mjs", compatibility_date: COMPATIBILITY_DATE };
  writeFileSync(join(folder, "worker.mjs"), WORKER);
  writeFileSync(join(folder, "wrangler.json"), JSON.stringify(configuration));
  const wrangler = join(dirname(require.resolve("wrangler/package.json")), "bin", "wrangler.js");
  const { ready, end } = await serve(process.execPath, [wrangler, "dev", ...OPTIONS], folder, portIn);
  const close = async (): Promise<void> => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  };
  return overHttp("wrangler dev", { port: ready, host: `127.0.0.1:${ready}`, close });
}

function portIn(line: string): number | undefined {
  const [, port] = /Ready on http:\/\/[^:]+:(\d+)/.exec(line) ?? [];
  return port === undefined ? undefined : Number(port);
}
