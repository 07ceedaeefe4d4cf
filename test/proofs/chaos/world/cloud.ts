import {
  PortError,
  type CreateOptions,
  type Deployment,
  type Split,
} from "../../../../provider/rollout/ports";
import { proven, sealedMessage, type Told } from "../../../../provider/cloudflare/seal";
import { scriptName } from "../driver";
import { originalOf } from "../invariants/facts";
import type { Author, Commit } from "../log";
import { Random } from "../random";
import type { Scenario } from "../scenario/scenario";
import type { Scheduler } from "../scheduler";
import type { Faults } from "./faults";
import { versions, whole } from "./versions";

/** Cloudflare deploys the 100 versions uploaded last, and no others. */
const deployableCount = 100;
/** It lists the ten newest deployments. */
const listed = 10;

const worker = { accountId: "account", scriptName };

/** The text of a deployment's message, as the real client writes it. */
export function textOf(split: Split, sentence: string, { record, over }: CreateOptions): string {
  return record === undefined ? sentence : sealedMessage(sentence, record, split, over, worker);
}

/** One Worker as Cloudflare keeps it. */
export class Cloud {
  /** Every deployment, oldest first; the last is active. */
  readonly commits: Commit[] = [];
  /** The same as the API lists them: the newest first. */
  private readonly told: Told[] = [];
  /** Every version, the newest upload first. */
  private uploaded: string[];
  private uploads = 0;
  /** Versions from before a secret changed. */
  private readonly outdated = new Set<string>();

  constructor(
    private readonly scheduler: Scheduler,
    private readonly scenario: Scenario,
    private readonly faults: Faults,
  ) {
    const between = Array.from({ length: scenario.uploadsSinceOld }, (_, n) => `earlier-${n}`);
    this.uploaded = [versions.new, versions.another, ...between, versions.hotfix, versions.old];
  }

  /** What was deployed long before the simulation begins. */
  begin(split: Split): void {
    const at = this.scheduler.now - 86_400_000;
    this.add({
      split,
      text: "",
      author: "jo@example.com with wrangler",
      byUpload: false,
      at,
      by: { kind: "before" },
    });
  }

  get active(): Commit | undefined {
    return this.commits.at(-1);
  }

  /** What a read shows of the state `staleMs` ago. */
  shown(staleMs: number): Commit | undefined {
    const at = this.scheduler.now - staleMs;
    return this.commits.findLast((commit) => commit.visibleAt <= at);
  }

  /** The newest deployments of the state that a read has shown, newest first. */
  listedUntil(active: Deployment | undefined): readonly Deployment[] {
    const until = this.commits.findIndex(({ deployment }) => deployment === active) + 1;
    return this.commits
      .slice(Math.max(0, until - listed), until)
      .map(({ deployment }) => deployment)
      .reverse();
  }

  deployable(): readonly string[] {
    return this.uploaded.slice(0, deployableCount);
  }

  isDeployable(versionId: string): boolean {
    return this.deployable().includes(versionId);
  }

  /** Throws a PortError when the service refuses the split. */
  check(split: Split, text: string, isForced: boolean): void {
    if (new TextEncoder().encode(text).length > 1000) throw new RangeError("the message is over 1000 bytes");
    const gone = split.find(({ versionId }) => !this.isDeployable(versionId));
    if (gone) {
      this.faults.hit("version left the window of 100");
      throw new PortError("refused", `Was refused: version ${gone.versionId} is not among the 100 newest.`);
    }
    if (isForced || !split.some(({ versionId }) => this.outdated.has(versionId))) return;
    this.faults.hit("refused for a changed secret (10220)");
    throw new PortError(
      "refused",
      "Was refused: a secret has changed since the version was uploaded. (10220)",
    );
  }

  /** Makes a deployment, whoever makes it. */
  commit(split: Split, text: string, by: Author, byUpload = false): Commit {
    const author = by.kind === "colleague" ? "jo@example.com with wrangler" : "release@example.com with api";
    return this.add({ split, text, author, byUpload, at: this.scheduler.now, by });
  }

  upload(count: number): void {
    const fresh = Array.from({ length: count }, () => `upload-${(this.uploads += 1)}`);
    this.uploaded = [...fresh, ...this.uploaded];
  }

  changeSecret(): void {
    for (const versionId of this.uploaded) this.outdated.add(versionId);
  }

  private add(made: Omit<Told, "id" | "createdAt" | "createdOn"> & { at: number; by: Author }): Commit {
    const { at, by, ...rest } = made;
    const index = this.commits.length;
    const before = this.commits.at(-1);
    // Never the same moment twice, and never before the one before.
    const createdAt = Math.max(Math.round(at), (before?.deployment.createdAt ?? -Infinity) + 1);
    const spreadMs = new Random(`${this.scenario.seed} propagation ${index}`).between(
      0,
      this.scenario.propagationMs,
    );
    const isFirst = before === undefined;
    const told: Told = { id: `d${index}`, createdAt, createdOn: new Date(createdAt).toISOString(), ...rest };
    const deployment = proven(told, this.told.slice(0, listed - 1), worker);
    this.told.unshift(told);
    const original = originalOf(deployment, by, this.commits);
    const commit: Commit = {
      index,
      at,
      by: original?.by ?? by,
      againBy: original && by,
      effectiveAt: isFirst ? -Infinity : Math.max(at + spreadMs, before.effectiveAt + 1),
      visibleAt: isFirst ? at : at + this.faults.hiddenMs(at),
      deployment,
      record: deployment.record,
    };
    this.commits.push(commit);
    return commit;
  }
}

/** What has served when a simulation begins, oldest first. */
export function splitsBefore({ before }: Scenario): readonly Split[] {
  if (before === "nothing") return [];
  if (before === "old") return [whole(versions.old)];
  if (before === "oldAfterNew") return [whole(versions.new), whole(versions.old)];
  return [
    [
      { versionId: versions.old, percent: 95 },
      { versionId: versions.hotfix, percent: 5 },
    ],
  ];
}
