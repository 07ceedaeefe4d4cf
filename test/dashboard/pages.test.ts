import assert from "node:assert/strict";
import { PortError } from "../../provider/rollout/ports";
import type { Seen } from "../../provider/dashboard/ports";
import type { HistoryView } from "../../provider/view/schema";
import { fakePorts, opened } from "./fakes";
import { at, history, past, quiet, release, slo, slos, view } from "./views";

const noFreeze = { frozenUntil: null, approvedBy: null, command: "" };

async function textOf(answer: Response | Promise<Response>): Promise<string> {
  return (await (await answer).text())
    .replace(/<svg class="plot[\s\S]*?<\/svg>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");
}

const shown = (seen: Partial<Seen>, path = "/workers/checkout"): Promise<string> =>
  textOf(opened(fakePorts([{ scriptName: "checkout", view: view(), ...seen }])).get(path));

describe("the page of a Worker", () => {
  it("tells stage, split, what is left of the soak, and each SLO beside its limit and the old version", async () => {
    const text = await shown({ plan: "plans/web.yaml" });
    for (const part of [
      "Stage 3 of 5. It soaks for another 6m.",
      "50 % old version 5e08bee6",
      "50 % new version b8d1c0f2",
      "0.435 % 21 of 4830 requests failed · limit 1 % · old version 0.187 % (9 of 4812)",
      "evidence 12 %",
      "over its limit, may be chance",
      "Judged here by plans/web.yaml",
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it("calls nothing healthy that has served nothing", async () => {
    const { health } = view();
    const unserved = slo({ new: { bad: 0, valid: 0, share: 0 }, verdict: "healthy", evidence: 0 });
    const text = await shown({ view: view({ health: health && { ...health, slos: [unserved] } }) });
    assert.match(text, /5xx nothing to judge yet – nothing served yet/);
  });

  it("draws the split, and each SLO with its evidence, for a screen and for a phone", async () => {
    const page = await (await opened(fakePorts()).get("/workers/checkout")).text();
    assert.equal([...page.matchAll(/<svg class="plot/g)].length, 2 * (1 + 2 * slos.length));
    assert.match(page, /<title>5xx: bad share over time<\/title>/);
  });

  it("says whom a release waits for, until when, and what comes then", async () => {
    const waitsFor = {
      for: "approval",
      since: at(300_000),
      until: at(-60_000),
      nextPercent: 75,
      ...noFreeze,
    } as const;
    const text = await shown({ view: view({ release: release({ phase: "waiting", waitsFor }) }) });
    assert.match(text, /waits for a person to approve 75 % ?, for 5m now/);
    assert.match(text, /If nobody approves by 2030-03-01 12:31:00Z ?, it reverts\./);
    assert.match(text, /Approve .*Hold .*Promote .*Abort/);
  });

  it("offers to resume a release that is held, and says who holds it", async () => {
    const held = { for: "resume", since: at(60_000), until: null, nextPercent: 75 } as const;
    const waitsFor = { ...held, ...noFreeze };
    const text = await shown({ view: view({ release: release({ heldBy: "kim", waitsFor }) }) });
    assert.match(text, /Held by kim for 1m now\./);
    assert.match(text, /Resume .*Abort/);
    assert.doesNotMatch(text, /(Hold|Promote) the/);
  });

  it("offers no order where no release is under way", async () => {
    const page = await (
      await opened(fakePorts([{ scriptName: "checkout", view: quiet("checkout") }])).get("/workers/checkout")
    ).text();
    assert.doesNotMatch(page, /orders\//);
    assert.match(page, /Start a release/);
  });

  it("says that nothing is judged here where the plan is not known, and lets a person choose one", async () => {
    const health = view().health;
    const unjudged = health && {
      ...health,
      isJudged: false,
      slos: [slo({ limit: null, limitText: null, evidence: null, verdict: null })],
    };
    const text = await shown({ view: view({ health: unjudged }) });
    assert.match(text, /by a plan that this page does not know.*Judge by it here/);
    assert.match(text, /not judged here/);
    const ports = fakePorts([{ scriptName: "checkout", view: view({ health: unjudged }) }]);
    const page = await (await opened(ports).get("/workers/checkout")).text();
    assert.match(page, /bad share over time/);
    assert.doesNotMatch(page, /evidence of a violation over time/);
  });

  it("keeps what was seen when Cloudflare does not answer, and says why it is old", async () => {
    const text = await shown({ trouble: "Reading the deployments got no answer (503)." });
    assert.match(text, /Not up to date\. Reading the deployments got no answer \(503\)\./);
    assert.match(text, /Stage 3 of 5/);
  });

  it("tells why there is nothing to see: a Worker that is not there, a token that may not, a fault", async () => {
    const { get } = opened(fakePorts());
    assert.equal((await get("/workers/nobody")).status, 404);
    assert.equal((await get("/workers/a%20b")).status, 404);
    const refusing = fakePorts(undefined, {
      worker: () =>
        Promise.reject(new PortError("refused", "It was refused (403): give the token the permission.")),
    });
    const answer = await opened(refusing).get("/workers/checkout");
    assert.equal(answer.status, 502);
    assert.match(await textOf(answer), /It was refused \(403\): give the token the permission\./);
    const broken = fakePorts(undefined, { worker: () => Promise.reject(new Error("broken")) });
    assert.equal((await opened(broken).get("/workers/checkout")).status, 500);
  });

  it("shows the release when only its history cannot be read", async () => {
    const ports = fakePorts(undefined, {
      history: () => Promise.reject(new Error("The list got no answer.")),
    });
    const text = await textOf(opened(ports).get("/workers/checkout"));
    assert.match(text, /Stage 3 of 5.*History The list got no answer\./);
  });

  it("shows the last hundred releases where somebody asks for them", async () => {
    const entries = Array.from({ length: 120 }, (_, index) => past({ id: `r${index}` }));
    const ports = fakePorts(undefined, {
      history: (_, most) =>
        Promise.resolve({ history: history(...entries.slice(0, most)), isReading: false }),
    });
    const rowsOf = async (path: string) =>
      (await (await opened(ports).get(path)).text()).split("<tr>").length - 2;
    assert.equal(await rowsOf("/workers/checkout"), 20);
    assert.match(await textOf(opened(ports).get("/workers/checkout")), /Show the last 100 releases/);
    assert.equal(await rowsOf("/workers/checkout?releases=100"), 100);
    assert.doesNotMatch(await textOf(opened(ports).get("/workers/checkout?releases=100")), /Show the last/);
    assert.equal(await rowsOf("/workers/checkout?releases=1000000"), 20);
  });

  it("shows the releases that are known while older ones are being read", async () => {
    const reading = (known: HistoryView | undefined) =>
      textOf(
        opened(
          fakePorts(undefined, { history: () => Promise.resolve({ history: known, isReading: true }) }),
        ).get("/workers/checkout?releases=100"),
      );
    assert.match(await reading(history(past())), /completed .*Reading older releases…/);
    assert.match(await reading(undefined), /Stage 3 of 5.*Reading what was deployed…/);
  });

  it("leads to the Worker's pages in Cloudflare's own dashboard, where it has some", async () => {
    const page = await (await opened(fakePorts()).get("/workers/checkout")).text();
    assert.match(page, /<nav class="elsewhere" aria-label="In Cloudflare's dashboard">/);
    assert.match(
      page,
      /href="https:\/\/dash\.cloudflare\.com\/account\/checkout" target="_blank" rel="noopener noreferrer"/,
    );
    const local = fakePorts(undefined, { links: () => [] });
    assert.doesNotMatch(await (await opened(local).get("/workers/checkout")).text(), /elsewhere/);
  });

  it("leads from each release that is over to its report, which may run nothing", async () => {
    const { get } = opened(fakePorts());
    const page = await (await get("/workers/checkout")).text();
    const reports = [...page.matchAll(/href="(\/workers\/checkout\/reports\/[^"]+)"/g)].map(
      ([, path = ""]) => path,
    );
    assert.equal(reports.length, 2);
    const report = await get(reports[0] ?? "");
    assert.equal(report.status, 200);
    assert.match(report.headers.get("content-security-policy") ?? "", /sandbox/);
  });
});

describe("texts from outside", () => {
  const hostile = `</textarea></title><script>alert(1)</script><img src=x onerror="alert(1)">"'`;

  it("are words on every page, wherever they stand", async () => {
    const hostileView = view({
      deployment: {
        ...{ id: hostile, createdAt: at(0), author: hostile, message: hostile, isUnproven: true },
        split: [
          { versionId: hostile, percent: 50, role: "old" },
          { versionId: hostile, percent: 50, role: "new" },
        ],
      },
      release: release({
        id: hostile,
        heldBy: hostile,
        waitsFor: {
          for: "resume",
          since: at(0),
          until: null,
          nextPercent: null,
          ...noFreeze,
          approvedBy: hostile,
          command: hostile,
        },
      }),
      health: {
        telemetry: { isAnswering: false, seenUntil: null, trouble: hostile, note: hostile },
        isJudged: true,
        slos: [slo({ name: hostile, bad: hostile, limitText: hostile })],
      },
      warnings: [hostile],
    });
    const ports = fakePorts(
      [
        {
          scriptName: "checkout",
          view: hostileView,
          trouble: hostile,
          plan: hostile,
          run: { line: hostile, isOver: false },
        },
      ],
      {
        history: () =>
          Promise.resolve({
            history: history(past({ id: hostile, message: hostile, author: hostile, newVersionId: hostile })),
            isReading: false,
          }),
        propose: () => Promise.resolve({ kind: "possible", lines: [hostile], shown: hostile }),
        versions: () =>
          Promise.resolve([
            { versionId: hostile, number: 1, uploadedAt: 0, author: hostile, message: hostile, tag: hostile },
          ]),
      },
    );
    const { get, post } = opened(ports);
    const answers = [
      await get("/"),
      await get("/workers/checkout"),
      await get("/workers/checkout/orders/abort"),
      await get(
        `/workers/checkout/start?version=${encodeURIComponent(hostile)}&plan=${encodeURIComponent(hostile)}&arg.${encodeURIComponent(hostile)}=${encodeURIComponent(hostile)}`,
      ),
      await post("/plans/new", { text: hostile, was: hostile, saved: hostile, action: hostile }),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      const page = await answer.text();
      assert.doesNotMatch(page, /<script>|<img|<\/textarea><\/title>/);
      assert.match(page, /&lt;script&gt;/);
    }
  });
});

describe("the overview", () => {
  it("has releases under way first, and before them what needs a person", async () => {
    const waitsFor = { for: "approval", since: at(0), until: null, nextPercent: 75, ...noFreeze } as const;
    const page = await (
      await opened(
        fakePorts([
          { scriptName: "a-quiet", view: quiet("a-quiet") },
          { scriptName: "b-soaking", view: view({ scriptName: "b-soaking" }) },
          {
            scriptName: "c-waiting",
            view: view({ scriptName: "c-waiting", release: release({ phase: "waiting", waitsFor }) }),
          },
          { scriptName: "d-unread" },
        ]),
      ).get("/")
    ).text();
    const places = ["c-waiting", "b-soaking", "a-quiet", "d-unread"].map((name) =>
      page.indexOf(`/workers/${name}"`),
    );
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.match(page, /<title>\(1\) Releases/);
    assert.match(page, /not read yet/);
  });

  it("tells an account without Workers from one that is being read, and one that cannot be read", async () => {
    const told = (changes: object) =>
      textOf(opened(fakePorts([], { account: () => Promise.resolve({ name: "a", ...changes }) })).get("/"));
    assert.match(await told({ workers: [] }), /This account has no Workers yet/);
    assert.match(await told({}), /Reading the Workers/);
    assert.match(
      await told({ trouble: "The token has expired." }),
      /Not up to date\. The token has expired\./,
    );
  });
});
