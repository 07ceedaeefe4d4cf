/** One value of a plan, as a form has it. */
export interface Field {
  /** Its property, below the part of the plan it belongs to. */
  readonly key: string;
  readonly label: string;
  /** What may stand there, or what it means, in a few words. */
  readonly hint: string;
  /** What holds where nothing is set, if anything does. */
  readonly byDefault?: string;
  /** The choices; left out where it is a text. An empty value is the default. */
  readonly choices?: readonly string[];
}

/** The values of a stage. */
export const stageFields: readonly Field[] = [
  { key: "percent", label: "Share in %", hint: "of the new version" },
  { key: "soakTime", label: "Soak", hint: "such as 30s, 10m or 1h30m" },
  {
    key: "progression",
    label: "Then",
    hint: "manual: a person approves the next stage",
    byDefault: "automatic",
    choices: ["automatic", "manual"],
  },
];

const name: Field = { key: "name", label: "Name", hint: "shown in every message" };
const max: Field = { key: "max", label: "Largest bad share", hint: "such as 1% or 0.01" };
const maxIncrease: Field = { key: "maxIncrease", label: "Times the old version's", hint: "such as 1.5" };
const percentile: Field = { key: "percentile", label: "Percentile", hint: "such as 99" };
const limit: Field = { key: "limit", label: "Limit", hint: "such as 500ms" };
const slower: Field = { key: "slower", label: "Slower by", hint: "such as 20%" };
const status: Field = { key: "sli.status", label: "Statuses", hint: "such as 5xx, 429" };
const observeOnly: Field = {
  key: "observeOnly",
  label: "Only observed",
  hint: "true: it never aborts",
  byDefault: "false",
  choices: ["false", "true"],
};

/** A kind of SLO: what tells it, the values it has, and what one begins with. */
export interface SloKind {
  readonly label: string;
  readonly fields: readonly Field[];
  readonly begin: Readonly<Record<string, unknown>>;
}

export const sloKinds: Readonly<Record<string, SloKind>> = {
  serverErrors: kind("server errors", [max, maxIncrease], { sli: "serverErrors", max: "1%" }),
  exceptions: kind("exceptions", [max, maxIncrease], { sli: "exceptions", max: "0.1%" }),
  canceled: kind("canceled requests", [max, maxIncrease], { sli: "canceled", maxIncrease: 2 }),
  status: kind("response statuses", [status, max, maxIncrease], { sli: { status: ["5xx"] }, max: "2%" }),
  wallTime: kind("wall time over a limit", [percentile, limit, maxIncrease], {
    sli: "wallTime",
    percentile: 99,
    limit: "500ms",
  }),
  cpuTime: kind("CPU time over a limit", [percentile, limit, maxIncrease], {
    sli: "cpuTime",
    percentile: 95,
    limit: "20ms",
  }),
  slowerWallTime: kind("wall time against the old version", [slower], { sli: "wallTime", slower: "20%" }),
  slowerCpuTime: kind("CPU time against the old version", [slower], { sli: "cpuTime", slower: "20%" }),
  probes: kind("the plan's probes", [max], { sli: "probes", max: "10%" }),
};

function kind(label: string, own: readonly Field[], begin: SloKind["begin"]): SloKind {
  return { label, fields: [name, ...own, observeOnly], begin };
}

/** An SLO with filters, or one that cannot be read: the YAML has it all. */
export const otherSlo: SloKind = kind("something else, see the YAML", [max, maxIncrease], {});

/** The values of the plan as a whole. */
export const planFields: readonly Field[] = [
  { key: "pollInterval", label: "Looks every", hint: "1s to 5m", byDefault: "10s" },
  { key: "confidence", label: "Confidence", hint: "0.5 to 0.999999: bounds false aborts", byDefault: "0.99" },
  { key: "minRequests", label: "Least requests", hint: "of the new version, in each stage", byDefault: "50" },
  {
    key: "whenUnsure",
    label: "A soak that proves nothing",
    hint: "what comes of it",
    byDefault: "extend",
    choices: ["extend", "ask", "progress", "abort"],
  },
  { key: "warmUp", label: "Warm-up", hint: "judges nothing so long after each split", byDefault: "30s" },
  { key: "settleTime", label: "Settle time", hint: "waits for the last telemetry", byDefault: "60s" },
  { key: "maxBlindTime", label: "Longest silence", hint: "then it reverts", byDefault: "6m" },
  { key: "approvalTimeout", label: "Waits for approval", hint: "then it reverts", byDefault: "24h" },
  {
    key: "onInterrupt",
    label: "When its run is stopped",
    hint: "what comes of the traffic",
    byDefault: "revert",
    choices: ["revert", "hold"],
  },
  {
    key: "defaultSlos",
    label: "SLO on canceled requests",
    hint: "added where the plan has none",
    byDefault: "true",
    choices: ["true", "false"],
  },
];
