import { heldAtMost } from "../../../../provider/plan/freezeSchema";
import type { Outcome } from "../../../../provider/rollout/outcome";
import type { ReleasePlan } from "../../../../provider/plan/types";
import { parsePlan, type Driver, type Order } from "../driver";
import type { Line } from "../log";
import { Random } from "../random";
import type { Restart, Scenario } from "../scenario/scenario";
import { Scheduler } from "../scheduler";
import { Cloud, splitsBefore } from "./cloud";
import { Faults } from "./faults";
import { Memory } from "./memory";
import { Moments } from "./moments";
import { Network } from "./network";
import { inviteAll } from "./people";
import { portsOf } from "./ports";
import { Process } from "./process";
import { TelemetryStore } from "./telemetry";
import { versions } from "./versions";

const start = Date.UTC(2030, 0, 1);

/** One simulated Worker, the people around it, and the runs that release it. */
export class World {
  readonly start = start;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly moments: Moments;
  readonly network: Network;
  readonly cloud: Cloud;
  readonly telemetry: TelemetryStore;
  readonly processes: Process[] = [];
  readonly lines: Line[] = [];
  operators = 0;
  private readonly memory = new Memory();
  private starting = 0;
  private agains = 0;

  constructor(
    readonly scenario: Scenario,
    private readonly driver: Driver,
    private readonly narrates: boolean,
  ) {
    this.scheduler = new Scheduler(start, new Random(`${scenario.seed} ties`).unit);
    this.faults = new Faults(scenario.pieces, start);
    this.moments = new Moments((ms, act) => {
      this.scheduler.after(ms, act);
    });
    this.network = new Network(this.scheduler, scenario, this.faults, this.moments);
    this.cloud = new Cloud(this.scheduler, scenario, this.faults);
    this.telemetry = new TelemetryStore(scenario, start, this.cloud.commits, this.faults.all("ingestStall"));
    for (const split of splitsBefore(scenario)) this.cloud.begin(split);
    this.startRun({ owner: "main", versionId: versions.new, plan: scenario.plan }, 1000);
    inviteAll(this);
  }

  /** True when no run is under way or about to start. */
  isOver(): boolean {
    return this.starting === 0 && this.living().length === 0;
  }

  /** The first living run that takes longer than any release may. */
  endless(): Process | undefined {
    return this.living().find(
      ({ log }) => this.scheduler.now > log.startedAt + longest(log.order, this.scenario),
    );
  }

  /** Notes something for a person to read, if anybody will. */
  say(who: string, text: () => string, isRoutine = false): void {
    if (this.narrates) this.lines.push({ at: this.scheduler.now - start, who, text: text(), isRoutine });
  }

  interruptOldest(): void {
    const [oldest] = this.living();
    if (!oldest) return;
    this.say("somebody", () => `presses Ctrl-C in ${oldest.name}`);
    oldest.interrupt();
  }

  killOldest(restart: Restart | undefined): void {
    const [oldest] = this.living();
    if (!oldest) return;
    this.say("somebody", () => `kills ${oldest.name}`);
    oldest.kill();
    if (!restart) return;
    const { owner, versionId } = oldest.log.order;
    const next = {
      owner: restart.owner === "same" ? owner : "rival",
      versionId: restart.version === "same" ? versionId : versions.another,
      plan: restart.plan ?? this.scenario.plan,
    };
    this.startRun(next, restart.afterMs);
  }

  startSecond(owner: "same" | "other", version: "same" | "another"): void {
    const versionId = version === "same" ? versions.new : versions.another;
    this.startRun({ owner: owner === "same" ? "main" : "rival", versionId, plan: this.scenario.plan }, 0);
  }

  private living(): Process[] {
    return this.processes.filter((process) => process.isAlive());
  }

  private startRun(wanted: { owner: string; versionId: string; plan: ReleasePlan }, afterMs: number): void {
    this.starting += 1;
    this.scheduler.after(afterMs, () => {
      this.starting -= 1;
      const number = this.processes.length + 1;
      const order: Order = {
        ...wanted,
        releaseId: `r${number}`,
        plan: parsePlan(wanted.plan),
        retry: "",
        findingBefore: this.memory.findingOf(wanted.owner, wanted.versionId),
        takeOver: undefined,
        startAt: this.scenario.startAt,
      };
      const process = new Process(`run ${number}`, order, () => this.scheduler.now);
      this.processes.push(process);
      this.say(process.name, () => `starts for ${order.owner}`);
      this.driver(order, portsOf(process, this)).then(
        (outcome) => {
          this.ended(process, wanted, outcome, undefined);
        },
        (error: unknown) => {
          this.ended(process, wanted, undefined, error);
        },
      );
    });
  }

  private ended(
    process: Process,
    wanted: { owner: string; versionId: string; plan: ReleasePlan },
    outcome: Outcome | undefined,
    thrown: unknown,
  ): void {
    // What a killed process would still have said is said to nobody.
    if (!process.isAlive()) return;
    process.end(outcome, thrown);
    this.say(process.name, () =>
      outcome ? `ends as ${outcome.status}: ${outcome.reason}` : `throws ${String(thrown)}`,
    );
    // The state belongs to the program that was started last: who was replaced has nobody to tell.
    const isReplaced = this.processes.some(
      ({ log }) => log.order.owner === wanted.owner && log.startedAt > process.log.startedAt,
    );
    if (!isReplaced) this.memory.remember(process.log.order, outcome, thrown);
    const pause = this.scenario.again[this.agains];
    if (outcome?.status === "completed" || wanted.owner !== "main" || pause === undefined) return;
    this.agains += 1;
    this.startRun(wanted, pause);
  }
}

/** More than any run takes, in milliseconds: whoever is still under way then never ends. */
function longest({ plan }: Order, { pieces }: Scenario): number {
  const stages = plan.stages.reduce((sum, { soakMs, progression, gate }) => {
    const mayWait = progression === "manual" || plan.whenUnsure === "ask" || gate !== undefined;
    const waits = mayWait ? plan.approvalTimeoutMs : 0;
    return sum + 2 * soakMs + plan.settleMs + plan.maxBlindMs + waits + 600_000;
  }, 0);
  const faults = pieces.reduce((sum, piece) => {
    // After a hold, a person has the whole time for an approval again.
    if (piece.kind === "holder") return sum + piece.forMs + plan.approvalTimeoutMs;
    if (!("from" in piece) || !("to" in piece)) return sum;
    return sum + Math.min(piece.to - piece.from, 3_600_000);
  }, 0);
  return stages + heldAtMost(plan.freezes, plan.stages.length) + faults + 3_600_000;
}
