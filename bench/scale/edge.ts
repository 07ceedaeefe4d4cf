import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SharedBudget } from "../../provider/cloudflare/budget/budget";
import { guardedFetch } from "../../provider/cloudflare/transport";
import { systemClock } from "../../provider/pulumi/clock";
import type { ReleasePlan } from "../../provider/plan/types";
import { Load } from "../../test/e2e/load";
import { addVersion, goLive, type EdgeAddress } from "../../test/edge/support";
import { serve } from "../edge/process";
import type { Arrival } from "./cloud";
import { figuresOf } from "./figures";
import { carryOut, type Process } from "./fleet";
import { faultsOf, rowOf, tableOf } from "./report";

/** So many Workers have visitors. The others are idle, as most of many are; each version that serves is a process. */
const busy = 20;
const perSecond = 2;

/** Answers, and fails half of the time where it is asked to and is new. */
const script = (name: "old" | "new"): string => `export default {
  fetch(request) {
    const fails = "${name}" === "new" && new URL(request.url).pathname === "/fails" && Math.random() < 0.5;
    return new Response("${name}", { status: fails ? 500 : 200 });
  },
};`;

const plan: ReleasePlan = {
  slos: [
    { name: "5xx", sli: "serverErrors", max: 0.01 },
    { sli: "wallTime", percentile: 99, limit: "500ms" },
  ],
  stages: [
    { percent: 50, soakTime: "6m" },
    { percent: 100, soakTime: "1m" },
  ],
  minRequests: 0,
};

/** Carries out real releases side by side on an edge in a process of its own, which refuses as Cloudflare does. */
export async function releaseOnEdge(count: number): Promise<void> {
  const args = [join(__dirname, "serve.mjs")];
  const { ready: edge, end } = await serve(process.execPath, args, process.cwd(), addressIn);
  try {
    await measure(edge, count);
  } finally {
    await end();
  }
}

async function measure(edge: EdgeAddress, count: number): Promise<void> {
  const setUp = { ...edge, token: "set-up-of-the-benchmark" };
  const names = Array.from({ length: count }, (_, n) => `worker-${n}`);
  const versions = new Map<string, string>();
  for (const name of names) {
    await goLive(setUp, name, script("old"));
    versions.set(name, await addVersion(setUp, name, script("new")));
  }
  // A release takes nothing for an old version that was deployed a moment ago.
  const loads = names.slice(0, busy).map((name) => new Load(edge, name, perSecond));
  const { arrivals, refused, fetch } = listening();
  const begun = Date.now();
  const released: Process = {
    ...{ clock: systemClock, budget: new SharedBudget(systemClock, Math.random), random: Math.random },
    ...{ connection: { apiToken: edge.token, baseUrl: edge.baseUrl }, accountId: edge.accountId, fetch },
  };
  const outcomes = new Map<string, string>();
  let residentMb = 0;
  let lastStatus = "";
  const progress = { status: (line: string) => (lastStatus = line), event: () => undefined };
  const all = names.map(async (scriptName) => {
    const order = { scriptName, versionId: versions.get(scriptName) ?? "", plan, progress };
    const ended = await carryOut(released, order).then(
      ({ status }) => status,
      (error: unknown) => String(error),
    );
    outcomes.set(scriptName, ended);
  });
  const sampling = setInterval(() => {
    residentMb = Math.max(residentMb, process.memoryUsage.rss() / 1024 / 1024);
  }, 1000);
  const begunAt = (name: string): number | undefined =>
    arrivals.find(({ kind, workers: [only] }) => kind === "write" && only === name)?.at;
  while (names.some((name) => begunAt(name) === undefined && !outcomes.has(name))) await pause(1000);
  const [bad] = loads;
  const failsFrom = Date.now();
  if (bad) bad.path = "/fails";
  await Promise.all(all);
  clearInterval(sampling);
  for (const load of loads) load.stop();
  const watched = names.map((name) => ({
    ...{ name, begunAt: begunAt(name), hasEnded: true },
    visibleAt: name === names[0] ? failsFrom : undefined,
  }));
  const seconds = (Date.now() - begun) / 1000;
  const measured = {
    ...figuresOf(arrivals, watched, refused(), Date.now()),
    ...{ residentMb, simulatedMinutes: 0, seconds, lastStatus },
    outcomes: Object.fromEntries(
      [...Map.groupBy(outcomes.values(), (status) => status)].map(([status, ended]) => [
        status,
        ended.length,
      ]),
    ),
  };
  console.log(tableOf([rowOf(measured)]));
  console.log(`\nEnded: ${JSON.stringify(measured.outcomes)}\nLast status: ${lastStatus}`);
  const faults = faultsOf(measured);
  console.log(faults.length === 0 ? "\nAll of it holds." : `\nThis does not hold:\n${faults.join("\n")}`);
}

/** A `fetch` that notes what it sends. */
function listening() {
  const arrivals: Arrival[] = [];
  let refused = 0;
  const listened: typeof fetch = async (input, init) => {
    const answer = await guardedFetch(input, init);
    if (answer.status === 429) refused += 1;
    arrivals.push({ at: Date.now(), ...kindOf(new URL(input instanceof Request ? input.url : input), init) });
    return answer;
  };
  return { arrivals, refused: () => refused, fetch: listened };
}

interface Sent {
  readonly timeframe: { readonly to: number };
  readonly parameters: {
    readonly groupBys?: readonly { readonly value: string }[];
    readonly filters: readonly { readonly key: string; readonly value?: string }[];
  };
}

function kindOf({ pathname }: URL, { method = "get", body }: RequestInit = {}): Omit<Arrival, "at"> {
  if (pathname.endsWith("/telemetry/query")) {
    const { timeframe, parameters } = JSON.parse(typeof body === "string" ? body : "") as Sent;
    const keys = parameters.filters.map(({ key }) => key);
    const isOfAll = !keys.includes("$workers.wallTimeMs") && !keys.includes("$workers.event.response.status");
    const names = parameters.filters.find(({ key }) => key === "$metadata.service")?.value ?? "";
    const isByVersion =
      parameters.groupBys?.some(({ value }) => value === "$workers.scriptVersion.id") ?? false;
    const isLook = isOfAll && isByVersion && timeframe.to > Date.now() - 10_000;
    return { kind: isLook ? "look" : "telemetry", workers: names.split(",") };
  }
  const [, name = "", what = ""] = /\/scripts\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (what !== "deployments") return { kind: "other", workers: [name] };
  return { kind: method.toLowerCase() === "post" ? "write" : "reading", workers: [name] };
}

function addressIn(line: string): EdgeAddress | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as EdgeAddress) : undefined;
}
