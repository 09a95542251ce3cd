/**
 * plethys: pulses, amplitude, pulse rate and perfusion index from PPG, PVR and pressure streams, while they arrive.
 *
 * ```ts
 * import init, { Monitor, analyze } from "plethys";
 * await init();
 * const monitor = new Monitor({ sampleRate: 125, signal: "ppg" });
 * ```
 */

export { analyze } from "./analysis.js";
export type { Analysis } from "./analysis.js";
export { columns, init, init as default, initSync, reasons, states, thermalNotices, thermalReasons, thermalStates } from "./module.js";
export { Monitor } from "./monitor.js";
export { runStudy, studyTemplate } from "./study.js";
export type { StudyCell, StudyColumn, StudyMarker, StudyReport, StudyRow, StudySeries, StudyTable } from "./study.js";
export { ThermalMonitor, analyzeThermal } from "./thermal.js";
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
export type {
  Absent,
  AnalysisFields,
  AnalyzeOptions,
  Beats,
  Calibration,
  ColumnInfo,
  CompiledModule,
  Counts,
  ModuleSource,
  MonitorOptions,
  Notch,
  Polarity,
  Rates,
  Reason,
  References,
  Samples,
  SignalKind,
  Snapshot,
  State,
  StreamOptions,
  Trend,
  Units,
} from "./types.js";
