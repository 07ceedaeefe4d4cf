import type { ReleasePlan } from "../../../../provider/plan/types";
import type { Deed, Span, Target, When } from "../scenario/scenario";

/**
 * Everything that a seed decides before a real release begins. Times are milliseconds since the first request of the
 * first `pulumi up`; calls are counted over all of them.
 */
export interface Scenario {
  readonly seed: number;
  readonly plan: ReleasePlan;
  /** True when the new version fails half of its requests. */
  readonly isBad: boolean;
  /** How often `pulumi up` runs at most. In the last one nothing goes wrong any more, and it has to end well. */
  readonly ups: number;
  /** True when one more `pulumi up` follows a release that is complete or aborted. */
  readonly again: boolean;
  /** What goes wrong and who acts. */
  readonly pieces: readonly Piece[];
}

export type Piece = Fault | Person | Death;

/** How an answer fails. */
export type Failure =
  /** The connection is closed without an answer. */
  | "reset"
  /** The answer ends in its middle. */
  | "cut"
  /** A gateway's page of HTML instead of JSON. */
  | "page"
  | "500"
  | "503"
  /** Too many requests: without a word on when to come back, with `retry-after`, with `ratelimit` alone. */
  | "429"
  | "429 retry-after"
  | "429 ratelimit"
  /** The version was not found yet; unknown error; concurrent modification. */
  | "100146"
  | "10013"
  | "10035"
  /** The token lacks the permission. */
  | "403";

export type Fault =
  /** Whatever is asked fails, and nothing of it is done. */
  | ({ readonly kind: "failing"; readonly target: Target; readonly how: Failure } & Span)
  /** Connections are refused. */
  | ({ readonly kind: "unreachable" } & Span)
  /** Answers take long. */
  | ({ readonly kind: "slow"; readonly target: Target; readonly ms: number } & Span)
  /** The list of deployments is as it was a while ago. */
  | ({ readonly kind: "staleReads"; readonly lagMs: number } & Span)
  /** One write fails: it is not done, done before the failure, or `ms` after it. */
  | {
      readonly kind: "badWrite";
      readonly nth: number;
      readonly how: Failure;
      readonly done: Done;
      readonly ms: number;
    }
  /** One list of deployments fails, or is empty. */
  | { readonly kind: "badRead"; readonly nth: number; readonly how: Failure | "empty" };

export type Done = "never" | "before" | "later";

export type Person =
  /** A colleague deploys with wrangler. */
  | { readonly kind: "colleague"; readonly when: When; readonly does: Exclude<Deed, "upload"> }
  /** Somebody approves each stage that waits, after a while: by the command, or by deploying the next split. */
  | { readonly kind: "approver"; readonly afterMs: number; readonly by: "command" | "hand" }
  /** Somebody orders something on the command line, whether it fits or not. */
  | { readonly kind: "operator"; readonly when: When; readonly orders: "approve" | "abort" };

/** How `pulumi up` comes to a violent end. */
export interface Death {
  readonly kind: "death";
  readonly how: Blow;
  readonly when: When;
  /** The time between two signals. */
  readonly gapMs: number;
}

export type Blow =
  /** A person types Ctrl-C in a terminal, or closes it. */
  | "typed ctrl-c"
  | "typed ctrl-c twice"
  | "terminal closed"
  /** A signal to the CLI. */
  | "SIGINT"
  | "SIGINT twice"
  | "SIGTERM"
  /** What GitHub Actions sends to the CLI when a job is cancelled. */
  | "ladder"
  /** SIGKILL, to the CLI, to the provider's process or to every process. */
  | "kill -9 CLI"
  | "kill -9 provider"
  | "kill -9 all";
