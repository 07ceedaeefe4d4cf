import type { ReleasePlan } from "../../provider/plan/types";
import type { Figures } from "./figures";

/** The plan of every release here: the defaults, with soaks that outlast the measurement. */
export const plan: ReleasePlan = {
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    { sli: "wallTime", percentile: 99, limit: "500ms" },
  ],
  stages: [
    { percent: 10, soakTime: "5m" },
    { percent: 100, soakTime: "3h" },
  ],
};

/** The figures of one run, and what it took. */
export interface Measured extends Figures {
  readonly residentMb: number;
  readonly simulatedMinutes: number;
  readonly seconds: number;
  /** How many releases have ended how. Those which go on are not among them. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly lastStatus: string;
}

/** The heads of the table's columns. */
export const heads = [
  ...["releases", "under way", "requests in 5 min, at most", "429", "between looks, at most"],
  ...["between readings of deployments, at most", "reverted", "to the revert, at most", "looks until then"],
  ...["memory (RSS)", "simulated", "took"],
];

/** A row of the table. */
export function rowOf(one: Measured): string[] {
  return [
    ...[one.releases, one.begun, one.mostIn5Minutes, one.refused].map(String),
    ...[secondsText(one.longestBetweenLooks), secondsText(one.longestBetweenReadings)],
    ...[`${one.reverted} of ${one.bad}`, secondsText(one.longestToRevert), String(one.mostLooksToRevert)],
    ...[
      `${one.residentMb.toFixed(0)} MB`,
      `${one.simulatedMinutes.toFixed(0)} min`,
      `${one.seconds.toFixed(0)} s`,
    ],
  ];
}

/** What does not hold of what has to. */
export function faultsOf(one: Measured): string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [one.refused === 0, `${one.refused} requests were refused (429), none may be`],
    [one.begun === one.releases, `only ${one.begun} of ${one.releases} releases have begun`],
    [
      one.longestBetweenLooks <= 60_000,
      `a Worker was not looked at for ${secondsText(one.longestBetweenLooks)}`,
    ],
    [one.reverted === one.bad, `only ${one.reverted} of ${one.bad} bad versions were reverted`],
    [one.mostLooksToRevert <= 2, `a revert took ${one.mostLooksToRevert} looks, 2 are allowed`],
    [one.residentMb <= 512, `it took ${one.residentMb.toFixed(0)} MB, 512 are allowed`],
  ];
  return rules.flatMap(([holds, fault]) => (holds ? [] : [`${one.releases} releases: ${fault}`]));
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A table in Markdown. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
