export { Release, type ReleaseArgs } from "./release";
export {
  ScriptVersion,
  type ScriptAssets,
  type ScriptLimits,
  type ScriptMigration,
  type ScriptModule,
  type ScriptObservability,
  type ScriptPlacement,
  type ScriptVersionArgs,
} from "./scriptVersion";
export type { ScriptBinding } from "./scriptBinding";
export { fromWrangler, type FromWranglerOptions, type WranglerArgs } from "./wrangler";
export type { Inputs } from "./inputs";
export type { Duration, ErrorSlo, LatencySlo, ReleasePlan, Slo, SlowerSlo, Stage } from "./plan/types";
export type { Status } from "./rollout/outcome";
export type { SloReport, StageReport } from "./rollout/report";
