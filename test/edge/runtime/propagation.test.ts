import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { startEdge, type Clock, type Edge } from "../../../edge";
import { Locations } from "../../../edge/data/locations";
import { servingAt, stillNeeded, type Announced } from "../../../edge/data/propagation";
import { addVersion, deploy, goLive } from "../support";

const COLOS = ["AMS", "SJC"];
const delay = fc.integer({ min: 0, max: 30 });

/** Deployments one after the other, each with a time for each location. */
const histories = fc
  .array(fc.record({ gap: fc.integer({ min: 0, max: 20 }), delays: fc.tuple(delay, delay) }), {
    maxLength: 6,
  })
  .map((steps) => {
    let madeAt = 0;
    return steps.map(({ gap, delays }, index): Announced => {
      madeAt += gap;
      const arrivals = new Map(COLOS.map((colo, place) => [colo, madeAt + (delays[place] ?? 0)]));
      return { deploymentId: String(index), split: [], arrivals };
    });
  });
const times = fc.array(fc.integer({ min: 0, max: 200 })).map((all) => all.toSorted((a, b) => a - b));

describe("the deployment by which a location serves", () => {
  it("is the newest of those that have arrived", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...COLOS), fc.nat(200), (history, colo, now) => {
        const arrived = history.filter(({ arrivals }) => (arrivals.get(colo) ?? 0) <= now);
        assert.equal(servingAt(history, colo, now), arrived.at(-1));
      }),
    );
  });

  it("never goes back to an older one, and is the newest in the end", () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(...COLOS), times, (history, colo, moments) => {
        const seen = moments.map((now) => Number(servingAt(history, colo, now)?.deploymentId ?? -1));
        assert.deepEqual(
          seen,
          seen.toSorted((a, b) => a - b),
        );
        assert.equal(servingAt(history, colo, 1_000), history.at(-1));
      }),
    );
  });

  it("is still the same when those that no location needs are forgotten", () => {
    fc.assert(
      fc.property(
        histories,
        fc.constantFrom(...COLOS),
        fc.nat(200),
        fc.nat(200),
        (history, colo, then, more) => {
          const kept = stillNeeded(history, then);
          assert.equal(servingAt(kept, colo, then + more), servingAt(history, colo, then + more));
          assert.ok(then < 200 || kept.length <= 1);
        },
      ),
    );
  });
});

describe("a visitor's location", () => {
  const at = (remoteAddress: string | undefined, ray?: string): Parameters<Locations["of"]>[0] => ({
    socket: { remoteAddress },
    headers: { "cf-ray": ray },
  });
  const locations = new Locations({ seed: 3, propagationMs: [0, 1] });

  it("is drawn from the address and the seed, and every location has visitors", () => {
    const addresses = Array.from({ length: 200 }, (_, last) => `127.0.0.${last}`);
    const drawn = addresses.map((address) => locations.of(at(address)));
    assert.deepEqual(new Set(drawn), new Set(locations.all));
    assert.deepEqual(
      addresses.map((address) => locations.of(at(`::ffff:${address}`))),
      drawn,
    );
    const others = new Locations({ seed: 4, propagationMs: [0, 1] });
    assert.notDeepEqual(
      addresses.map((address) => others.of(at(address))),
      drawn,
    );
    assert.ok(locations.all.includes(locations.of(at("::1"))));
  });

  it("is where its ray says for a call from a Worker, and else at home", () => {
    assert.equal(locations.of(at(undefined, "0123456789abcdef-SIN")), "SIN");
    assert.equal(locations.of(at(undefined, "0123456789abcdef-LOC")), locations.home);
    assert.equal(locations.of(at(undefined)), locations.home);
  });

  it("is the only one where deployments are everywhere at once", () => {
    const one = new Locations();
    assert.deepEqual([one.of(at("127.0.0.9")), one.home, one.all], ["LOC", "LOC", ["LOC"]]);
  });

  it("learns of a deployment within the span given, each at a time of its own", () => {
    const spread = new Locations({ propagationMs: [2_000, 30_000] });
    const arrivals = [...spread.arrivals("shop", 1, 1_000).values()];
    assert.equal(new Set(arrivals).size, 8);
    assert.ok(arrivals.every((arrival) => arrival >= 3_000 && arrival <= 31_000));
    assert.deepEqual([...spread.arrivals("shop", 1, 1_000).values()], arrivals);
    assert.notDeepEqual([...spread.arrivals("shop", 2, 1_000).values()], arrivals);
  });
});

