import assert from "node:assert/strict";
import { declared, type Declared } from "./types";
import { fit, type Fit } from "./types/check";

const DEPLOYMENT = {
  id: "e8ae8dff-8c7c-4c8e-9b6e-1d4b9a6d8f11",
  created_on: "2026-07-01T10:00:00.000Z",
  source: "api",
  strategy: "percentage",
  versions: [{ version_id: "3f0f0b1c-6a3f-4f7e-8f0e-6f0a0d6b8a77", percentage: 100 }],
  annotations: { "workers/message": "hello", "workers/triggered_by": "deployment" },
  author_email: "somebody@example.com",
};

describe("the checks made from the official client's types", () => {
  let sdk: Declared;
  before(function () {
    this.timeout(120_000);
    sdk = declared();
  });

  function fitOf(name: string, answer: unknown): Fit {
    const schema = sdk.schemas[name];
    assert(schema);
    return fit(schema, answer);
  }

  // As it comes over the wire: a field that is not there, rather than one with no value.
  const deployment = (change: object): Fit =>
    fitOf("workers.scripts.deployments.get", JSON.parse(JSON.stringify({ ...DEPLOYMENT, ...change })));

  it("find nothing wrong with what is right", () => {
    const { problems, extras, known, answered } = deployment({});
    assert.deepEqual({ problems, extras: [...extras] }, { problems: [], extras: [] });
    assert.deepEqual([...known].sort(), [...answered].sort());
  });

  const wrong: Record<string, { change: object; problem: RegExp }> = {
    "a missing field": { change: { id: undefined }, problem: /required property 'id'/ },
    "a value of another type": { change: { author_email: null }, problem: /\/author_email must be string/ },
    "a word that is not one of those allowed": {
      change: { strategy: "canary" },
      problem: /\/strategy must be equal to constant.*canary/,
    },
    "a wrong value in a list": {
      change: { versions: [{ version_id: "one", percentage: "100" }] },
      problem: /\/versions\/0\/percentage must be number/,
    },
    "a date in other words": { change: { created_on: "yesterday" }, problem: /\/created_on is no date/ },
  };
  for (const [what, { change, problem }] of Object.entries(wrong)) {
    it(`find ${what}`, () => {
      assert.match(deployment(change).problems.join("\n"), problem);
    });
  }

  it("find fields that the type does not know, also in lists", () => {
    const { problems, extras } = deployment({
      number: 1,
      versions: [{ version_id: "one", percentage: 100, weight: 1 }],
    });
    assert.deepEqual(problems, []);
    assert.deepEqual([...extras].sort(), ["number", "versions[].weight"]);
  });

  it("find fields that are never answered", () => {
    const { known, answered } = deployment({ author_email: undefined, annotations: {} });
    const missing = [...known].filter((field) => !answered.has(field));
    assert.deepEqual(missing.sort(), [
      "annotations.workers/message",
      "annotations.workers/triggered_by",
      "author_email",
    ]);
  });

  it("take the type of a union that fits, and know no other's fields", () => {
    const settings = (binding: object): Fit =>
      fitOf("workers.scripts.scriptAndVersionSettings.get", { bindings: [binding] });
    const plain = { type: "plain_text", name: "WORD", text: "hello" };
    assert.deepEqual([...settings(plain).extras], []);
    assert.deepEqual([...settings({ ...plain, database_id: "one" }).extras], ["bindings[].database_id"]);
    assert.match(settings({ ...plain, type: "plain" }).problems.join("\n"), /must match a schema in anyOf/);
  });

  it("take anything for a type without fields, as the language does", () => {
    const version = (bindings: unknown): Fit =>
      fitOf("workers.scripts.versions.get", { resources: { bindings } });
    assert.deepEqual(version([{ name: "WORD" }]).problems, []);
    assert.match(version(null).problems.join("\n"), /bindings must NOT be valid/);
  });

  it("check a page by the page, and its items by theirs", () => {
    const page = { result: [{ name: "one", type: "secret_text" }] };
    assert.deepEqual(fitOf("workers.scripts.secrets.list", page).problems, []);
    assert.match(
      fitOf("workers.scripts.secrets.list", { result: [{ name: 1, type: "secret_text" }] }).problems.join(
        "\n",
      ),
      /\/result\/0/,
    );
  });

  it("know what a method takes and what it is answered", () => {
    const method = sdk.methods.find(({ name }) => name === "workers.scripts.versions.get");
    assert.deepEqual(method?.parameters, ["text", "object"]);
    assert.match(method.answer ?? "", /scripts\/versions"\)\.VersionGetResponse$/);
  });
});
