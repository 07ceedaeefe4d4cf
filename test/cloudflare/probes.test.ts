import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { cloudflareTelemetry } from "../../provider/cloudflare/telemetry";
import { request } from "../contract/traffic";
import { cloudflareProbes } from "../../provider/cloudflare/probes";
import { planSchema } from "../../provider/plan/schema";
import type { Probe } from "../../provider/plan/types";
import type { ProbeReport, Probes } from "../../provider/rollout/ports";
import { addVersion, deploy, goLive, until, useEdge } from "../edge/support";

/** Does what the path of a request says, and tells its version. */
const script = (name: string): string => `
  export default {
    async fetch(request, env) {
      const { pathname } = new URL(request.url);
      if (pathname === "/hangs") await new Promise(() => setTimeout(() => {}, 60_000));
      const status = pathname === "/fails" ? 503 : pathname === "/moved" ? 302 : 200;
      return new Response("${name}", { status, headers: { "x-version-id": env.VERSION?.id ?? "none" } });
    }
  };
`;
const tellsVersion = { bindings: [{ type: "version_metadata", name: "VERSION" }] };

function probes(...given: Probe[]) {
  const slos = [{ sli: "probes" as const, max: 0.1 }];
  return planSchema.parse({ slos, probes: given, stages: [{ percent: 100, soakTime: "1m" }] }).probes;
}

