import type { VersionEntry } from "../../provider/dashboard/ports";
import type {
  HistoryView,
  PastReleaseView,
  PointView,
  ReleaseView,
  SloView,
  WorkerView,
} from "../../provider/view/schema";

/** When the views of the tests were read. */
export const now = Date.parse("2030-03-01T12:30:00Z");

export const oldVersion = "5e08bee6-16da-49af-b80d-cfe8ade5debc";
export const newVersion = "b8d1c0f2-7a53-4f0e-9c55-0d5f5a1f3e77";

export function at(msBefore: number): string {
  return new Date(now - msBefore).toISOString();
}

const minute = 60_000;
const stagesOf = [
  [0, 1, "automatic"],
  [25, 5, "automatic"],
  [50, 10, "manual"],
  [75, 10, "automatic"],
  [100, 15, "automatic"],
] as const;

/** A release in stage 3 of 5. */
export function release(changes: Partial<ReleaseView> = {}): ReleaseView {
  return {
    id: "20300301-122000-1a2b3c",
    run: "20300301-122000-1a2b3c",
    owner: "0a1b2c3d",
    phase: "soaking",
    oldVersionId: oldVersion,
    newVersionId: newVersion,
    startedAt: at(10 * minute),
    endedAt: null,
    stage: {
      number: 3,
      of: 5,
      percent: 50,
      startedAt: at(4 * minute),
      soakMs: 10 * minute,
      soakLeftMs: 6 * minute,
    },
    stages: stagesOf.map(([percent, minutes, progression], index) => ({
      ...{ number: index + 1, percent, soakMs: minutes * minute, progression },
      state: index < 2 ? "over" : index === 2 ? "current" : "coming",
      startedAt: [at(10 * minute), at(9 * minute), at(4 * minute)][index] ?? null,
    })),
    heldBy: null,
    waitsFor: null,
    ...changes,
  };
}

/** Every 10 seconds since the release began: the new version fails `newShare` of its requests. */
export function points(newShare: number, evidence: (part: number) => number): PointView[] {
  return Array.from({ length: 60 }, (_, index) => {
    const share = index < 6 ? 0 : index < 36 ? 0.25 : 0.5;
    const all = 400 + Math.round(40 * Math.sin(index / 4));
    const [fresh, old] = [Math.round(all * share), Math.round(all * (1 - share))];
    const wave = 1 + Math.sin(index / 2.5) / 2;
    return {
      at: at((60 - index) * 10_000),
      new: { bad: Math.round(fresh * newShare * wave), valid: fresh },
      old: { bad: Math.round(old * 0.002 * wave), valid: old },
      evidence: evidence(index / 59),
    };
  });
}

export function slo(changes: Partial<SloView> = {}): SloView {
  return {
    name: "5xx",
    bad: "requests failed",
    new: { bad: 21, valid: 4830, share: 0.004348 },
    old: { bad: 9, valid: 4812, share: 0.00187 },
    limit: 0.01,
    limitText: "limit 1 %",
    evidence: 0.12,
    verdict: "healthy",
    observeOnly: false,
    byDefault: false,
    points: points(0.0043, (part) => 0.12 * part),
    ...changes,
  };
}

export const slos: readonly SloView[] = [
  slo(),
  slo({
    ...{ name: "p99 wallTime", bad: "requests took longer than 500ms", limitText: "limit 1 %" },
    ...{ new: { bad: 44, valid: 4830, share: 0.00911 }, evidence: 0.63, verdict: "unsure" },
    points: points(0.0091, (part) => 0.63 * part * part),
  }),
  slo({
    ...{ name: "canceled", bad: "requests were canceled by their clients", byDefault: true },
    ...{ new: { bad: 2, valid: 4830, share: 0.000414 }, limit: 0.0237, evidence: 0.003 },
    limitText: "limit 2.37 %, 2 times the old version's 0.187 % and 2 % more",
    points: points(0.0004, (part) => 0.003 * part),
  }),
];

