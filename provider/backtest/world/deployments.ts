import type { Clock, CreateOptions, Deployment, Deployments, Split } from "../../rollout/ports";
import { percentOf } from "../../rollout/release";

/** The deployments of the Worker of a replay. Each takes effect everywhere at once. */
export class ReplayDeployments implements Deployments {
  /** Oldest first. The first was there before the release. */
  readonly made: Deployment[] = [];

  /** @param onMade called with each deployment of the release */
  constructor(
    private readonly clock: Clock,
    serving: string,
    private readonly onMade: (made: Deployment) => void,
  ) {
    this.add([{ versionId: serving, percent: 100 }], "");
  }

  active(): Promise<Deployment | undefined> {
    return Promise.resolve(this.made.at(-1));
  }

  recent(): Promise<readonly Deployment[]> {
    return Promise.resolve(this.made.toReversed());
  }

  create(split: Split, message: string, { record }: CreateOptions = {}): Promise<Deployment> {
    const made = this.add(split, message, record);
    this.onMade(made);
    return Promise.resolve(made);
  }

  deployable(): Promise<readonly string[]> {
    return Promise.resolve([
      ...new Set(this.made.flatMap(({ split }) => split.map(({ versionId }) => versionId))),
    ]);
  }

  /** A version's mean share of the traffic in a span, from 0 to 1. */
  share(versionId: string, from: number, to: number): number {
    let [sum, until] = [0, to];
    for (let index = this.made.length - 1; index >= 0 && until > from; index -= 1) {
      const made = this.made[index];
      if (made === undefined) continue;
      // What was there before the release had been there for long.
      const begin = index === 0 ? from : Math.min(until, Math.max(from, made.createdAt));
      sum += (until - begin) * percentOf(made.split, versionId);
      until = begin;
    }
    return sum / (to - from) / 100;
  }

  private add(split: Split, message: string, record?: Deployment["record"]): Deployment {
    const createdAt = this.clock.now();
    const deployment: Deployment = {
      ...{
        id: `deployment-${this.made.length + 1}`,
        createdAt,
        createdOn: new Date(createdAt).toISOString(),
      },
      ...{ split, record, message, isUnproven: false, author: "backtest", byUpload: false },
    };
    this.made.push(deployment);
    return deployment;
  }
}
