import type { State } from "../state";
import { nextRun } from "../scripts/cron";
import type { Schedule } from "../scripts/types";
import type { CronEvent } from "./cause";
import type { Dispatcher } from "./dispatcher";
import { newRay } from "./ray";
import type { RoutingTable } from "./routes";
import { chooseVersion } from "./split";
import type { Clock } from "./time";

const MINUTE_MS = 60_000;

/** The moments after `fromMs`, up to `toMs`, that schedules stand for. */
export function due(schedules: readonly Schedule[], fromMs: number, toMs: number): CronEvent[] {
  return schedules.flatMap(({ cron }) => momentsOf(cron, fromMs, toMs));
}

function momentsOf(cron: string, fromMs: number, toMs: number): CronEvent[] {
  const moments: CronEvent[] = [];
  let next = nextRun(cron, new Date(fromMs));
  while (next !== undefined && next.getTime() <= toMs) {
    moments.push({ eventType: "scheduled", cron, scheduledTimeMs: next.getTime() });
    next = nextRun(cron, next);
  }
  return moments;
}

/** Calls the scripts that have schedules when it is time. What was missed, by a restart or a sleep, is not made up for. */
export class CronClock {
  private lookedAt: number;
  private callOff: () => void = () => undefined;

  constructor(
    private readonly state: State,
    private readonly routes: RoutingTable,
    private readonly dispatcher: Dispatcher,
    private readonly clock: Clock,
  ) {
    this.lookedAt = clock.now();
    this.waitForNextMinute();
  }

  stop(): void {
    this.callOff();
  }

  private waitForNextMinute(): void {
    // A timer may be early by a hair, and would be set for the same moment again.
    const next = (Math.floor(this.clock.now() / MINUTE_MS) + 1) * MINUTE_MS;
    this.callOff = this.clock.at(next, () => {
      this.look();
      this.waitForNextMinute();
    });
  }

  private look(): void {
    const now = this.clock.now();
    const from = Math.max(this.lookedAt, now - MINUTE_MS);
    this.lookedAt = now;
    for (const { name, schedules } of this.state.scripts.list()) {
      for (const event of due(schedules, from, now)) this.fire(name, event);
    }
  }

  private fire(scriptName: string, event: CronEvent): void {
    const route = this.routes.find(scriptName);
    if (route === undefined) return;
    const versionId = chooseVersion(this.routes.split(route), { random: Math.random });
    if (versionId === undefined) return;
    const arrival = { ray: newRay(), colo: this.routes.locations.home };
    void this.dispatcher.dispatch(route, versionId, event, arrival);
  }
}