describe("probes of a Worker on a local edge", function () {
  this.timeout(120_000);
  const live = useEdge();
  let oldVersionId: string;
  let newVersionId: string;
  let now = Date.now();

  before(async () => {
    oldVersionId = await goLive(live.edge, "probed", script("old"), tellsVersion);
    newVersionId = await addVersion(live.edge, "probed", script("new"), tellsVersion);
    await deploy(live.edge, "probed", { [oldVersionId]: 100, [newVersionId]: 0 });
  });

  function newProbes(): Probes {
    const { baseUrl, token: apiToken, accountId } = live.edge;
    const worker = { accountId, scriptName: "probed" };
    return cloudflareProbes(cloudflareClient({ apiToken, baseUrl }), worker, { now: () => now });
  }

  /** Looks until there is something to see. */
  function seen(
    what: string,
    given: ReturnType<typeof probes>,
    versionId: string,
    isThere: (report: ProbeReport) => boolean,
  ): Promise<ProbeReport> {
    const probing = newProbes();
    return until(what, async () => {
      const report = await probing.observe(versionId, given, 0);
      return isThere(report) ? report : undefined;
    });
  }

  const anyResult = ({ results }: ProbeReport): boolean => results.length > 0;
  const anyTrouble = ({ troubles }: ProbeReport): boolean => troubles.length > 0;

  it("reach the new version at 0 %, which the telemetry confirms", async () => {
    const { results, troubles } = await seen("a result", probes({ path: "/" }), newVersionId, anyResult);
    assert.deepEqual([results.map(({ isGood }) => isGood), troubles], [[true], []]);
  });

  it("are confirmed by a header that tells the version", async () => {
    const given = probes({ path: "/", versionHeader: "X-Version-Id" });
    const { results } = await seen("a result", given, newVersionId, anyResult);
    assert.deepEqual(
      results.map(({ isGood }) => isGood),
      [true],
    );
  });

  for (const [path, expectStatus, isGood] of [
    ["/fails", undefined, false],
    ["/fails", 503, true],
    ["/moved", undefined, false],
    ["/moved", ["2xx", 302], true],
  ] as const) {
    it(`of ${path} that expect ${JSON.stringify(expectStatus ?? "2xx")} are ${isGood ? "good" : "bad"}`, async () => {
      const probe: Probe = { path, ...(expectStatus && { expectStatus: [expectStatus].flat() }) };
      const { results } = await seen("a result", probes(probe), newVersionId, anyResult);
      assert.deepEqual(
        results.map((result) => result.isGood),
        [isGood],
      );
    });
  }

  it("that get no answer in time are bad", async () => {
    const given = probes({ path: "/hangs", timeout: "200ms" });
    const { results, troubles } = await seen("a result", given, newVersionId, anyResult);
    assert.deepEqual(
      results.map(({ isGood }) => isGood),
      [false],
    );
    assert.match(troubles[0] ?? "", /^probe of http:\/\/probed\..*\/hangs: no answer \(/);
  });

  it("do not count where another version answers, and say so", async () => {
    for (const versionHeader of [undefined, "x-version-id"]) {
      const given = probes({ path: "/", ...(versionHeader !== undefined && { versionHeader }) });
      const unknown = "00000000-0000-4000-8000-00000000000f";
      const { results, troubles } = await seen("a trouble", given, unknown, anyTrouble);
      assert.deepEqual(results, []);
      assert.ok(
        troubles[0]?.includes(`answered by version ${oldVersionId}, not by the new one`),
        troubles[0],
      );
    }
  });

  it("do not count where another Worker answers, which is named", async () => {
    await goLive(live.edge, "front", script("front"));
    const url = live.edge.workerUrl("front");
    const { results, troubles } = await seen("a trouble", probes({ url }), newVersionId, anyTrouble);
    assert.deepEqual(results, []);
    assert.match(
      troubles[0] ?? "",
      /Worker front has answered, not probed\. Probe an address that leads to probed itself/,
    );
  });

  it("do not count where something else than Cloudflare answers, and no query is shown", async () => {
    const server = createServer((_request, response) => response.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/health?key=hidden`;
    const { results, troubles } = await seen("a trouble", probes({ url }), newVersionId, anyTrouble);
    server.close();
    server.closeAllConnections();
    assert.deepEqual(results, []);
    assert.match(troubles[0] ?? "", /\/health: the answer has no cf-ray/);
    assert.ok(!troubles[0]?.includes("hidden"));
  });

  it("are no requests of visitors: the telemetry is asked without them", async () => {
    const { baseUrl, token: apiToken, accountId } = live.edge;
    const client = cloudflareClient({ apiToken, baseUrl });
    const worker = { accountId, scriptName: "probed" };
    const from = Math.floor(Date.now() / 10_000) * 10_000 - 60_000;
    const query = { from, to: from + 120_000, bucketMs: 10_000, newVersionId, oldVersionId };
    const counted = async (leaveOutProbes: boolean): Promise<number> => {
      const telemetry = cloudflareTelemetry(client, worker, { leaveOutProbes });
      const [series = []] = await telemetry.read({ ...query, slis: [{ kind: "exceptions" }] });
      return series.reduce((sum, bucket) => sum + bucket.new.valid, 0);
    };
    await seen("a result", probes({ path: "/" }), newVersionId, anyResult);
    await request(live.edge, "probed", newVersionId, "");
    const all = await until("the request of a visitor", async () => {
      const requests = await counted(true);
      return requests > 0 ? [requests, await counted(false)] : undefined;
    });
    assert.equal(all[0], 1);
    assert.ok((all[1] ?? 0) > 1, String(all[1]));
  });

  it("are sent as often as the plan says", async () => {
    const probing = newProbes();
    const given = probes({ path: "/", every: "30s", versionHeader: "x-version-id" });
    const begun = now;
    for (; now <= begun + 60_000; now += 10_000) await probing.observe(newVersionId, given, 0);
    const report = await until("three results", async () => {
      now = begun + 60_000;
      const found = await probing.observe(newVersionId, given, 0);
      return found.results.length >= 3 ? found : undefined;
    });
    assert.deepEqual(
      report.results.map(({ sentAt }) => sentAt - begun),
      [0, 30_000, 60_000],
    );
  });

  it("say what to do where the Worker has no workers.dev address", async () => {
    await fetch(`${live.edge.baseUrl}/accounts/${live.edge.accountId}/workers/scripts/probed/subdomain`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${live.edge.token}` },
    });
    const { troubles } = await newProbes().observe(newVersionId, probes({ path: "/" }), 0);
    assert.match(
      troubles[0] ?? "",
      /is not enabled on workers\.dev, .* enable it, or give the probe a `url`/,
    );
  });
});
