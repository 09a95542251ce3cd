/**
 * plethys/pulses: the part of plethys that works on pulse streams, in a smaller WebAssembly module: no studies, no thermography.
 *
 * ```ts
 * import init, { Monitor, analyze } from "plethys/pulses";
 * await init();
 * const monitor = new Monitor({ sampleRate: 125, signal: "ppg" });
 * ```
 */

export { analyze } from "./analysis.js";
export type { Analysis } from "./analysis.js";
export { CuffMonitor, cuffReadings, deflection, millilitres, pvrCategory, twoPoint } from "./pvr.js";
export type { CuffOptions, CuffReadings, Ensemble, Grading, Injection } from "./pvr-types.js";
export { columns, init, init as default, initSync, reasons, states } from "./module.js";
export type { PulseTable } from "./module.js";
export { Monitor } from "./monitor.js";
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