export function view(changes: Partial<WorkerView> = {}): WorkerView {
  return {
    scriptName: "checkout",
    at: at(0),
    deployment: {
      id: "d-1",
      createdAt: at(4 * minute),
      author: "jo@example.com with api",
      message: "Release of checkout: stage 3 of 5 (50 %), soaks 10m.",
      isUnproven: false,
      split: [
        { versionId: oldVersion, percent: 50, role: "old" },
        { versionId: newVersion, percent: 50, role: "new" },
      ],
    },
    release: release(),
    health: {
      telemetry: { isAnswering: true, seenUntil: at(10_000), trouble: null, note: null },
      isJudged: true,
      slos: [...slos],
    },
    warnings: [],
    ...changes,
  };
}

/** A Worker that one version serves, without a release. */
export function quiet(scriptName: string, author = "ci with wrangler"): WorkerView {
  const deployment = {
    ...{ id: "d-2", createdAt: at(3 * 86_400_000), author, message: "", isUnproven: false },
    split: [{ versionId: oldVersion, percent: 100, role: null }],
  };
  return view({ scriptName, deployment, release: null, health: null });
}

/** A release that is over. */
export function over(
  scriptName: string,
  phase: "completed" | "aborted" | "inconclusive",
  message: string,
): WorkerView {
  const split = [
    { versionId: phase === "completed" ? newVersion : oldVersion, percent: 100, role: "new" as const },
  ];
  const known = quiet(scriptName).deployment;
  return view({
    ...{ scriptName, health: null, release: release({ phase, endedAt: at(2 * minute) }) },
    deployment: known && { ...known, split, message, createdAt: at(2 * minute) },
  });
}

export function past(changes: Partial<PastReleaseView> = {}): PastReleaseView {
  return {
    kind: "release",
    id: "20300228-090000-9f8e7d",
    status: "completed",
    oldVersionId: "11111111-16da-49af-b80d-cfe8ade5debc",
    newVersionId: oldVersion,
    startedAt: at(27 * 60 * minute),
    endedAt: at(26 * 60 * minute),
    ...{ stage: 5, stages: 5, owner: "0a1b2c3d", author: "ci@example.com with api" },
    message:
      "Release of checkout complete: version 5e08bee6-16da-49af-b80d-cfe8ade5debc serves all traffic, after 41m.",
    ...changes,
  };
}

export function history(...entries: HistoryView["entries"]): HistoryView {
  return { scriptName: "checkout", at: at(0), entries, isCutOff: true };
}

/** The versions of a Worker, newest first. */
export const versions: readonly VersionEntry[] = [
  {
    versionId: newVersion,
    number: 42,
    uploadedAt: now - 20 * minute,
    author: "jo@example.com with wrangler",
    message: "Cache the price list",
    tag: "v2.4.0",
  },
  {
    versionId: oldVersion,
    number: 41,
    uploadedAt: now - 3 * 86_400_000,
    author: "ci@example.com with api",
    message: "Add Apple Pay",
    tag: "v2.3.1",
  },
  {
    versionId: "11111111-16da-49af-b80d-cfe8ade5debc",
    number: 40,
    uploadedAt: now - 9 * 86_400_000,
    author: "kim@example.com with dashboard",
    message: "",
    tag: "",
  },
];

/** A release under way, one that was completed, one that was aborted, and a rollback by hand. */
export const someHistory = history(
  past({
    id: release().id,
    status: "underWay",
    newVersionId: newVersion,
    startedAt: at(10 * minute),
    endedAt: null,
    stage: 3,
    message: "Release of checkout: stage 3 of 5 (50 %), soaks 10m.",
  }),
  past(),
  {
    kind: "deployment",
    ...{
      id: "d-9",
      createdAt: at(50 * 60 * minute),
      author: "kim@example.com with wrangler",
      message: "Rolled back: payments were failing",
    },
    ...{ isUnproven: false, split: [{ versionId: oldVersion, percent: 100, role: null }] },
  },
  past({
    id: "20300226-141000-aaaaaa",
    ...{ status: "aborted", stage: 2, startedAt: at(70 * 60 * minute), endedAt: at(69.8 * 60 * minute) },
    message:
      'Release of checkout: SLO "5xx" violated in stage 2 of 5 (25 %), 10s into the stage: 4.85 % of the new version\'s requests failed (10 of 206 since 07:53:45Z), limit 1 %.',
  }),
);
