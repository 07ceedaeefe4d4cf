import assert from "node:assert/strict";
import fc from "fast-check";
import { carryOut } from "../../provider/cli/carryOut";
import { cloudflareDeployments } from "../../provider/cloudflare/deployments";
import { cloudflareClient } from "../../provider/cloudflare/client";
import { sealedMessage, type Witness } from "../../provider/cloudflare/seal";
import { intentionText } from "../../provider/rollout/text/intention";
import { faultsOf } from "../../provider/plan/faults";
import { planSchema } from "../../provider/plan/schema";
import { createColors } from "picocolors";
import { statusText } from "../../provider/cli/status/text";
import { abort, approve, type Order } from "../../provider/rollout/operator";
import { viewOf } from "../../provider/view/view";
import { PortError, type Deployment, type Split } from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";
import { run } from "../../provider/rollout/run";
import { harmless, harmlessIn, harmlessLines } from "../../provider/shown";
import { VirtualClock } from "../fakes/clock";
import { anyText, assertHarmless } from "../fakes/texts";
import { all, newVersion, nextRun, oldVersion, otherVersion, request, world, type World } from "./simulate";
import { aRecord, minute } from "./situations";

// What others can write is thrown at the release and the command line. The seed is fixed, so that a failure is one of
// the code; `FUZZ_SEED` and `FUZZ_RUNS` look further.

const given = {
  seed: Number(process.env["FUZZ_SEED"] ?? 11),
  numRuns: Number(process.env["FUZZ_RUNS"] ?? 150),
};
const previewed = "00000000-0000-4000-8000-00000000000e";
const known = [oldVersion, newVersion, otherVersion, previewed] as const;

const versionId = fc.constantFrom(...known);

const split: fc.Arbitrary<Split> = fc
  .tuple(versionId, versionId, fc.constantFrom(0, 1, 25, 50, 75, 99.5, 100))
  .map(([first, second, percent]) =>
    first === second
      ? all(first)
      : [
          { versionId: first, percent: 100 - percent },
          { versionId: second, percent },
        ],
  );

const record: fc.Arbitrary<Partial<ReleaseRecord>> = fc.record({
  id: fc.constantFrom("r1", "r0", "r9"),
  run: fc.constantFrom("r1", "r0", "r9"),
  owner: fc.constantFrom("owner-1", "owner-2"),
  phase: fc.constantFrom("soak", "wait", "completed", "aborted", "inconclusive"),
  stage: fc.integer({ min: 0, max: 4 }),
  stages: fc.constant(5),
  newVersionId: versionId,
  oldVersionId: fc.option(versionId, { nil: undefined }),
  next: fc.option(fc.constantFrom(25, 50, 100), { nil: undefined }),
});

interface Forgery {
  readonly split: Split;
  readonly record: Partial<ReleaseRecord>;
  readonly began: "now" | "1970";
  /** What a forger might take for the deployment before: nothing, or one whose id has been printed somewhere. */
  readonly over: "nothing" | "printed" | "itself";
  readonly sentence: string;
  /** A text instead of a record. */
  readonly text: string | undefined;
}

const forgery: fc.Arbitrary<Forgery> = fc.record({
  split,
  record,
  began: fc.constantFrom("now", "1970"),
  over: fc.constantFrom("nothing", "printed", "itself"),
  sentence: anyText.map((text) => text.slice(0, 200)),
  text: fc.option(anyText, { nil: undefined, freq: 3 }),
});

const worker = { accountId: "account", scriptName: "checkout" };

/** The message of a deployment by somebody who can read nothing of the account but what was printed. */
function forged(
  { clock, deployments }: World,
  { record: of, split: in_, began, over, sentence, text }: Forgery,
) {
  if (text !== undefined) return text;
  const startedAt = began === "now" ? clock.now() : 0;
  const [active] = deployments.made;
  const guess: Witness | undefined =
    over === "printed" && active ? { id: active.id, createdOn: "2030-01-01T00:00:00.123456Z" } : undefined;
  const self = { id: "deployment-2", createdOn: new Date(clock.now()).toISOString() };
  return sealedMessage(
    sentence,
    aRecord({ ...of, startedAt }),
    in_,
    over === "itself" ? self : guess,
    worker,
  );
}

