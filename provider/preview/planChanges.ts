import { formatDuration } from "../plan/duration";
import { formatPercent } from "../plan/percent";
import type { Freeze } from "../plan/freeze";
import type { Objective, Plan, PlanProbe, PlanStage } from "../plan/plan";
import { objectiveText } from "./objectiveText";

/** One thing that differs between two plans, in words. */
export interface PlanChange {
  /** What it is of: `stage 25 %`, `SLO "5xx"`, `confidence`. */
  readonly property: string;
  /** Undefined where it was not there. */
  readonly before: string | undefined;
  /** Undefined where it is not there any more. */
  readonly after: string | undefined;
}

/** What differs between two plans, in the order of the new one; defaults count as stated. */
export function planChanges(before: Plan, after: Plan): readonly PlanChange[] {
  const [old, fresh] = [partsOf(before), partsOf(after)];
  return [...new Set([...fresh.keys(), ...old.keys()])].flatMap((property) => {
    const [was, is] = [old.get(property), fresh.get(property)];
    if (was?.exact === is?.exact) return [];
    // Two texts may be the same where their details differ, such as filters.
    if (was?.text !== is?.text) return [{ property, before: was?.text, after: is?.text }];
    if (was?.isSecret || is?.isSecret)
      return [{ property, before: was?.text, after: "the same with another secret" }];
    return [{ property, before: was?.exact, after: is?.exact }];
  });
}

/** The changes in lines, one for each. */
export function planChangesText(changes: readonly PlanChange[]): string {
  const line = ({ property, before = "none", after = "none" }: PlanChange): string =>
    `  ${property}: ${before} → ${after}`;
  return ["The plan changes:", ...changes.map(line)].join("\n");
}

interface Part {
  readonly text: string;
  readonly exact: string;
  /** True where a person is not shown what exactly it is. */
  readonly isSecret: boolean;
}

/** A plan by its parts: what a person would name, and what is so of it. */
function partsOf(plan: Plan): ReadonlyMap<string, Part> {
  const { stages, slos, probes, ...settings } = plan;
  const part = (name: string, value: unknown, text: string, isSecret = false): [string, Part] => [
    name,
    { text, exact: JSON.stringify(value), isSecret },
  ];
  return new Map([
    ...stages.map((stage) =>
      part(`stage ${formatPercent(stage.percent)}`, stage, stageText(stage), stage.gate !== undefined),
    ),
    ...slos.map((slo) => part(`SLO "${slo.name}"`, slo, boundText(slo))),
    ...probes.map((probe, index) =>
      part(`probe ${index + 1} (${targetText(probe)})`, probe, probeText(probe)),
    ),
    ...Object.entries(settings).map(([key, value]) => part(settingName(key), value, settingText(key, value))),
  ]);
}

function stageText({ soakMs, progression, gate }: PlanStage): string {
  // No more than the origin: the rest of the address may hold a secret.
  const asks = gate === undefined ? "" : `, entered through the gate at ${new URL(gate.url).origin}`;
  return `soaks ${formatDuration(soakMs)}${asks}${progression === "manual" ? ", then a person approves" : ""}`;
}

function freezeText(freeze: Freeze): string {
  switch (freeze.kind) {
    case "once":
      return `${momentText(freeze.from)} to ${momentText(freeze.to)}`;
    case "daily":
      return `${freeze.from} to ${freeze.to} (${freeze.timeZone})`;
    case "repeated":
      return `${freeze.cron} for ${formatDuration(freeze.lastsMs)} (${freeze.timeZone})`;
  }
}

/** `2030-12-31 23:59Z` */
function momentText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")}Z`;
}

/** The name is told already. */
function boundText(slo: Objective): string {
  return objectiveText(slo).replace(`${slo.name}: `, "").replace(`${slo.name} `, "");
}

function targetText({ target }: PlanProbe): string {
  return "url" in target ? target.url : target.path;
}

function probeText({ everyMs, timeoutMs }: PlanProbe): string {
  return `every ${formatDuration(everyMs)}, answered within ${formatDuration(timeoutMs)}`;
}

/** What a person writes in the place of what the release works with. */
const names: Readonly<Record<string, string>> = {
  maxBlindMs: "maxBlindTime",
  settleMs: "settleTime",
  freezes: "freeze",
};

function settingName(key: string): string {
  return names[key] ?? key.replace(/Ms$/, "");
}

function settingText(key: string, value: unknown): string {
  if (key === "freezes") return (value as readonly Freeze[]).map(freezeText).join("; ") || "none";
  if (typeof value === "number" && key.endsWith("Ms")) return formatDuration(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}
