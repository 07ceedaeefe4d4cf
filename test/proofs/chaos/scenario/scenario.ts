import type { ReleasePlan } from "../../../../provider/plan/types";

/** Everything that a seed decides before time begins. Times are milliseconds since the begin of the simulation. */
export interface Scenario {
  readonly seed: number;
  readonly plan: ReleasePlan;
  /** What serves before anybody acts. */
  readonly before: "old" | "nothing" | "foreignSplit" | "oldAfterNew";
  /** The least share of the first stage of each release; undefined for the plan's own. */
  readonly startAt?: number | undefined;
  /** When the gates of the plan are shut, and what they say then. */
  readonly gates?:
    { readonly says: "later" | "closed" | "failing"; readonly shut: readonly Span[] } | undefined;
  readonly traffic: Traffic;
  readonly network: "calm" | "rough";
  /** The longest time that a deployment needs to be in force everywhere. */
  readonly propagationMs: number;
  /** The time from a request to its telemetry, at least and at most. */
  readonly ingestMs: readonly [number, number];
  readonly clock: ClockError;
  /** How many versions were uploaded after the old one. */
  readonly uploadsSinceOld: number;
  /** After so many endings that are not complete the release is started again. */
  readonly again: readonly number[];
  /** What goes wrong and who acts. Each can be taken away without changing the others. */
  readonly pieces: readonly Piece[];
}

export interface Traffic {
  readonly requestsPerSecond: number;
  /** Which version fails more than it may, how much, and when; undefined when all are well. */
  readonly bad:
    | { readonly version: "new" | "all"; readonly share: number; readonly from: number; readonly to: number }
    | undefined;
}

/** The difference of the release's clock from Cloudflare's, which may jump once. */
export interface ClockError {
  readonly ms: number;
  readonly jumpAt: number;
  readonly thenMs: number;
}

/** A fault or a person, with a number that stays its own when others are taken away. */
export type Piece = { readonly id: number } & (Fault | Person);

/** What a call asks for. */
export type Port = "active" | "create" | "deployable" | "telemetry" | "readiness";

/** Which calls a fault hits. */
export type Target = "everything" | "deployments" | "reads" | "writes" | "telemetry";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Fault =
  /** No answer, no connection or an error, whatever is asked. Nothing that is asked is done. */
  | ({
      readonly kind: "down";
      readonly target: Target;
      readonly how: "silent" | "unreachable" | "error";
    } & Span)
  /** The rate limit is used up. */
  | ({ readonly kind: "rateLimit"; readonly target: Target; readonly saysWhen: boolean } & Span)
  /** The token has lost its permission. */
  | ({ readonly kind: "forbidden"; readonly target: "writes" | "everything" } & Span)
  /** Some reads show what was so a while ago. */
  | ({ readonly kind: "staleReads"; readonly lagMs: number; readonly chance: number } & Span)
  /** What is deployed now is readable later. */
  | ({ readonly kind: "lateToShow"; readonly ms: number } & Span)
  /** Answers take long. */
  | ({ readonly kind: "slow"; readonly target: Target; readonly ms: number } & Span)
  /** Telemetry does not arrive; afterwards all of it does. */
  | ({ readonly kind: "ingestStall" } & Span)
  /** Somebody uploads versions. */
  | { readonly kind: "uploads"; readonly at: number; readonly count: number }
  /** A secret changes: versions from before are not deployed unless forced. */
  | { readonly kind: "secret"; readonly at: number }
  /** One write of a release or a person goes wrong. */
  | { readonly kind: "badWrite"; readonly nth: number; readonly how: BadWrite; readonly ms: number }
  /** One read goes wrong. */
  | { readonly kind: "badRead"; readonly nth: number; readonly how: "error" | "silent" | "empty" };

export type BadWrite =
  /** Done, and the answer never comes. */
  | "doneSilent"
  /** Done, and an error is answered. */
  | "doneError"
  /** Not done, and no answer comes. */
  | "lostSilent"
  /** Not done, and an error is answered. */
  | "lostError"
  /** An error is answered, and it is done seconds after. */
  | "doneLate"
  /** Not done: the version is not known everywhere yet (100146), or others deploy too (10035). */
  | "passing";

/** When somebody acts: at a time, or around a call of a release, so that any await point can be met. */
export type When =
  | { readonly at: number }
  | {
      readonly port: Port;
      /** Counted from 1, over all runs. */
      readonly nth: number;
      readonly moment: "sent" | "served" | "answered";
      readonly plusMs: number;
    };

export type Person =
  /** A colleague deploys with wrangler. */
  | { readonly kind: "colleague"; readonly when: When; readonly does: Deed; readonly percent: number }
  /** Somebody tries to approve again and again. */
  | { readonly kind: "approver"; readonly from: number; readonly everyMs: number }
  /** Somebody holds the release, and resumes it after a while. */
  | { readonly kind: "holder"; readonly when: When; readonly forMs: number }
  /** Somebody promotes the new version on the command line. */
  | { readonly kind: "promoter"; readonly when: When }
  /** Somebody aborts on the command line. */
  | { readonly kind: "aborter"; readonly when: When }
  /** Ctrl-C. */
  | { readonly kind: "interrupt"; readonly when: When }
  /** The process of the oldest living run is killed, and perhaps started again. */
  | { readonly kind: "kill"; readonly when: When; readonly restart: Restart | undefined }
  /** Another run starts though one may be under way. */
  | {
      readonly kind: "secondRun";
      readonly when: When;
      readonly owner: "same" | "other";
      readonly version: "same" | "another";
    };

export type Deed = "hotfix" | "rollback" | "promote" | "split" | "splitOther" | "nextStage" | "upload";

export interface Restart {
  readonly afterMs: number;
  readonly owner: "same" | "other";
  readonly version: "same" | "another";
  /** Another valid plan, where the person edited it. */
  readonly plan: ReleasePlan | undefined;
}
