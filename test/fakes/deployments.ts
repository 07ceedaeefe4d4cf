import { proven, sealedMessage, type Told } from "../../provider/cloudflare/seal";
import {
  PortError,
  type Clock,
  type CreateOptions,
  type Deployment,
  type Deployments,
  type PastDeployments,
  type Split,
} from "../../provider/rollout/ports";
import type { ReleaseRecord } from "../../provider/rollout/record/record";

/** Which moment of a call fails: reading, writing before anything happened, or only the answer to a write. */
type Moment = "read" | "before" | "after";

/** Whose records the deployments hold. */
const worker = { accountId: "account", scriptName: "checkout" };

/** One Worker's deployments, in memory. */
export class FakeDeployments implements Deployments, PastDeployments {
  /** Every deployment there has been, newest first; the first is the active one. */
  readonly made: Deployment[] = [];
  /** The same, as the API tells them. */
  private readonly told: Told[] = [];
  /** How often each method was called, failures included. */
  readonly calls = { active: 0, create: 0, deployable: 0 };
  /** Versions that the Worker does not have. */
  readonly unknown = new Set<string>();
  /** Versions whose deployment is refused unless forced, since a secret has changed since their upload. */
  readonly outdated = new Set<string>();
  /** Versions that were uploaded too long ago to be deployed. */
  readonly tooOld = new Set<string>();
  /** What {@link deployable} lists, newest first, but for those. */
  versions: readonly string[] = [];
  /** How many reads after each deployment still show the one before. */
  lag = 0;
  private staleReads = 0;
  /** False for a Worker that does not exist. */
  exists = true;
  private readonly failures: Record<Moment, PortError[]> = { read: [], before: [], after: [] };

  constructor(private readonly clock: Pick<Clock, "now">) {}

  async active(): Promise<Deployment | undefined> {
    this.calls.active += 1;
    this.failIfTold("read");
    this.failIfGone();
    if (this.staleReads === 0) return Promise.resolve(this.made[0]);
    this.staleReads -= 1;
    return Promise.resolve(this.made[1]);
  }

  async recent(): Promise<readonly Deployment[]> {
    const active = await this.active();
    const from = active === undefined ? this.made.length : this.made.indexOf(active);
    return this.made.slice(from, from + 10);
  }

  named(deploymentId: string): Promise<Deployment | undefined> {
    return Promise.resolve(this.made.find(({ id }) => id === deploymentId));
  }

  async create(
    split: Split,
    sentence: string,
    { force = false, record, over }: CreateOptions = {},
  ): Promise<Deployment> {
    this.calls.create += 1;
    const text = record === undefined ? sentence : sealedMessage(sentence, record, split, over, worker);
    if (new TextEncoder().encode(text).length > 1000) throw new RangeError("the message is over 1000 bytes");
    this.failIfTold("before");
    this.failIfGone();
    this.failUnlessDeployable(split);
    if (!force) this.failIfOutdated(split);
    const deployment = this.add({ split, text, author: "release@example.com with api", byUpload: false });
    this.failIfTold("after");
    return Promise.resolve(deployment);
  }

  async deployable(): Promise<readonly string[]> {
    this.calls.deployable += 1;
    this.failIfGone();
    const known = this.made.flatMap(({ split }) => split.map(({ versionId }) => versionId));
    const all = this.versions.length > 0 ? this.versions : [...new Set(known)];
    return Promise.resolve(all.filter((version) => !this.tooOld.has(version)));
  }

  /** Someone else makes a deployment, by default with wrangler. */
  foreign(split: Split, text = "", author = "jo@example.com with wrangler"): Deployment {
    return this.add({ split, text, author, byUpload: false });
  }

  /** A release makes a deployment, in a run that is not the one under test. */
  recorded(split: Split, sentence: string, record: ReleaseRecord): Deployment {
    const text = sealedMessage(sentence, record, split, this.told[0], worker);
    return this.add({ split, text, author: "ci with api", byUpload: false });
  }

  /** Someone uploads a version in the way that deploys it at once. */
  upload(versionId: string, author = "jo@example.com with wrangler"): Deployment {
    return this.add({ split: [{ versionId, percent: 100 }], text: "", author, byUpload: true });
  }

  /**
   * Makes a coming call throw `error`: the next `active` ("read"), the next `create` without effect ("before"), or
   * the next `create` after it took effect ("after": the answer was lost). Told twice, it fails twice.
   */
  failNext(moment: Moment, error: PortError): void {
    this.failures[moment].push(error);
  }

  /** The percentage of the traffic that a version got at `time`, in epoch milliseconds. */
  percentAt(versionId: string, time: number): number {
    // The first deployment known was in force before as well: the Worker is older than the test.
    const inForce = this.made.find((deployment) => deployment.createdAt <= time) ?? this.made.at(-1);
    return inForce?.split.find((share) => share.versionId === versionId)?.percent ?? 0;
  }

  private add(made: Omit<Told, "id" | "createdAt" | "createdOn">): Deployment {
    const createdAt = this.clock.now();
    const times = { createdAt, createdOn: new Date(createdAt).toISOString() };
    const told = { id: `deployment-${this.made.length + 1}`, ...times, ...made };
    const deployment = proven(told, this.told, worker);
    this.told.unshift(told);
    this.made.unshift(deployment);
    this.staleReads = this.lag;
    return deployment;
  }

  private failIfTold(moment: Moment): void {
    const error = this.failures[moment].shift();
    if (error !== undefined) throw error;
  }

  private failIfGone(): void {
    if (!this.exists) throw new PortError("missing", "This Worker does not exist on your account. (10007)");
  }

  private failUnlessDeployable(split: Split): void {
    const total = split.reduce((sum, share) => sum + share.percent, 0);
    if (split.length < 1 || split.length > 2 || total !== 100) {
      throw new PortError("refused", `${split.length} versions at ${total} % in all cannot be deployed`);
    }
    const tooOld = split.find((share) => this.tooOld.has(share.versionId));
    if (tooOld !== undefined)
      throw new PortError("refused", `version ${tooOld.versionId} is too old (10021)`);
    const unknown = split.find((share) => this.unknown.has(share.versionId));
    if (unknown !== undefined) throw new PortError("missing", `no version ${unknown.versionId}`);
  }

  private failIfOutdated(split: Split): void {
    const outdated = split.find((share) => this.outdated.has(share.versionId));
    if (outdated !== undefined) {
      throw new PortError("refused", `a secret has changed since version ${outdated.versionId} (10220)`);
    }
  }
}
