import type { SeriesQuery } from "../../../provider/rollout/ports";
import type { Series } from "../../../provider/health/series";
import { drive, type Driver } from "./driver";
import type { Commit, Line, RunLog } from "./log";
import type { Scenario } from "./scenario/scenario";
import { World } from "./world/world";

/** What came of a scenario. Times are milliseconds since the epoch. */
export interface Story {
  readonly scenario: Scenario;
  readonly start: number;
  readonly end: number;
  readonly commits: readonly Commit[];
  readonly runs: readonly RunLog[];
  /** A run that did not end. */
  readonly endless: RunLog | undefined;
  /** Rejections that nobody handled: each would end the real process. */
  readonly unhandled: readonly string[];
  /** How often each fault has hit, and each person has acted. */
  readonly hits: ReadonlyMap<string, number>;
  readonly lines: readonly Line[];
  /** What the telemetry would have answered at a time. */
  telemetryAt(query: SeriesQuery, at: number): readonly Series[];
  /** True when the service would have deployed the version at the end. */
  isDeployable(versionId: string): boolean;
}

/** Many times what the longest release needs. */
const mostWakes = 500_000;

/** Plays a scenario to its end. The same scenario gives the same story. */
export async function simulate(
  scenario: Scenario,
  { driver = drive, narrates = false }: { readonly driver?: Driver; readonly narrates?: boolean } = {},
): Promise<Story> {
  const unhandled: string[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(String(reason));
  };
  process.on("unhandledRejection", note);
  const world = new World(scenario, driver, narrates);
  const { scheduler } = world;
  const ended = await scheduler.run(() => world.isOver() || world.endless() !== undefined, mostWakes);
  const endless =
    world.endless() ?? (ended ? undefined : world.processes.find((process) => process.isAlive()));
  const { now } = scheduler;
  // What is on its way still arrives, and what has ended stays quiet.
  await scheduler.run(() => scheduler.now > now + 60_000, mostWakes);
  process.off("unhandledRejection", note);
  return {
    scenario,
    start: world.start,
    end: scheduler.now,
    commits: world.cloud.commits,
    runs: world.processes.map(({ log }) => log),
    endless: endless?.log,
    unhandled,
    hits: world.faults.hits,
    lines: world.lines,
    telemetryAt: (query, at) => world.telemetry.read(query, at),
    isDeployable: (versionId) => world.cloud.isDeployable(versionId),
  };
}
