import assert from "node:assert/strict";
import { useEdge } from "../edge/support";
import { CALLS } from "./sdk/calls";
import { BODY_NAMES_ITS_TYPE, moduleFile } from "./sdk/calls/types";
import { listeningClient, type ListeningClient } from "./sdk/client";
import { EXTRAS, GAPS, NO_PAGE, PROBLEMS } from "./sdk/deviations";
import { Findings, gapsIn } from "./sdk/findings";
import { NOT_EMULATED } from "./sdk/not-emulated";
import { refusalOf } from "./sdk/refusal";
import { SOURCE, worldAt, type World } from "./sdk/world";
import { declared, type Declared } from "./types";
import { fit, type Fit } from "./types/check";

/** The client's own type of an answer that is nothing but the envelope. */
const ENVELOPE = "workers.scripts.deployments.delete";

describe("the official client, method by method", () => {
  const started = useEdge();
  const problems = new Findings(PROBLEMS);
  const extras = new Findings(EXTRAS);
  const gaps = new Findings(GAPS);
  let listening: ListeningClient;
  let world: World;
  let sdk: Declared;

  before(async function () {
    this.timeout(120_000);
    sdk = declared();
    listening = listeningClient(started.edge);
    world = await worldAt(started.edge, listening.client);
  });

  it("has no method that nobody has decided about", () => {
    const decided = [...Object.keys(CALLS), ...Object.keys(NOT_EMULATED)];
    assert.deepEqual(decided.sort(), sdk.methods.map(({ name }) => name).sort());
  });

  describe("is answered what its types say", () => {
    for (const [name, calls] of Object.entries(CALLS)) {
      it(name, async () => {
        const fits: Fit[] = [];
        for (const call of calls) fits.push(...compared(name, await call(world)));
        for (const { problems: found } of fits) problems.add(name, found);
        for (const { extras: found } of fits) extras.add(name, found);
        gaps.add(name, gapsIn(fits));
        assert.deepEqual(problems.unexplained(name), []);
      });
    }
  });

  describe("differs from its types as far as is known", () => {
    for (const [what, findings] of Object.entries({
      "values of another type": problems,
      "fields that no type knows": extras,
      "fields that are never answered": gaps,
    })) {
      it(what, () => {
        assert.deepEqual(findings.unexplained(), []);
        assert.deepEqual(findings.stale(), []);
      });
    }
  });

  it("is told what an upload lacks that it spells as a form of many fields", async () => {
    const { client, account, script } = world;
    const upload = { ...account, metadata: { main_module: "worker.mjs" }, files: [moduleFile(SOURCE)] };
    const problem = /could not read content for part metadata/;
    await assert.rejects(client.workers.scripts.versions.create(script, upload), problem);
    await assert.rejects(client.workers.scripts.update(script, upload, BODY_NAMES_ITS_TYPE), problem);
  });

  describe("is refused clearly", () => {
    for (const [name, because] of Object.entries(NOT_EMULATED)) {
      it(`${name}, since ${because}`, async () => {
        const method = sdk.methods.find((one) => one.name === name);
        assert(method);
        const { status, body } = await refusalOf(listening.client, method, world.account);
        assert([404, 405].includes(status), `${status}: ${JSON.stringify(body)}`);
        assert.equal(body.success, false);
        assert.match(body.errors[0]?.message ?? "", /the local edge does not emulate/);
      });
    }
  });

  /** How what a method resolved to, and the envelope around it, fit their types. */
  function compared(name: string, resolved: unknown): Fit[] {
    const body = listening.body();
    if (body === undefined) return [];
    const { result, result_info, ...envelope } = body as Record<string, unknown>;
    problems.add(name, fitOf(ENVELOPE, envelope).problems);
    if (name === NO_PAGE) return [fitOf(`${name}[]`, result)];
    const isList = sdk.methods.find((method) => method.name === name)?.item !== undefined;
    return [fitOf(name, isList ? { result, ...(result_info !== undefined && { result_info }) } : resolved)];
  }

  function fitOf(name: string, answer: unknown): Fit {
    const schema = sdk.schemas[name];
    assert(schema, `the client declares what ${name} answers`);
    return fit(schema, answer);
  }
});
