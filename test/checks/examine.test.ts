import assert from "node:assert/strict";
import fc from "fast-check";
import { openApi } from "../../provider/cloudflare/checks/api";
import { setupChecks } from "../../provider/cloudflare/checks/setup";
import type { Time } from "../../provider/cloudflare/checks/telemetry/subject";
import { settingsChecks } from "../../provider/cloudflare/checks/worker";
import { examine, type Diagnosis } from "../../provider/cli/doctor/run";
import { failure, json, raw, startServer, success, token, type Answer } from "../cloudflare/server";

/** Time that passes only while something waits. */
function fakeTime(): Time {
  let now = Date.parse("2026-09-29T07:03:00Z");
  return {
    now: () => now,
    pause: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
}

/** Examines an API that answers everything like this. */
async function diagnose(
  answer: Answer,
  options: { readonly testWorkerName?: string; readonly budget?: number; readonly stop?: AbortSignal } = {},
): Promise<{ readonly diagnosis: Diagnosis; readonly requests: number; readonly seen: number }> {
  const server = await startServer(answer);
  try {
    const { testWorkerName, budget = 400, stop = new AbortController().signal } = options;
    const api = openApi(
      { apiToken: token, baseUrl: server.baseUrl },
      { accountId: "a1", budget, signal: stop },
    );
    const diagnosis = await examine({
      api,
      time: fakeTime(),
      scriptName: "shop",
      testWorkerName,
      signal: stop,
      onQuestion: () => undefined,
    });
    return { diagnosis, requests: api.meter.requests, seen: server.seen.length };
  } finally {
    await server.close();
  }
}

/** Lets the set-up pass, and answers everything else with one after the other of some answers. */
function afterSetUp(answers: readonly Answer[]): Answer {
  let made = 0;
  const next = (): Answer | undefined => answers[(made += 1) % answers.length];
  return (response, seen) => {
    if (seen.path.endsWith("/tokens/verify")) success({ status: "active" })(response, seen);
    else if (seen.path.endsWith("/workers/scripts")) success([])(response, seen);
    else next()?.(response, seen);
  };
}

const verdicts = ({ entries }: Diagnosis): Record<string, string> =>
  Object.fromEntries(entries.map(({ check, finding }) => [check.id, finding.verdict]));

describe("an examination", function () {
  this.timeout(180_000);

  it("ends whatever the API answers", async () => {
    const result = fc.oneof(
      fc.constantFrom<unknown>(null, [], {}, "text", 0, [{}], { deployments: [{}] }, { status: "active" }),
      fc.json().map((text) => JSON.parse(text) as unknown),
    );
    const answers = fc.oneof(
      result.map((one) => success(one)),
      result.map((one) => json(200, one)),
      fc
        .tuple(fc.constantFrom(400, 403, 404, 429, 500, 503), result)
        .map(([status, one]) => json(status, one)),
      fc.constantFrom(
        raw(200, "<html>hello</html>"),
        raw(502, "error code: 502"),
        raw(200, ""),
        raw(200, "{"),
      ),
    );
    const names = fc.constantFrom(undefined, "workers-release-doctor-1");
    await fc.assert(
      fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 7 }), names, async (some, name) => {
        const { diagnosis } = await diagnose(afterSetUp(some), {
          ...(name !== undefined && { testWorkerName: name }),
        });
        assert.ok(diagnosis.entries.length >= setupChecks.length + settingsChecks.length);
      }),
      { numRuns: 60 },
    );
  });

  it("tries nothing that a refused token makes pointless, and says what it has left out", async () => {
    const { diagnosis } = await diagnose(failure(401, 10000, "Authentication error"));
    assert.equal(verdicts(diagnosis)["token"], "fails");
    assert.ok(diagnosis.entries.every(({ group }) => group === "set-up"));
    assert.ok(diagnosis.notTried.some(({ id }) => id === "first-buckets"));
    assert.ok(diagnosis.notTried.some(({ id }) => id === "deployment"));
  });

  it("sends no more requests than it may", async () => {
    const { diagnosis, requests, seen } = await diagnose(success({ status: "active" }), { budget: 3 });
    assert.deepEqual([requests, seen], [3, 3]);
    const left = diagnosis.entries.find(({ check }) => check.id === "telemetry-permission");
    assert(left?.finding.verdict === "open");
    assert.match(left.finding.advice, /budget of 3 requests/);
  });

  it("stops between two checks when it is told to", async () => {
    const stop = new AbortController();
    const answer: Answer = (response, seen) => {
      stop.abort(new Error("told to stop"));
      success({})(response, seen);
    };
    await assert.rejects(diagnose(answer, { stop: stop.signal }), /told to stop/);
  });

  it("does not wait for a check that hangs when it is told to stop", async () => {
    const stop = new AbortController();
    const hangs: Answer = () => {
      stop.abort(new Error("told to stop"));
    };
    await assert.rejects(diagnose(hangs, { stop: stop.signal }), /told to stop/);
    // A request that is not ended takes 10 s.
  }).timeout(8000);

  it("lets the creation of its Worker end before it stops, so that a deletion comes after it", async () => {
    const stop = new AbortController();
    let isAnswered = false;
    const answer: Answer = (response, seen) => {
      if (seen.method !== "PUT") {
        afterSetUp([
          seen.method === "GET" && stop.signal.aborted ? success({}) : failure(404, 10007, "None."),
        ])(response, seen);
        return;
      }
      stop.abort(new Error("told to stop"));
      setTimeout(() => {
        isAnswered = true;
        success({})(response, seen);
      }, 100);
    };
    const options = { testWorkerName: "workers-release-doctor-1", stop: stop.signal };
    await assert.rejects(diagnose(answer, options), /told to stop/);
    assert.ok(isAnswered);
  });
});
