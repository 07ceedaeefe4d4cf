import { sharedPace } from "../../cloudflare/budget/pace";
import { cloudflareDeployments, cloudflarePast } from "../../cloudflare/deployments";
import { cloudflareMetrics } from "../../cloudflare/metrics";
import { Kept, type Known } from "../../dashboard/kept";
import { telemetryFor } from "../../host/dependencies";
import type { Past } from "../../dashboard/ports";
import type { Plan } from "../../plan/plan";
import type { ReleasePlan } from "../../plan/types";
import type { PastDeployments } from "../../rollout/ports";
import { isUnderWay } from "../../rollout/record/record";
import { look, type Sight, type SightPorts } from "../../view/sight";
import type { AccountAccess } from "./access";
import { Pasts } from "./pasts";
import { remembering } from "./remembering";

/** A plan with the name that people know it by. */
export interface NamedPlan {
  readonly name: string;
  readonly plan: Plan;
  /** The same as it was written, its arguments and what it extends put in. */
  readonly given: ReleasePlan;
}

/** What was seen of a Worker, and the plan that it was judged by. */
export interface Judgement {
  readonly sight: Sight;
  readonly plan: NamedPlan | undefined;
}

/** A release is looked at so often where its plan is not known, in milliseconds. */
const usualMs = 10_000;

/** All that pages show of one Worker. Many pages share one look. */
export class WorkerLook {
  private readonly judgement: Kept<Judgement>;
  /** What was deployed. */
  readonly deployed: PastDeployments;
  private readonly pasts: Pasts;
  private readonly pace: ReturnType<typeof sharedPace>;
  private chosen: NamedPlan | undefined;

  /** @param planOf finds the plan of a release that is under way, as far as it can be known */
  constructor(
    readonly scriptName: string,
    private readonly access: AccountAccess,
    private readonly planOf: (sight: Sight) => Promise<NamedPlan | undefined>,
  ) {
    const { client, accountId, clock, budget } = access;
    this.deployed = remembering(cloudflarePast(client, { accountId, scriptName }));
    this.pasts = new Pasts(scriptName, this.deployed, clock);
    this.pace = sharedPace(budget);
    this.judgement = new Kept((before) => this.look(before), clock);
  }

  /** The release as it is now: as new as a release that looks by its plan would know it. */
  async see(): Promise<Known<Judgement>> {
    return this.judgement.fresh(this.everyMs());
  }

  /** What is known, at once. It is read anew meanwhile; where no release is under way, every `idleMs`. */
  peek(idleMs: number): Known<Judgement> {
    const record = this.judgement.last.value?.sight.active?.record;
    return this.judgement.peek(record !== undefined && isUnderWay(record) ? this.everyMs() : idleMs);
  }

  /** What was deployed, with so many releases at most. */
  history(most: number): Promise<Known<Past>> {
    return this.pasts.of(most);
  }

  /** True while it is being read. */
  get isReading(): boolean {
    return this.judgement.isReading;
  }

  /** The plan by which its last release is judged here; undefined where it is not known. */
  get plan(): NamedPlan | undefined {
    return this.chosen ?? this.judgement.last.value?.plan;
  }

  /** Somebody has said by which plan the release is to be judged here. */
  choose(plan: NamedPlan): void {
    if (this.chosen?.name === plan.name) return;
    this.chosen = plan;
    this.judgement.forget();
  }

  /** Something was deployed from here. */
  forget(): void {
    this.judgement.forget();
    this.pasts.forget();
  }

  private everyMs(): number {
    return this.pace.interval(this.plan?.plan.pollIntervalMs ?? usualMs).everyMs;
  }

  private async look(before: Judgement | undefined): Promise<Judgement> {
    const plan = this.chosen ?? before?.plan;
    const sight = await this.lookBy(plan, before?.sight);
    if (sight.active?.id !== before?.sight.active?.id) this.pasts.forget();
    if (sight.watched === undefined) return { sight, plan: undefined };
    if (sight.watched.kind === "judged") return { sight, plan };
    // The plan is that of another release, or not known yet.
    const found = await this.planOf(sight);
    if (found === undefined) return { sight, plan: undefined };
    this.chosen = undefined;
    return { sight: await this.lookBy(found, sight), plan: found };
  }

  private lookBy(plan: NamedPlan | undefined, before: Sight | undefined): Promise<Sight> {
    return look({ scriptName: this.scriptName, plan: plan?.plan }, before, this.portsFor(plan?.plan));
  }

  private portsFor(plan: Plan | undefined): SightPorts {
    const { client, accountId, clock } = this.access;
    const worker = { accountId, scriptName: this.scriptName };
    return {
      deployments: cloudflareDeployments(client, worker),
      telemetry: telemetryFor(client, worker, plan ?? { probes: [] }),
      witness: cloudflareMetrics(client, worker),
      clock,
      random: Math.random,
    };
  }
}