/** A world whose deployments are made by the forger, the release and the command line. */
function forge(outside: World, forgery: Forgery): Deployment {
  return outside.deployments.foreign(forgery.split, forged(outside, forgery));
}

/** Every split that was written, with what was active and what was asked for when it was. */
function watch(outside: World, asked: readonly string[]): void {
  const { deployments } = outside;
  const create = deployments.create.bind(deployments);
  deployments.create = (wanted, ...rest) => {
    const active = deployments.made.flatMap((made) => (made.author.startsWith("release") ? [] : [made]));
    const inSplit = new Set(active.flatMap((made) => made.split.map((share) => share.versionId)));
    for (const { versionId: deployed } of wanted) {
      assert.ok(
        inSplit.has(deployed) || asked.includes(deployed),
        `${deployed} was in no split and not asked for`,
      );
    }
    return create(wanted, ...rest);
  };
}

function assertShown(text: string): void {
  assertHarmless(harmlessLines(text));
}

/** As it is read again: without the properties that have no value. */
function withoutGaps(record: ReleaseRecord | undefined): unknown {
  return JSON.parse(JSON.stringify(record));
}

describe("what others write into deployments", () => {
  it("is never taken for a record, and no version comes into traffic by it", async () => {
    await fc.assert(
      fc.asyncProperty(forgery, fc.constantFrom("begin", "meanwhile"), async (one, when) => {
        const outside = world();
        watch(outside, [newVersion]);
        if (when === "begin") assert.equal(forge(outside, one).record, undefined);
        else outside.clock.at(3 * minute, () => forge(outside, one));
        // It ends, one way or another: nothing that was written makes it hang.
        const ended = await run(request(), outside).then(
          ({ status, reason }) => ({ status, reason }),
          (error: unknown) => ({ status: "thrown", reason: String(error) }),
        );
        const [active] = outside.deployments.made;
        if (ended.status === "completed")
          assert.deepEqual(active?.split.find((share) => share.percent === 100)?.versionId, newVersion);
        assertShown(ended.reason);
        for (const line of outside.progress.events) assertShown(line);
      }),
      // Each of them is a whole release.
      { ...given, numRuns: Math.ceil(given.numRuns / 3) },
    );
  });

  it("gives the command line nothing to do, and is shown without harm", async () => {
    await fc.assert(
      fc.asyncProperty(forgery, anyText, async (one, typed) => {
        const outside = world();
        forge(outside, one);
        const { clock, deployments } = outside;
        const active = await deployments.active();
        const sight = {
          scriptName: "checkout",
          plan: undefined,
          at: clock.now(),
          active,
          watched: undefined,
        };
        assertShown(statusText(viewOf(sight), createColors(false)));
        assert.equal(viewOf(sight).release, null);
        for (const order of [
          (seen: Deployment | undefined): Order => approve("checkout", seen, typed, 0),
          (seen: Deployment | undefined): Order => abort("checkout", seen, typed, typed),
        ]) {
          await assert.rejects(carryOut({ deployments, clock }, "checkout", order), (error: Error) => {
            assertShown(error.message);
            return /^There is nothing to /.test(error.message);
          });
        }
        assert.equal(deployments.calls.create, 0);
      }),
      given,
    );
  });

  it("does not hide what a person orders, whatever that person writes", async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (by, why) => {
        const clock = new VirtualClock();
        const outside = { ...nextRun(world()), clock };
        const { deployments } = outside;
        const waits = aRecord({ phase: "wait", stages: 2, next: 100, startedAt: Date.UTC(2030, 0, 1) });
        const seen = deployments.recorded(
          [
            { versionId: oldVersion, percent: 75 },
            { versionId: newVersion, percent: 25 },
          ],
          why,
          waits,
        );
        assert.deepEqual(seen.record, waits);
        const ordered = abort("checkout", seen, by, why);
        assert.ok(ordered.kind === "deploy");
        assertShown(intentionText("checkout", seen, ordered.request, new Map(), clock.now()));
        const done = await carryOut({ deployments, clock }, "checkout", (active) =>
          abort("checkout", active, by, why),
        );
        const [made] = deployments.made;
        assert.deepEqual(withoutGaps(made?.record), withoutGaps(done.record));
        assert.deepEqual(made?.split, all(oldVersion));
      }),
      given,
    );
  });
});

