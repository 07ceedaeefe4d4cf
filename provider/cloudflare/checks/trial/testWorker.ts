import { z } from "zod";
import { PortError, type Split } from "../../../rollout/ports";
import { ask } from "../../ask";
import { cloudflareDeployments } from "../../deployments";
import { cloudflareVersions } from "../../versions";
import { workerAddress } from "../../workerAddress";
import type { Api } from "../api";
import type { Look } from "../look";
import type { Time } from "../telemetry/subject";
import { again } from "./patience";
import { testUpload } from "./script";
import { send, type Sent } from "./send";

/** A Worker that exists for the doctor only, and what has happened to it. */
export interface TestWorker {
  readonly api: Api;
  readonly time: Time;
  readonly scriptName: string;
  /** The version that has all traffic at first, and one that was uploaded after it. */
  readonly first: string;
  readonly second: string;
  /** Deploys a split. Throws a `PortError`. */
  readonly deploy: (split: Split, message: string) => Promise<void>;
  /** Sends a request, to the version given or to whom the split chooses. */
  readonly visit: (path: string, versionId?: string) => Promise<Sent>;
  /** Everything sent so far. */
  readonly sent: readonly Sent[];
  /** All that was sent, as the telemetry can be asked for it. */
  readonly look: () => Look;
}

const minuteMs = 60_000;

/**
 * Creates the Worker with its two versions and gives it an address.
 * @throws {PortError} when Cloudflare does not do it; the Worker may be there all the same
 */
export async function createTestWorker(api: Api, scriptName: string, time: Time): Promise<TestWorker> {
  const { client, accountId } = api;
  const worker = { accountId, scriptName };
  const versions = cloudflareVersions(client, worker);
  const deployments = cloudflareDeployments(client, worker);
  // Were it given up half-way, it might happen after the deletion that follows.
  await cloudflareVersions(api.uninterrupted, worker).upload(testUpload("first", { withSettings: true }));
  await enable(api, scriptName);
  const address = await workerAddress(client, worker);
  const first = await again(time, async () => servingOf((await deployments.active())?.split));
  const { versionId: second } = await again(time, () =>
    versions.upload(testUpload("second", { withSettings: false })),
  );
  // A list that did not show the Worker yet would make the upload create it once more.
  if (first === second) throw notYet("second version");
  const sent: Sent[] = [];
  return {
    api,
    time,
    scriptName,
    first,
    second,
    sent,
    async deploy(split, message) {
      await again(time, () => deployments.create(split, message));
    },
    async visit(path, versionId) {
      const to = { address, scriptName, signal: api.signal, ...(versionId !== undefined && { versionId }) };
      const one = await send(to, path, time.now());
      sent.push(one);
      return one;
    },
    look() {
      const from = Math.min(...sent.map(({ sentAt }) => sentAt)) - minuteMs;
      const span = { from, to: time.now() + minuteMs, bucketMs: minuteMs };
      return { ask: api.ask, pause: time.pause, scriptName, span };
    },
  };
}

function servingOf(split: Split | undefined): string {
  const serving = split?.find(({ percent }) => percent === 100);
  if (serving !== undefined) return serving.versionId;
  throw notYet("deployment");
}

function notYet(what: string): PortError {
  return new PortError("unavailable", `The test Worker has no ${what} that can be read yet.`);
}

async function enable({ client, accountId }: Api, scriptName: string): Promise<void> {
  const question = { what: "Enabling the test Worker on workers.dev", permission: "Workers Scripts Write" };
  await ask(client, question, z.unknown(), (options) =>
    client.workers.scripts.subdomain.create(scriptName, { account_id: accountId, enabled: true }, options),
  );
}
