// Makes the pictures of the README, by `npm run pictures`: on a Cloudflare that runs on this machine, a bad version of the
// demo's Worker is released by a plan file, watched on the dashboard, and caught. What is shown is what was seen then.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { startEdge, type Edge } from "../../edge";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareVersions } from "../../provider/cloudflare/versions";
import { Load } from "./demo/load";
import { openCamera, type Camera } from "./pictures/camera";
import { Command } from "./pictures/command";
import { commentPage } from "./pictures/comment";
import { terminalPage } from "./pictures/terminal";

const root = resolve(__dirname, "../..");
const pictures = join(root, "docs/pictures");
const scriptName = "checkout";

/** One in 30 requests of the new version fails, one in 100 may: that takes some looks to prove, and there is something to see. */
const bad = { luck: "error", path: "/?rate=30" };
const plan = `slos:
  - { name: 5xx, sli: serverErrors, max: 1% }
  - { sli: wallTime, percentile: 90, limit: 500ms }
stages:
  - { percent: 0, soakTime: 5s }
  - { percent: 25, soakTime: 3m }
  - { percent: 50, soakTime: 10m, progression: manual }
  - { percent: 100, soakTime: 15m }
pollInterval: 2s
warmUp: 0s
settleTime: 0s
`;

async function upload({ accountId, baseUrl, token: apiToken }: Edge, badLuck: string): Promise<string> {
  const versions = cloudflareVersions(cloudflareClient({ apiToken, baseUrl }), { accountId, scriptName });
  const content = readFileSync(join(__dirname, "worker.mjs"), "utf8");
  const { versionId } = await versions.upload({
    mainModule: "worker.mjs",
    modules: [{ name: "worker.mjs", content, contentType: "application/javascript+module" }],
    compatibilityDate: "2025-07-24",
    bindings: [
      { type: "plain_text", name: "BAD_LUCK", text: badLuck },
      { type: "version_metadata", name: "VERSION" },
    ],
    observability: { enabled: true },
  });
  return versionId;
}

/** Releases the version, and takes the pictures meanwhile and afterwards. */
async function release(command: Command, camera: Camera, versionId: string): Promise<void> {
  const page = await camera.open(await command.dashboard());
  const args = ["run", "--plan", "plans/web.yaml", "--script", scriptName, "--version", versionId];
  const run = command.run(args);
  await page.goTo(`/workers/${scriptName}`);
  await page.untilEvidence(5);
  await page.take("dashboard");
  const withPlan = ["--plan", "plans/web.yaml"];
  const status = await command.run(["status", scriptName, ...withPlan]);
  const steps = [status, await run];
  await camera.take("terminal", terminalPage(steps), 900);
  const report = async (...format: string[]): Promise<string> =>
    (await command.run(["report", scriptName, ...withPlan, ...format])).out;
  await camera.take("report", await report("--html"), 1000);
  await camera.take("comment", commentPage(await report("--md")), 900);
}

async function main(): Promise<void> {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/pictures-"));
  mkdirSync(join(folder, "plans"));
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(folder, "plans/web.yaml"), plan);
  const edge = await startEdge({ rateLimit: false });
  const camera = await openCamera(pictures);
  const load = new Load(edge, scriptName, bad.path);
  const command = new Command(root, folder, edge.environment());
  try {
    await upload(edge, "slow");
    const client = cloudflareClient({ apiToken: edge.token, baseUrl: edge.baseUrl });
    await client.workers.scripts.subdomain.create(scriptName, { account_id: edge.accountId, enabled: true });
    const versionId = await upload(edge, bad.luck);
    load.start();
    await release(command, camera, versionId);
  } finally {
    command.end();
    await load.stop();
    await camera.close();
    await edge.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

void main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
