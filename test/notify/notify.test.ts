import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { noticesTo, notifySchema, type NotificationTarget } from "../../provider/notify";
import type { Clock, Notice, NoticeKind } from "../../provider/rollout/ports";
import { RecordingProgress } from "../fakes/progress";
import { Receiver } from "./receiver";

const secret = "B0123/very-secret";

/** Pauses take no time; what was waited for is remembered. */
class QuickClock implements Clock {
  readonly pauses: number[] = [];

  now(): number {
    return 0;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal === undefined) {
      this.pauses.push(ms);
      return;
    }
    // As long as it takes: the end of a wait for what others do.
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
  }
}

function notice(kind: NoticeKind, text = "something"): Notice {
  return {
    ...{ kind, releaseId: "r1", scriptName: "checkout", newVersionId: "new", oldVersionId: "old" },
    ...{ place: undefined, text, at: 1 },
  };
}

function target(origin: string, more: Partial<NotificationTarget> = {}): NotificationTarget {
  const on: NoticeKind[] = ["started", "completed"];
  return { url: `${origin}/services/${secret}?token=${secret}`, on, format: "cloudevents", ...more };
}

interface Told {
  readonly receiver: Receiver;
  readonly events: readonly string[];
  readonly clock: QuickClock;
}

describe("a notification", () => {
  const opened: Receiver[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((receiver) => receiver.stop()));
  });

  async function receiver(answer?: (response: ServerResponse, index: number) => void): Promise<Receiver> {
    const started = await Receiver.start(answer);
    opened.push(started);
    return started;
  }

  /** Tells a server that answers with `answer` of some kinds of events, and waits for it. */
  async function tell(
    kinds: readonly NoticeKind[],
    answer?: (response: ServerResponse, index: number) => void,
    timeoutMs = 5000,
  ): Promise<Told> {
    const to = await receiver(answer);
    const [clock, progress] = [new QuickClock(), new RecordingProgress()];
    const patience = { timeoutMs, pausesMs: [1000, 3000] };
    const notices = noticesTo([target(to.origin)], { clock, progress, patience });
    for (const kind of kinds) notices.tell(notice(kind));
    await notices.settled(60_000);
    return { receiver: to, events: progress.events, clock };
  }

  it("is sent once, in order, of what it is wanted for", async () => {
    const { receiver, events } = await tell(["started", "stage", "waiting", "completed"]);
    const types = receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    assert.deepEqual(types, ["workers-release.started", "workers-release.completed"]);
    const [first] = receiver.received;
    assert.equal(first?.path, `/services/${secret}?token=${secret}`);
    assert.equal(first.headers["content-type"], "application/cloudevents+json; charset=utf-8");
    assert.equal(first.headers["user-agent"], "pulumi-workers-release");
    assert.deepEqual(events, []);
  });

  it("tells in any case that traffic could not be put back", async () => {
    const { receiver } = await tell(["revertFailed"]);
    assert.equal(receiver.received.length, 1);
  });

  const answers: [string, (response: ServerResponse, index: number) => void, number, RegExp | undefined][] = [
    [
      "is sent again to who fails at first",
      (response, index) => response.writeHead(index < 2 ? 503 : 200).end(),
      3,
      undefined,
    ],
    [
      "is given up after three tries",
      (response) => response.writeHead(500).end(secret),
      3,
      /: it answered HTTP 500\./,
    ],
    [
      "is sent again to who has too much to do",
      (response) => response.writeHead(429).end(),
      3,
      /: it answered HTTP 429\./,
    ],
    [
      "is sent once to who refuses it",
      (response) => response.writeHead(404).end(secret),
      1,
      /: it answered HTTP 404\./,
    ],
    [
      "is sent nowhere else",
      (response) => response.writeHead(307, { location: `/${secret}` }).end(),
      1,
      /: it answered HTTP 307, a redirect, which is not followed: set the address that it leads to\./,
    ],
    [
      "is sent again to who hangs up",
      (response) => response.destroy(),
      3,
      /: it could not be reached \(UND_ERR_SOCKET\)\./,
    ],
    [
      "is sent again to who answers no HTTP",
      (response) => response.socket?.end("garbage\r\n\r\n"),
      3,
      /: it could not be reached/,
    ],
    [
      "is taken whatever is answered",
      (response) => response.end("\u0000 no JSON".repeat(1000)),
      1,
      undefined,
    ],
    [
      "is taken though the answer never ends",
      (response) => {
        response.writeHead(200);
        response.write("…");
      },
      1,
      undefined,
    ],
  ];
  for (const [what, answer, tries, trouble] of answers) {
    it(what, async () => {
      const { receiver, events, clock } = await tell(["started"], answer);
      assert.equal(receiver.received.length, tries);
      assert.deepEqual(clock.pauses, [1000, 3000].slice(0, tries - 1));
      assert.equal(new Set(receiver.received.map(({ body }) => body)).size, 1, "each try is the same event");
      assert.equal(events.length, trouble === undefined ? 0 : 1);
      if (trouble === undefined) return;
      assert.match(events[0] ?? "", trouble);
      assert.ok(events[0]?.startsWith(`Warning: ${receiver.origin} was not told of the event "started": `));
      assert.ok(!events.join().includes(secret), events.join());
    });
  }

  it("is given up at who never answers", async () => {
    const { events } = await tell(["started"], () => undefined, 20);
    assert.match(events[0] ?? "", /: there was no answer within 0\.02 s\./);
  });

  it("is given up at who is not there, which is told once", async () => {
    const gone = await receiver();
    await gone.stop();
    opened.splice(0);
    const progress = new RecordingProgress();
    const notices = noticesTo([target(gone.origin)], { clock: new QuickClock(), progress });
    notices.tell(notice("started"));
    notices.tell(notice("completed"));
    await notices.settled(60_000);
    const [warning = "", ...others] = progress.events;
    assert.match(warning, /: it could not be reached \(ECONNREFUSED\)\. The release goes on without it/);
    assert.deepEqual(others, []);
  });

  it("holds up no other, and nobody who tells", async () => {
    const [silent, open] = [await receiver(() => undefined), await receiver()];
    const patience = { timeoutMs: 60_000, pausesMs: [] };
    const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() };
    const targets = [target(silent.origin), target(open.origin)];
    const notices = noticesTo(targets, { clock, progress: new RecordingProgress(), patience });
    notices.tell(notice("started"));
    notices.tell(notice("completed"));
    // Waits for as long as it is told to, not for the one that is silent.
    await notices.settled(10);
    while (open.received.length < 2) await new Promise(setImmediate);
  });
});

describe("a list of notifications", () => {
  const url = "https://hooks.example.com/T0/very-secret";

  it("gets its defaults", () => {
    assert.deepEqual(notifySchema.parse([{ url }]), [
      {
        url,
        format: "cloudevents",
        on: [
          "started",
          "waiting",
          "completed",
          "aborted",
          "inconclusive",
          "interrupted",
          "superseded",
          "revertFailed",
        ],
      },
    ]);
  });

  it("takes an address of this machine without TLS", () => {
    assert.ok(notifySchema.safeParse([{ url: "http://127.0.0.1:8080/hook" }]).success);
  });

  for (const wrong of [
    "http://hooks.example.com/",
    "ftp://x/",
    "hooks",
    "https://user:very-secret@example.com/",
    5,
  ]) {
    it(`takes no ${String(wrong)}`, () => {
      assert.ok(!notifySchema.safeParse([{ url: wrong }]).success);
    });
  }
});
