import assert from "node:assert/strict";
import { checkDeployable, type Standing } from "../../../edge/deployments/deployable";
import type { Version } from "../../../edge/scripts/types";
import {
  addVersion,
  ask,
  call,
  deploy,
  enable,
  putScript,
  saying,
  useEdge,
  type Envelope,
  type Metadata,
} from "../support";

/** A version as far as it matters for being deployed. */
function version(id: string, secrets: Record<string, string> = {}, migrationTag?: string): Version {
  const bindings = Object.entries(secrets).map(([name, text]) => ({ type: "secret_text", name, text }));
  return { id, bindings, durableObjects: durableObjects(migrationTag) } as unknown as Version;
}

function durableObjects(tag: string | undefined): Version["durableObjects"] {
  return { tag, classes: tag === undefined ? [] : [{ className: tag, storage: "sqlite", namespaceId: "1" }] };
}

describe("a version", () => {
  const check = (id: string, standing: Partial<Standing>, force = false): void => {
    const whole = { versions: [], active: undefined, durableObjects: durableObjects(undefined), ...standing };
    checkDeployable([{ versionId: id, percentage: 100 }], whole, force);
  };
  const many = (count: number): Version[] => Array.from({ length: count }, (_, i) => version(`new ${i}`));
  const live = (id: string): Standing["active"] =>
    ({ shares: [{ versionId: id, percentage: 10 }] }) as unknown as Standing["active"];
  const turned = [version("new", { KEY: "2", OLD: "1" }), version("old", { KEY: "1", OLD: "1" })];

  const allowed: [what: string, id: string, standing: Partial<Standing>, force?: boolean][] = [
    ["the only one", "a", { versions: [version("a")] }],
    ["the 100th last", "a", { versions: [...many(99), version("a")] }],
    ["the latest, with new secrets", "new", { versions: turned, active: live("old") }],
    ["one that is live, though its secrets have changed", "old", { versions: turned, active: live("old") }],
    ["one with other secrets, by force", "old", { versions: turned }, true],
    [
      "one uploaded after the last migration",
      "a",
      { versions: [version("a", {}, "v1")], durableObjects: durableObjects("v1") },
    ],
  ];
  for (const [what, id, standing, force] of allowed) {
    it(`can be deployed: ${what}`, () => {
      check(id, standing, force);
    });
  }

  const refused: [what: string, id: string, standing: Partial<Standing>, code: number, message: RegExp][] = [
    ["when the script has none", "a", {}, 10222, /no versions/],
    ["when it is unknown", "z", { versions: many(2) }, 10007, /version_not_found: version z does not exist/],
    [
      "when it is the 101st last",
      "a",
      { versions: [...many(100), version("a")] },
      10026,
      /only the last 100/,
    ],
    [
      "when its secrets have changed",
      "old",
      { versions: turned },
      10220,
      /following secrets have changed: KEY$/,
    ],
    [
      "when there are more and fewer secrets now",
      "old",
      { versions: [version("new", { B: "1" }), version("old", { A: "1" })] },
      10220,
      /have changed: A, B$/,
    ],
    [
      "when a migration came after it",
      "old",
      {
        versions: [version("new", {}, "v2"), version("old", {}, "v1")],
        durableObjects: durableObjects("v2"),
      },
      10211,
      /migration tag 'v1' then, 'v2' now/,
    ],
  ];
  for (const [what, id, standing, code, message] of refused) {
    it(`cannot be deployed ${what}`, () => {
      assert.throws(
        () => {
          check(id, standing);
        },
        (error: Error & { code: number }) => {
          assert.equal(error.code, code);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("cannot be deployed by force when a migration came after it", () => {
    const standing = { versions: [version("old", {}, "v1")], durableObjects: durableObjects("v2") };
    assert.throws(() => {
      check("old", standing, true);
    }, /migration/);
  });
});

/** A deployment as a list has it. */
interface Listed {
  readonly id: string;
  readonly created_on: string;
  readonly versions: object[];
}

describe("the deployments of a script", () => {
  const started = useEdge();
  const secret = (text: string): Metadata => ({ bindings: [{ type: "secret_text", name: "KEY", text }] });

  const post = async (
    name: string,
    shares: Record<string, number>,
    query = "",
  ): Promise<{ status: number; json: Envelope }> =>
    call(started.edge, `/accounts/${started.edge.accountId}/workers/scripts/${name}/deployments${query}`, {
      method: "POST",
      body: JSON.stringify({
        strategy: "percentage",
        versions: Object.entries(shares).map(([version_id, percentage]) => ({ version_id, percentage })),
      }),
    });

  const list = async (name: string): Promise<Listed[]> => {
    const path = `/accounts/${started.edge.accountId}/workers/scripts/${name}/deployments`;
    const { json } = await call(started.edge, path);
    return (json.result as { deployments: Listed[] }).deployments;
  };

  const get = async (name: string, id: string): Promise<Envelope> => {
    const path = `/accounts/${started.edge.accountId}/workers/scripts/${name}/deployments/${id}`;
    return (await call(started.edge, path)).json;
  };

  it("are listed as Cloudflare lists them: the ten newest, and how many there are", async () => {
    const id = await putScript(started.edge, "listed", saying("one"));
    const [uploaded = assert.fail("one is listed")] = await list("listed");
    assert.deepEqual(uploaded, {
      id: uploaded.id,
      source: "api",
      strategy: "percentage",
      author_email: "local@localhost",
      annotations: {
        "workers/message": "Automatic deployment on upload.",
        "workers/triggered_by": "upload",
      },
      versions: [{ version_id: id, percentage: 100 }],
      created_on: uploaded.created_on,
    });
    for (let i = 0; i < 11; i += 1) await post("listed", { [id]: 100 });

    const path = `/accounts/${started.edge.accountId}/workers/scripts/listed/deployments`;
    for (const query of ["", "?page=2&per_page=5"]) {
      const { json } = await call(started.edge, path + query);
      const { deployments } = json.result as { deployments: { id: string; created_on: string }[] };
      assert.equal(deployments.length, 10);
      const times = deployments.map(({ created_on }) => created_on);
      assert.deepEqual(times, times.toSorted().toReversed());
      assert.deepEqual(json.result_info, {
        ...{ page: 1, per_page: 10, count: 10, total_count: 12, total_pages: 2 },
      });
      assert.ok(deployments.every((one) => one.id !== uploaded.id));
    }
    // An older one is still there for who knows its id.
    assert.deepEqual((await get("listed", uploaded.id)).result, uploaded);
  });

  it("have the time to the microsecond, each later than the one before", async () => {
    const id = await putScript(started.edge, "timed", saying("one"));
    await Promise.all([1, 2, 3].map(() => post("timed", { [id]: 100 })));
    const times = (await list("timed")).map(({ created_on }) => created_on);
    for (const time of times) assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(new Set(times).size, 4);
    assert.deepEqual(times, times.toSorted().toReversed());
  });

  it("take a version with other secrets only by force", async () => {
    const old = await putScript(started.edge, "secrets", saying("one"), secret("1"));
    await putScript(started.edge, "secrets", saying("two"), secret("2"));
    const refused = await post("secrets", { [old]: 100 });
    assert.equal(refused.status, 400);
    assert.equal(refused.json.errors[0]?.code, 10220);
    assert.match(refused.json.errors[0].message, /The following secrets have changed: KEY$/);
    assert.equal((await list("secrets")).length, 2);
    assert.equal((await post("secrets", { [old]: 100 }, "?force=true")).status, 200);
    assert.equal((await list("secrets")).length, 3);
  });

  it("made at the same instant all succeed, one after the other, and none is a mix of two", async () => {
    const one = await putScript(started.edge, "rush", saying("one"));
    const two = await addVersion(started.edge, "rush", saying("two"));
    await enable(started.edge, "rush");
    const wanted = Array.from({ length: 20 }, (_, i) => ({ [one]: i * 5, [two]: 100 - i * 5 }));
    const answers = await Promise.all(wanted.map((shares) => post("rush", shares)));
    const made = answers.map(({ status, json }) => {
      assert.equal(status, 200, JSON.stringify(json.errors));
      return json.result as { id: string; versions: object[] };
    });
    for (const [i, { versions }] of made.entries()) {
      const shares = Object.entries(wanted[i] ?? {});
      assert.deepEqual(
        versions,
        shares.map(([version_id, percentage]) => ({ version_id, percentage })),
      );
    }
    // The list has the ten newest; all of them can be read.
    const listed = (await list("rush")).map(({ id }) => id);
    assert.equal(new Set(listed).size, 10);
    assert.ok(listed.every((id) => made.some((one) => one.id === id)));
    for (const one of made) assert.deepEqual((await get("rush", one.id)).result, one);
    await deploy(started.edge, "rush", { [two]: 100, [one]: 0 });
    assert.equal((await ask(started.edge, "rush")).body, "two");
  });

  it("are refused in the envelope for what is no deployment", async () => {
    const id = await putScript(started.edge, "refusals", saying("one"));
    const cases: [shares: Record<string, number>, expected: [status: number, code: number]][] = [
      [{}, [400, 10026]],
      [{ [id]: 99 }, [400, 10026]],
      [{ "00000000-0000-4000-8000-000000000000": 100 }, [404, 10007]],
    ];
    for (const [shares, expected] of cases) {
      const { status, json } = await post("refusals", shares);
      assert.deepEqual([status, json.errors[0]?.code], expected);
    }
    const { status, json } = await post("nowhere", { [id]: 100 });
    assert.deepEqual([status, json.errors[0]?.code], [404, 10007]);
  });
});
