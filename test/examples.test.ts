import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { loadPlan } from "../provider/loadPlan";

const examples = join(__dirname, "..", "examples");

interface Workflow {
  readonly on: unknown;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly uses?: string; readonly run?: string }[] }>
  >;
}

describe("the examples", () => {
  it("github-actions: the workflows pin their actions, and put nothing from outside into a shell's text", () => {
    const folder = join(examples, "github-actions", ".github", "workflows");
    const names = readdirSync(folder);
    assert.deepEqual(names.sort(), ["pull-request.yml", "release.yml"]);
    for (const name of names) {
      const text = readFileSync(join(folder, name), "utf8");
      const { on, permissions, jobs } = parse(text) as Workflow;
      assert.ok(on !== undefined && permissions["contents"] === "read", name);
      for (const { uses, run } of Object.values(jobs).flatMap(({ steps }) => steps)) {
        assert.ok((uses === undefined) !== (run === undefined), name);
        if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
        assert.ok(!run?.includes("${{"), run);
      }
      // The commit alone tells nobody which version it is.
      assert.equal(
        text.match(/uses: .*@/g)?.length,
        text.match(/uses: .*@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)?.length,
      );
    }
  });

  it("plan-file: its plans are what its README says", () => {
    const plan = loadPlan(join(examples, "plan-file", "plans", "rehearsal.yaml"), {
      args: { limit: "800ms" },
    });
    assert.deepEqual(plan, {
      confidence: "99.9%",
      slos: [
        { name: "5xx", sli: "serverErrors", max: "0.5%" },
        { name: "latency", sli: "wallTime", percentile: 99, limit: "800ms" },
      ],
      stages: [
        { percent: 25, soakTime: "8s" },
        { percent: 100, soakTime: "8s" },
      ],
      pollInterval: "1s",
      warmUp: "0s",
      settleTime: "0s",
      minRequests: 20,
    });
  });
});
