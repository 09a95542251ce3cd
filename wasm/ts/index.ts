/**
 * plethys: pulses, amplitude, pulse rate and perfusion index from PPG, PVR and pressure streams, while they arrive.
 *
 * ```ts
 * import init, { Monitor, analyze } from "plethys";
 * await init();
 * const monitor = new Monitor({ sampleRate: 125, signal: "ppg" });
 * ```
 */

export * from "./pulses.js";
export { init as default } from "./module.js";
export { columns, thermalNotices, thermalReasons, thermalStates } from "./thermal-lists.js";
export type { TableName } from "./thermal-lists.js";
export { runStudy, studyTemplate } from "./study.js";
export type { StudyCell, StudyColumn, StudyMarker, StudyReport, StudyRow, StudySeries, StudyTable } from "./study.js";
export { ThermalMonitor } from "./thermal.js";
export { analyzeThermal } from "./thermal-analysis.js";
export { bands, flowDepth, relativeFlow, rewarming } from "./thermal-series.js";
export type { BandPower, Estimate, Flow, FlowDepth, Rewarming } from "./thermal-series.js";
export type {
  AnalyzeThermalOptions,
  ShutterRule,
  Telemetry,
  ThermalAnalysis,
  ThermalCounts,
  ThermalDifferences,
  ThermalEvents,
  ThermalFrame,
  ThermalMeans,
  ThermalNotice,
  ThermalOptions,
  ThermalOverview,
  ThermalPixels,
  ThermalReason,
  ThermalRegion,
  ThermalRegions,
  ThermalSnapshot,
  ThermalState,
  ThermalTables,
  ThermalUnit,
} from "./thermal-types.js";