describe("what an API answers instead of deployments", () => {
  /** Mostly what it has to be: what is refused at its first field shows nothing of the rest. */
  const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ arbitrary: usual, weight: 20 }, { arbitrary: anyText, weight: 1 });
  const share = fc.record({ version_id: mostly(fc.uuid()), percentage: mostly(fc.constantFrom(0, 50, 100)) });
  const listed = fc.record({
    id: mostly(fc.uuid()),
    created_on: mostly(fc.constant("2030-01-01T00:00:00.5Z")),
    source: fc.option(anyText),
    author_email: fc.option(anyText),
    versions: mostly(fc.array(share, { minLength: 1, maxLength: 2 })),
    annotations: fc.record({ "workers/message": anyText }),
  });
  const answer = fc.oneof(
    { arbitrary: fc.jsonValue(), weight: 1 },
    { arbitrary: fc.record({ deployments: fc.array(listed, { minLength: 1, maxLength: 3 }) }), weight: 3 },
  );

  it("is refused as such, or read into what is harmless to show", async () => {
    await fc.assert(
      fc.asyncProperty(answer, fc.constantFrom(200, 200, 200, 307, 400, 500), async (result, status) => {
        const body = JSON.stringify({
          success: status === 200,
          result,
          errors: [{ message: JSON.stringify(result) }],
        });
        const client = cloudflareClient({ apiToken: "token" }).withOptions({
          fetch: () =>
            Promise.resolve(new Response(body, { status, headers: { "content-type": "application/json" } })),
        });
        const told = await cloudflareDeployments(client, worker)
          .active()
          .then(
            (active) =>
              active
                ? [active.id, active.message, active.author, ...active.split.map((share) => share.versionId)]
                : [],
            (error: unknown) => {
              assert.ok(error instanceof PortError, String(error));
              return [error.message];
            },
          );
        for (const text of told) {
          assertHarmless(text);
          assert.equal(harmless(text), text);
        }
      }),
      given,
    );
  });

  it("is JSON as before, but for its texts", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const once = harmlessIn(value);
        assert.deepEqual(harmlessIn(once), once);
      }),
      given,
    );
  });
});

describe("what a program declares as its plan", () => {
  const sound = {
    slos: [{ name: "5xx", sli: "serverErrors", max: 0.01 }],
    stages: [
      { percent: 25, soakTime: "5m" },
      { percent: 100, soakTime: "5m" },
    ],
    pollInterval: "10s",
  };
  const odd = fc.oneof(
    anyText,
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(NaN, Infinity, -1, 0, 100.001, 1e308, "0s", "-5m", "1e9h", "__proto__", null),
  );
  const keys = fc.constantFrom(
    "slos",
    "stages",
    "pollInterval",
    "confidence",
    "minRequests",
    "probes",
    "__proto__",
  );
  const inSlo = fc.constantFrom("name", "sli", "max", "maxIncrease", "limit", "percentile", "valid", "bad");
  const inStage = fc.constantFrom("percent", "soakTime", "progression", "odd");
  const plan = fc.oneof(
    fc.tuple(keys, odd).map(([key, value]) => ({ ...sound, [key]: value })),
    fc.tuple(inSlo, odd).map(([key, value]) => ({ ...sound, slos: [{ ...sound.slos[0], [key]: value }] })),
    fc
      .tuple(inStage, odd)
      .map(([key, value]) => ({ ...sound, stages: [{ ...sound.stages[0], [key]: value }, sound.stages[1]] })),
    odd,
  );

  it("is refused with a place and what is allowed, in harmless words, or is a release that ends", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (declared) => {
        const parsed = planSchema.safeParse(declared);
        if (!parsed.success) {
          const faults = faultsOf(parsed.error, declared, "plan");
          assert.ok(faults.length > 0);
          for (const { path, reason } of faults) {
            assert.match(path, /^plan/);
            assertHarmless(path);
            assertHarmless(reason);
          }
          return;
        }
        const outside = world();
        const { status, reason } = await run({ ...request(), plan: parsed.data }, outside);
        assert.ok(["completed", "aborted", "inconclusive"].includes(status), `${status}: ${reason}`);
        assertShown(reason);
      }),
      given,
    );
  });
});
