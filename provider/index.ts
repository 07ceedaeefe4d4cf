/**
 * What `pulumi-workers-release` offers: the resources, and the types of what they take and give.
 *
 * @module pulumi-workers-release
 */

export { Release, type ReleaseArgs, type ReleasePreview } from "./release";
export {
  ScriptVersion,
  type ScriptAssets,
  type ScriptCache,
  type ScriptLimits,
  type ScriptMigration,
  type ScriptModule,
  type ScriptObservability,
  type ScriptPlacement,
  type ScriptPlacementTarget,
  type ScriptTailConsumer,
  type ScriptVersionArgs,
} from "./scriptVersion";
export type { ScriptBinding } from "./scriptBinding";
export { fromWrangler, type FromWranglerOptions, type WranglerArgs } from "./wrangler";
export type { Inputs } from "./inputs";
export { loadPlan, type LoadPlanOptions } from "./loadPlan";
export type {
  CanceledSlo,
  CustomSlo,
  Duration,
  ErrorSlo,
  EventSettings,
  EventType,
  Freeze,
  Gate,
  LatencySlo,
  Percentage,
  Probe,
  ProbeSlo,
  ReleasePlan,
  ResponseStatus,
  ShareSettings,
  Slo,
  SloSettings,
  SlowerSlo,
  Stage,
  StatusSlo,
  TelemetryFilter,
} from "./plan/types";
export type { NotificationEvent, ReleaseNotification } from "./notify";
export type { SoakResult } from "./health/soak";
export type { FailuresFound, FailuresReport, FailuresUnknown } from "./rollout/failures";
export type { Status } from "./rollout/outcome";
export type { FailureGroup } from "./rollout/ports";
export type { SloReport, StageReport } from "./rollout/report";
