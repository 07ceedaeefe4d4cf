import * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "./inputs";
import type { ReleaseNotification } from "./notify";
import type { ReleasePlan } from "./plan/types";
import { warnOfMovers } from "./pulumi/movers";
import { refuseOptions } from "./pulumi/options";
import { ownUrn } from "./pulumi/ownUrn";
import { loadedFrom, shell } from "./pulumi/shell";
import type { FailuresReport } from "./rollout/failures";
import type { Status } from "./rollout/outcome";
import type { StageReport } from "./rollout/report";

/** The inputs of a {@link Release}. */
export interface ReleaseArgs {
  /**
   * The account the Worker belongs to, 32 hexadecimal digits.
   * @default the environment variable `CLOUDFLARE_ACCOUNT_ID`, else the stack's `workers-release:accountId`
   */
  accountId?: pulumi.Input<string> | undefined;
  /** The name of the Worker. */
  scriptName: pulumi.Input<string>;
  /**
   * The new version: uploaded, and not deployed by its upload. That is what `ScriptVersion`, Cloudflare's
   * `WorkerVersion` and `wrangler versions upload` do; `WorkersScript` and `wrangler deploy` deploy at once.
   */
  versionId: pulumi.Input<string>;
  /** The stages, what is watched meanwhile, and how sure a verdict must be. Changing only the plan releases nothing. */
  plan: Inputs<ReleasePlan>;
  /**
   * A version that was aborted stays aborted: the next `pulumi up` fails at once and moves no traffic. Another value
   * here releases it again. At most 64 characters.
   * @default ""
   */
  retry?: pulumi.Input<string> | undefined;
  /**
   * What an unchanged version that was aborted before does to `pulumi up`: `"fail"` fails it, so that what depends on the
   * release is not done; `"warn"` tells it and lets everything else of the update go on. A release that aborts fails in
   * either case.
   * @default "fail"
   */
  whenAborted?: pulumi.Input<"fail" | "warn"> | undefined;
  /**
   * The id of the active deployment, if this release may take over what somebody else has left there: a split made by
   * hand or by a script, or a release that another stack drove. A split with the new version is gone on with from its
   * share; any other goes back to its larger share first. It holds for that one deployment only, so it can stay in the
   * program.
   * @default nothing is taken over: the release fails and says what there is
   */
  takeOver?: pulumi.Input<string> | undefined;
  /**
   * For the fix of a version that is broken: the release begins in the first stage with at least this share, from 0 to 100,
   * and skips those before. It is told which are, and which SLOs compare with the old version: a broken one makes them
   * allow more, while a `max` and a `limit` hold as always. A violation puts the traffic back on the old version, broken as
   * it is. It holds for every release as long as it stands in the program: take it out afterwards.
   * @default the first stage of the plan
   */
  startAt?: pulumi.Input<number> | undefined;
  /**
   * Who is told what happens to a release. It is a secret in the state as a whole, since addresses of webhooks are. A
   * notification that fails is tried three times and then told; it neither hurts the release nor delays it.
   * @default nobody
   */
  notify?: Inputs<ReleaseNotification[]> | undefined;
  /** What `pulumi preview` tells beside what it computes from the program and the state. No release depends on it. */
  preview?: Inputs<ReleasePreview> | undefined;
}

/** What a preview of a {@link Release} also tells. */
export interface ReleasePreview {
  /**
   * Two lines of a backtest, where there is something to release or the plan changes: how many releases of an unchanged
   * version this plan would have aborted in the last days, and how soon it catches a bad one. They are read from the
   * Worker's telemetry, with about 30 requests to the API for each release. All of them together take a minute at most;
   * one line says what could not be read or is not done by then. A preview does not fail for it, and the update itself
   * makes no backtest.
   * @default false
   */
  backtest?: boolean;
}

const moduleName = "workers-release";
const typeName = "Release";

/**
 * One release of a Cloudflare Worker: from the version that serves now to a new one, in stages, while the SLOs are
 * judged without pause. Creating it, or giving it another version, carries the release out; `pulumi up` returns when
 * the release is complete, and fails when it was aborted and the traffic put back. Deleting it leaves the traffic
 * alone.
 *
 * The API token is read from `CLOUDFLARE_API_TOKEN`, the stack's secret `workers-release:apiToken` or its
 * `cloudflare:apiToken` when it is used; it is in no state.
 *
 * @example
 * ```ts
 * new Release("checkout", {
 *   scriptName: "checkout",
 *   versionId: version.versionId,
 *   plan: {
 *     slos: [{ sli: "serverErrors", max: 0.01 }],
 *     stages: [
 *       { percent: 10, soakTime: "5m" },
 *       { percent: 100, soakTime: "10m" },
 *     ],
 *   },
 * });
 * ```
 */
export class Release extends pulumi.dynamic.Resource {
  /** The identity of the release, also in the message of each of its deployments. */
  declare readonly releaseId: pulumi.Output<string>;
  /** How the release ended; `completed` unless `pulumi up` failed. */
  declare readonly status: pulumi.Output<Status>;
  /** How the release ended, in words. */
  declare readonly reason: pulumi.Output<string>;
  /** What was found wrong, when the release was aborted; null when nothing was. */
  declare readonly finding: pulumi.Output<string | null>;
  /** True when the finding is a verdict on the version, which is not released again until `retry` changes. */
  declare readonly isVerdict: pulumi.Output<boolean>;
  /** The version that served before; null for the first version of a Worker. */
  declare readonly oldVersionId: pulumi.Output<string | null>;
  /** The version that serves all traffic; null while the traffic is split. */
  declare readonly deployedVersionId: pulumi.Output<string | null>;
  /** The deployment that was active when the release ended, or at the last refresh. */
  declare readonly deploymentId: pulumi.Output<string | null>;
  /** When the release began, ISO 8601. */
  declare readonly startedAt: pulumi.Output<string>;
  /** When the release ended, ISO 8601. */
  declare readonly endedAt: pulumi.Output<string>;
  /** What each stage measured. */
  declare readonly stages: pulumi.Output<StageReport[]>;
  /** What failed, where the release was reverted for an SLO, or why that is not known; null otherwise. */
  declare readonly failures: pulumi.Output<FailuresReport | null>;

  constructor(name: string, args: ReleaseArgs, options?: pulumi.CustomResourceOptions) {
    refuseOptions("Release", name, options);
    const outputs = {
      releaseId: undefined,
      status: undefined,
      reason: undefined,
      finding: undefined,
      isVerdict: undefined,
      oldVersionId: undefined,
      deployedVersionId: undefined,
      deploymentId: undefined,
      startedAt: undefined,
      endedAt: undefined,
      stages: undefined,
      failures: undefined,
    };
    // The provider learns from its inputs alone which resource it works for, so that it can tell what it does there.
    const urn = ownUrn(name, `${moduleName}:${typeName}`, options?.parent);
    super(
      shell("pulumi-workers-release/internal/release"),
      name,
      { ...outputs, ...args, ...secretNotify(args), ...inPreview(args), ...loadedFrom, __urn: urn },
      options,
      moduleName,
      typeName,
    );
    void warnOfMovers(args, (message) => pulumi.log.warn(message, this));
  }
}

/** Whoever has the address of a webhook may write there. */
function secretNotify({ notify }: ReleaseArgs): object {
  return notify === undefined ? {} : { notify: pulumi.secret(notify) };
}

/** The engine does not tell a provider whether it previews; the program knows. */
function inPreview({ preview }: ReleaseArgs): object {
  return preview !== undefined && pulumi.runtime.isDryRun() ? { __isPreview: true } : {};
}
