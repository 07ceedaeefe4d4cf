/** The versions of a deployment with their shares, as the API has them. */
export type Split = readonly { readonly version_id: string; readonly percentage: number }[];

/** A deployment, as the API tells it. */
export interface ToldDeployment {
  readonly id: string;
  readonly created_on: string;
  readonly source: string;
  readonly author_email: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly versions: Split;
}

/** What one Worker serves. */
export interface Traffic {
  readonly perSecond: number;
  /** From when on the new version fails with half of its requests, in milliseconds since the epoch. */
  failsFrom: number;
}

/** What was served in some time. */
export interface ServedPart {
  readonly versionId: string;
  readonly valid: number;
  readonly failed: number;
}

const usuallyFailed = 0.002;
const badFailed = 0.5;

/** A Worker whose traffic is split evenly, without any luck. */
export class SimulatedWorker {
  readonly deployments: ToldDeployment[] = [];
  /** When each deployment took effect, and its split. */
  private readonly splits: { readonly from: number; readonly split: Split }[] = [];

  constructor(
    readonly name: string,
    readonly oldVersion: string,
    readonly newVersion: string,
    readonly traffic: Traffic,
    now: number,
  ) {
    this.deploy([{ version_id: oldVersion, percentage: 100 }], {}, now - 86_400_000);
  }

  /** The newest first. */
  get versions(): readonly string[] {
    return [this.newVersion, this.oldVersion];
  }

  deploy(split: Split, annotations: Readonly<Record<string, string>>, now: number): ToldDeployment {
    const made = {
      id: `${this.name}-${this.deployments.length + 1}`,
      created_on: new Date(now).toISOString(),
      ...{ source: "api", author_email: "ci@example.com", annotations, versions: split },
    };
    this.deployments.push(made);
    this.splits.push({ from: now, split });
    return made;
  }

  /** What each version served from `from` to `to`, in whole requests that add up over neighbouring times. */
  served(from: number, to: number): readonly ServedPart[] {
    return this.versions.map((versionId) => {
      const valid = this.until(versionId, to, 1) - this.until(versionId, from, 1);
      const failed =
        this.until(versionId, to, usuallyFailed, badFailed) -
        this.until(versionId, from, usuallyFailed, badFailed);
      return { versionId, valid, failed: Math.min(valid, failed) };
    });
  }

  /** How many requests of a version there were up to a time, each weighed by what is given. */
  private until(versionId: string, time: number, weight: number, badWeight = weight): number {
    let sum = 0;
    for (const [index, { from, split }] of this.splits.entries()) {
      const to = Math.min(time, this.splits[index + 1]?.from ?? Infinity);
      const share = split.find(({ version_id }) => version_id === versionId)?.percentage ?? 0;
      if (to <= from || share === 0) continue;
      const turn = versionId === this.newVersion ? Math.max(from, Math.min(to, this.traffic.failsFrom)) : to;
      sum += (share / 100) * (weight * (turn - from) + badWeight * (to - turn));
    }
    return Math.floor((sum * this.traffic.perSecond) / 1000);
  }
}
