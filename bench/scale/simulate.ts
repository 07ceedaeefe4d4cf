import type { ReleasePlan } from "../../provider/plan/types";
import { SharedBudget } from "../../provider/cloudflare/budget/budget";
import type { LimitedService } from "../../test/cloudflare/budget/limited";
import { generator } from "../../test/fakes/random";
import { VirtualTime } from "../../test/fakes/time";
import { SimulatedCloud } from "./cloud";
import { figuresOf, type Figures } from "./figures";
import { carryOut, type Process } from "./fleet";
import { delayMs } from "./telemetry";
import { SimulatedWorker } from "./worker";

const minute = 60_000;

/** What a run is like. */
export interface Setting {
  readonly releases: number;
  readonly plan: ReleasePlan;
  /** How many of the new versions become bad once all releases are under way. */
  readonly bad: number;
  /** How long it goes on after that, in milliseconds. */
  readonly afterMs: number;
  /** How long it may take until all are under way, in milliseconds. */
  readonly mostMs: number;
  /** Called once a simulated minute, with the API's limit. */
  readonly onMinute?: (service: LimitedService, minutes: number) => void;
}

/** How a run went. */
export interface Simulated {
  readonly figures: Figures;
  readonly outcomes: ReadonlyMap<string, string>;
  readonly statuses: ReadonlyMap<string, string>;
  readonly elapsedMs: number;
}

/** Carries out many releases in one process, in virtual time, against a simulated API with Cloudflare's limit. */
export async function simulate(setting: Setting): Promise<Simulated> {
  const time = new VirtualTime();
  const start = time.now();
  const workers = Array.from({ length: setting.releases }, (_, n) => {
    const traffic = { perSecond: 20, failsFrom: Infinity };
    return new SimulatedWorker(`worker-${n}`, `old-${n}`, `new-${n}`, traffic, start);
  });
  const cloud = new SimulatedCloud(time, workers);
  const random = generator("scale");
  const process: Process = {
    ...{ clock: time, budget: new SharedBudget(time, random), accountId: "account", random },
    ...{ connection: { apiToken: "a", baseUrl: "http://simulated/client/v4" }, fetch: cloud.fetch },
  };
  const outcomes = new Map<string, string>();
  const statuses = new Map<string, string>();
  for (const { name, newVersion } of workers) {
    const progress = {
      status: (line: string) => statuses.set(name, line),
      event: () => undefined,
    };
    void carryOut(process, { scriptName: name, versionId: newVersion, plan: setting.plan, progress }).then(
      ({ status }) => outcomes.set(name, status),
      (error: unknown) => outcomes.set(name, String(error)),
    );
  }
  const begunAt = (name: string): number | undefined =>
    cloud.arrivals.find(({ kind, workers: [only] }) => kind === "write" && only === name)?.at;
  const areAllUnderWay = (): boolean => workers.every(({ deployments }) => deployments.length > 1);
  const passMinutes = async (ms: number, isOver: () => boolean): Promise<void> => {
    for (const until = time.now() + ms; time.now() < until && !isOver();) {
      await time.pass(minute);
      setting.onMinute?.(cloud.service, Math.round((time.now() - start) / minute));
    }
  };
  await passMinutes(setting.mostMs, areAllUnderWay);
  const bad = workers.slice(0, setting.bad);
  for (const { traffic } of bad) traffic.failsFrom = time.now() + minute;
  await passMinutes(setting.afterMs, () => outcomes.size === workers.length);
  const watched = workers.map(({ name, traffic: { failsFrom } }) => ({
    ...{ name, begunAt: begunAt(name), hasEnded: outcomes.has(name) },
    visibleAt: failsFrom === Infinity ? undefined : failsFrom + delayMs,
  }));
  return {
    figures: figuresOf(cloud.arrivals, watched, cloud.service.refused, time.now()),
    ...{ outcomes, statuses, elapsedMs: time.now() - start },
  };
}
