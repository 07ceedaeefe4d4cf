export { Release, type ReleaseArgs } from "./release";
export {
  ScriptVersion,
  type ScriptBinding,
  type ScriptModule,
  type ScriptVersionArgs,
} from "./scriptVersion";
export type { Inputs } from "./inputs";
export type { Duration, ErrorSlo, LatencySlo, ReleasePlan, Slo, SlowerSlo, Stage } from "./plan/types";
export type { Status } from "./rollout/outcome";
export type { SloReport, StageReport } from "./rollout/report";
