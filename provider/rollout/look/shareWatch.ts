import { noDispersion } from "../../health/dispersion";
import { EvidenceProcess } from "../../health/evidence";
import { add, noCounts, type Bucket, type Served } from "../../health/series";
import { shareClaim, wrongShareAt } from "../../health/share";

/** That the new version serves another part of the requests than it was given. */
export interface WrongShare {
  /** The share it was given, from 0 to 1. */
  readonly given: number;
  /** What both versions served of the stage, once the split was everywhere. */
  readonly served: Served;
}

/** A deployment takes up to a minute to be everywhere (live, 2026: half of that). */
export const spreadingMs = 60_000;

/** Watches in one stage whether the new version serves its share. */
export class ShareWatch {
  private served: Served = { new: noCounts, old: noCounts };

  /**
   * @param given the new version's share in the stage, above 0 and below 1
   * @param buckets for how many buckets the stage is planned, at least 1
   */
  constructor(
    private readonly given: number,
    private readonly buckets: number,
    private readonly process = new EvidenceProcess(shareClaim(given), { buckets, changes: 0 }),
  ) {}

  /** The same, going on by itself. */
  copy(): ShareWatch {
    const copy = new ShareWatch(this.given, this.buckets, this.process.copy());
    copy.served = this.served;
    return copy;
  }

  /** Takes in a bucket that is settled: what is on its way might be of one version alone. */
  add(bucket: Bucket): void {
    this.process.add(bucket, { dispersion: noDispersion });
    this.served = { new: add(this.served.new, bucket.new), old: add(this.served.old, bucket.old) };
  }

  /** Undefined as long as the share may be right. */
  get finding(): WrongShare | undefined {
    if (this.process.evidence.log < wrongShareAt) return undefined;
    return { given: this.given, served: this.served };
  }
}
