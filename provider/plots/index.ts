export { both, bothStyle } from "./both";
export { barPlot, type BarGroup, type BarPlot } from "./barPlot";
export { sizes, standalone, type Size } from "./frame";
export { plotStyle, type Scheme } from "./palette";
export {
  evidencePlot,
  timePlot,
  type Line,
  type Mark,
  type Point,
  type ShadedStage,
  type TimePlot,
} from "./timePlot";
export { valueText, type Unit } from "./units";
