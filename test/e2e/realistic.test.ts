import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { REALISTIC } from "../../edge";
import type { ReleasePlan } from "../../provider/plan/types";
import { addVersion, goLive } from "../edge/support";
import { Visitors } from "./visitors";
import { useWorkers, Worker, type Opened } from "./worker";

/** Answers with the id of its version, and `bad` in 10 times with a 500. */
const script = (bad: number): string => `export default {
  fetch(request, { VERSION }) {
    return new Response(VERSION.id, { status: Math.random() < ${bad / 10} ? 500 : 200 });
  },
};`;
const metadata = { bindings: [{ type: "version_metadata", name: "VERSION" }] };

/** The shortest soaks that the defaults for live delays allow. */
const plan: ReleasePlan = {
  slos: [{ name: "5xx", sli: "serverErrors", max: 0.02 }],
  stages: [
    { percent: 0, soakTime: "5s" },
    { percent: 50, soakTime: "40s" },
    { percent: 100, soakTime: "35s" },
  ],
  pollInterval: "5s",
  minRequests: 20,
};

interface Stage {
  readonly percent: number;
  readonly slos: readonly { readonly bad: number; readonly valid: number; readonly verdict: string }[];
}

// Events are found 10 to 45 s late, deployments are known after 2 to 30 s location by location, reads lag behind writes,
// uploads are not found at first, and others use the same rate limit: nothing here can be quick. So both go on at once.
describe("pulumi up on an edge that is as late and as forgetful as the live Cloudflare", function () {
  this.timeout(600_000);
  const opened = useWorkers({ realism: REALISTIC, rateLimit: undefined });
  let calm: Released;
  let stormy: Released;
  /** Resolves when the calm Worker has no visitors any more, long enough before its release ends. */
  let quiet: Promise<void>;

  before(async () => {
    calm = await release(opened, "calm", script(0));
    quiet = leaveInTime(calm);
    stormy = await release(opened, "stormy", script(2));
  });

  it("catches a version that fails one request in five, and puts all traffic back", async () => {
    const { worker, versionId, visitors, running } = stormy;
    const { code, output } = await running.ended;
    await visitors.stop();
    assert.equal(code, 1, output);
    assert.match(
      output,
      /SLO "5xx" violated in stage 2 of 3 \(50 %\), .* All traffic is back on the old version/,
    );
    const back = { [worker.oldVersion]: 100 };
    await worker.until("the revert", ({ split }) => isDeepStrictEqual(split, back), { everyMs: 2000 });
    assert.equal((await worker.stack.release()).outputs["versionId"], versionId);
  });

  it("completes a healthy version, and counts what visitors were served, to the request", async () => {
    const { worker, versionId, visitors, running } = calm;
    await quiet;
    const { code, output } = await running.ended;
    assert.equal(code, 0, output);
    const { outputs } = await worker.stack.release();
    assert.equal(outputs["status"], "completed");
    const stages = outputs["stages"] as Stage[];
    assert.deepEqual(
      stages.map(({ percent, slos: [slo] }) => [percent, slo?.verdict]),
      [
        [0, "healthy"],
        [50, "healthy"],
        [100, "healthy"],
      ],
    );
    const counted = stages.reduce((sum, { slos: [slo] }) => sum + (slo?.valid ?? 0), 0);
    assert.equal(visitors.lost, 0);
    assert.equal(counted, visitors.answered.get(versionId));
  });
});

/**
 * Lets the last soak have requests that are judged, after 30 s of warm-up, and none whose telemetry may still be on its way
 * when the release ends: 45 s at most, and the release lasts 95 s from then on.
 */
async function leaveInTime({ worker, versionId, visitors }: Released): Promise<void> {
  // The release has the same rate limit.
  const pace = { withinMs: 400_000, everyMs: 2000 };
  await worker.until("all traffic", ({ split }) => split[versionId] === 100, pace);
  await new Promise((resolve) => setTimeout(resolve, 43_000));
  await visitors.stop();
}

/** A release that is under way. */
type Released = Awaited<ReturnType<typeof release>>;

/** Releases a version of a healthy Worker that has visitors. */
async function release(opened: Opened, name: string, source: string) {
  const { edge } = opened;
  const oldVersion = await goLive(edge, name, script(0), metadata);
  // One with the content of the old version would be no release.
  const versionId = await addVersion(edge, name, `${source}\n// new`, metadata);
  const visitors = new Visitors(edge, name);
  const load = opened.load(name);
  load.stop();
  const worker = new Worker(edge, name, oldVersion, await opened.stack(), load);
  worker.program({ versionId, plan });
  return { worker, versionId, visitors, running: worker.stack.startUp() };
}
