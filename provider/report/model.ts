import type { FailuresReport } from "../rollout/failures";
import type { SoakResult } from "../health/soak";

// What is known of a release afterwards, as plain data: `report --json` prints it, and both other forms show it. Times are
// milliseconds since the epoch, shares of traffic percentages from 0 to 100, bad shares numbers from 0 to 1. What is not
// known is null.

/** How a release ended, or that it goes on. `superseded`: somebody else deployed before it had ended. */
export type ReportStatus = "underWay" | "completed" | "aborted" | "inconclusive" | "superseded";

/** Events of one version: all that count, and the bad ones among them. */
export interface CountsReported {
  readonly bad: number;
  readonly valid: number;
}

/** A deployment of the release, or the one that came after it. */
export interface SplitReported {
  readonly at: number;
  /** The new version's share. */
  readonly percent: number;
  /** Who made it and with what. */
  readonly author: string;
  /** What it says, without its record. */
  readonly message: string;
}

/** What an SLO has shown in one stage. */
export interface StageSlo {
  readonly name: string;
  readonly new: CountsReported;
  /** Null where the old version served nothing. */
  readonly old: CountsReported | null;
  readonly limit: number | null;
  /** Since the release began, as a part of what is conclusive; at most 1000. */
  readonly evidence: number;
  readonly verdict: SoakResult | "violated";
}

/** A stage that the release has entered. */
export interface StageReported {
  /** From 1. */
  readonly number: number;
  readonly percent: number;
  readonly from: number;
  readonly to: number;
  readonly slos: readonly StageSlo[];
}

/** What both versions showed of an SLO in a span that ends where the next one begins. */
export interface PointReported {
  readonly at: number;
  readonly new: CountsReported;
  readonly old: CountsReported;
  readonly limit: number | null;
  /** By the end of the span, as a part of what is conclusive; at most 1000. */
  readonly evidence: number;
}

/** An SLO over the whole release. */
export interface SloReported {
  readonly name: string;
  /** The bad events in words: `requests failed`. */
  readonly bad: string;
  /** What is allowed, in words. */
  readonly limitText: string;
  /** True for an SLO that never aborts a release. */
  readonly observeOnly: boolean;
  /** True where nothing is known of it: probes are seen by their own run only. */
  readonly isUnseen: boolean;
  /** When the trouble most probably began; null where none is violated. */
  readonly onset: number | null;
  /** When the evidence became conclusive. */
  readonly violatedAt: number | null;
  readonly points: readonly PointReported[];
}

/** How long requests took: so many percent took at most so many milliseconds, as exact as the bins they were counted in. */
export interface QuantileReported {
  readonly percentile: number;
  readonly newMs: number | null;
  readonly oldMs: number | null;
}

/** A release, afterwards. */
export interface ReleaseReport {
  readonly scriptName: string;
  readonly releaseId: string;
  readonly status: ReportStatus;
  /** The decision in words, as the release itself or whoever ended it has written it. */
  readonly decision: string;
  readonly oldVersionId: string | null;
  readonly newVersionId: string;
  readonly startedAt: number;
  /** Null while it is under way. */
  readonly endedAt: number | null;
  /** Up to when it is shown. */
  readonly seenUntil: number;
  /** True where the SLOs are those of the plan given; false where they are the usual ones, since no plan was. */
  readonly isOwnPlan: boolean;
  /** How many stages the plan of the release has. */
  readonly stageCount: number;
  readonly splits: readonly SplitReported[];
  readonly stages: readonly StageReported[];
  readonly slos: readonly SloReported[];
  /** Requests that both versions served, as one series. */
  readonly requests: readonly {
    readonly at: number;
    readonly spanMs: number;
    readonly new: number;
    readonly old: number;
  }[];
  readonly latency: readonly QuantileReported[];
  readonly failures: FailuresReport | null;
  /** What a reader should know of the report itself. */
  readonly notes: readonly string[];
}