/** Says which version it is, and where it runs. */
function placed(word: string): string {
  return `export default { fetch(request) {
    return Response.json([${JSON.stringify(word)}, request.cf.colo, request.headers.get("cf-ray").split("-")[1]]);
  } };`;
}

describe("a deployment that takes its time", function () {
  this.timeout(180_000);
  before(function () {
    if (process.platform !== "linux") this.skip(); // elsewhere only 127.0.0.1 is there to ask from
  });

  const stateDir = mkdtempSync(join(tmpdir(), "edge-propagation-"));
  let now = Date.now();
  const clock: Clock = { now: () => now, at: () => () => undefined };
  const options = { stateDir, clock, realism: { seed: 5, propagationMs: [2_000, 30_000] } } as const;
  const locations = new Locations(options.realism);
  let edge: Edge;
  /** An address in each location. */
  const addresses = new Map<string, string>();
  for (let last = 1; addresses.size < locations.all.length; last += 1) {
    const socket = { remoteAddress: `127.0.0.${last}` };
    addresses.set(locations.of({ socket, headers: {} }), socket.remoteAddress);
  }

  before(async () => {
    edge = await startEdge(options);
  });
  after(async () => {
    await edge.close();
    rmSync(stateDir, { recursive: true });
  });

  /** The version that answers in each location. */
  async function versions(headers: Record<string, string> = {}): Promise<Map<string, string | undefined>> {
    const answers = await Promise.all(
      [...addresses].map(([colo, address]) => askFrom(address, colo, headers)),
    );
    return new Map([...addresses.keys()].map((colo, index) => [colo, answers[index]]));
  }

  async function askFrom(localAddress: string, colo: string, more: object): Promise<string | undefined> {
    const headers = { host: `spread.local.localhost:${edge.port}`, ...more };
    const asked = httpRequest({
      host: "127.0.0.1",
      port: edge.port,
      localAddress,
      headers,
      agent: false,
    }).end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    assert.equal(String(answer.headers["cf-ray"]).split("-")[1], colo);
    const body = await text(answer);
    if (answer.statusCode === 404) return undefined;
    const [version, ...where] = JSON.parse(body) as [string, string, string];
    assert.deepEqual(where, [colo, colo]);
    return version;
  }

  /** What each location is to say, where `number` is that of the script's newest deployment. */
  function expected(
    number: number,
    madeAt: number,
    older: string | undefined,
    newer: string,
  ): Map<string, string | undefined> {
    const arrivals = locations.arrivals("spread", number, madeAt);
    return new Map(
      [...addresses.keys()].map((colo) => [colo, (arrivals.get(colo) ?? 0) <= now ? newer : older]),
    );
  }

  it("is known location by location, and what was before serves until then", async () => {
    const one = await goLive(edge, "spread", placed("one"));
    const first = now;
    for (now of [first, first + 15_000, first + 30_000]) {
      assert.deepEqual(await versions(), expected(1, first, undefined, "one"));
    }
    const two = await addVersion(edge, "spread", placed("two"));
    await deploy(edge, "spread", { [one]: 0, [two]: 100 });
    const second = now;
    const override = { "cloudflare-workers-version-overrides": `spread="${two}"` };
    for (now of [second + 1_999, second + 10_000, second + 20_000]) {
      assert.deepEqual(await versions(), expected(2, second, "one", "two"));
      assert.deepEqual(await versions(override), expected(2, second, "one", "two"), "an override to it");
    }
    assert.equal(new Set((await versions()).values()).size, 2, "some have it, some do not");
  });

  it("is known everywhere after a restart", async () => {
    await edge.close();
    edge = await startEdge(options);
    assert.deepEqual(new Set((await versions()).values()), new Set(["two"]));
  });
});
