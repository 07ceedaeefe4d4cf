import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion, type ReleasePlan } from "../../provider";

const plan: ReleasePlan = {
  slos: [{ sli: "serverErrors", max: 0.01 }],
  stages: [{ percent: 100, soakTime: "5m" }],
};

/** What a company wraps: two of its resources need each other. */
class Service extends pulumi.ComponentResource {
  readonly release: Release;

  constructor() {
    super("acme:infra:Service", "checkout");
    const version = new ScriptVersion(
      "checkout",
      { scriptName: "checkout", mainModule: "a.mjs", modules: [{ name: "a.mjs", content: "" }] },
      { parent: this },
    );
    const { versionId } = version;
    this.release = new Release("checkout", { scriptName: "checkout", versionId, plan }, { parent: this });
  }
}

describe("a component with a version and its release", () => {
  it("is registered: neither waits for the other's URN", async () => {
    const urns: string[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => {
        urns.push((inputs as { __urn?: string }).__urn ?? "");
        return { id: name, state: { ...(inputs as object), versionId: "1" } };
      },
      call: () => ({}),
    });
    const { release } = new Service();
    await new Promise((resolve) => release.urn.apply(resolve));
    const of = (type: string): string =>
      `acme:infra:Service$pulumi-nodejs:dynamic/workers-release:${type}::checkout`;
    assert.deepEqual(
      urns.filter((urn) => urn !== "").map((urn) => urn.split("::").slice(2).join("::")),
      [of("ScriptVersion"), of("Release")],
    );
  });
});
