// Every public name of the package in use; compiled by types.test.mjs, never run.

import init, {
  CuffMonitor,
  Monitor,
  ThermalMonitor,
  analyze,
  analyzeThermal,
  bands,
  columns,
  cuffReadings,
  deflection,
  flowDepth,
  init as load,
  initSync,
  millilitres,
  pvrCategory,
  reasons,
  relativeFlow,
  rewarming,
  runStudy,
  states,
  studyTemplate,
  thermalNotices,
  thermalReasons,
  thermalStates,
  twoPoint,
} from "plethys";
import initPulses, { analyze as analyzePulses, Monitor as PulseMonitor } from "plethys/pulses";
import type { PulseTable, Snapshot as PulseSnapshot } from "plethys/pulses";
import type {
  Absent,
  Analysis,
  AnalysisFields,
  AnalyzeOptions,
  BandPower,
  Beats,
  Calibration,
  ColumnInfo,
  CompiledModule,
  Counts,
  CuffOptions,
  CuffReadings,
  Ensemble,
  Estimate,
  Flow,
  FlowDepth,
  Grading,
  Injection,
  ModuleSource,
  MonitorOptions,
  Notch,
  Polarity,
  Rates,
  Reason,
  References,
  Rewarming,
  Samples,
  SignalKind,
  Snapshot,
  State,
  StreamOptions,
  StudyReport,
  StudySeries,
  TableName,
  ThermalAnalysis,
  ThermalCounts,
  ThermalDifferences,
  ThermalEvents,
  ThermalFrame,
  ThermalMeans,
  ThermalNotice,
  ThermalOptions,
  ThermalOverview,
  ThermalReason,
  ThermalRegions,
  ThermalSnapshot,
  ThermalState,
  Trend,
  Units,
} from "plethys";

export async function loading(source: ModuleSource, bytes: Uint8Array, compiled: CompiledModule): Promise<void> {
  await init();
  await load(source);
  await init(fetch("/plethys_bg.wasm"));
  initSync(bytes);
  initSync(compiled);
}

const signal: SignalKind = "pvr";
const polarity: Polarity = "auto";
const calibration: Calibration = { scale: 2, offset: 1, unit: "mm[Hg]", date: "2026-06-11" };
const stream: StreamOptions = { signal, polarity, calibration, sensorRange: [0, 1023], dcCoupled: true, cuff: [65, 5] };
const options: MonitorOptions = { ...stream, sampleRate: 125, motion: true, companion: true };

export function live(samples: Samples, time: Float64Array, motion: Float32Array): number {
  const monitor = new Monitor(options);
  const references: References = { time, motion, companion: samples };
  let beats: Beats = monitor.push(samples, references);
  beats = monitor.push(new Int16Array(10));
  beats = monitor.push([1, 2, 3]);
  beats = monitor.pushTimed(time, samples);
  const places: Float64Array[] = [monitor.input, monitor.inputTime, monitor.inputMotion, monitor.inputCompanion];
  beats = monitor.pushInput(places.length);
  beats = monitor.pushInput(3, true);
  beats = monitor.finish();
  beats = monitor.beats;
  const pulses: Float64Array = monitor.pulses;
  const rates: Rates = monitor.rates;
  const units: Units = monitor.units;
  const now: Snapshot = monitor.snapshot();
  const { pulseRate, pulseRateUncertainty, perfusionIndex, amplitude, quality } = now;
  const absent: Absent = now.absent;
  const why: Reason | undefined = absent.perfusionIndex ?? absent.pulseRate ?? absent.amplitude ?? absent.quality;
  const state: State = now.state;
  const counts: Counts = now.counts;
  monitor.reset();
  const finished: boolean = monitor.isFinished;
  const latency: number = monitor.latency;
  monitor.free();
  monitor[Symbol.dispose]();
  const numbers = [beats.onset, beats.peak, beats.end, beats.rate, beats.amplitude, beats.amplitudeCorrected, beats.perfusionIndex];
  const more: Float64Array[] = [beats.upstrokeTime, beats.width, beats.maxSlope, beats.foot, beats.quality, pulses, ...numbers];
  const contour: Float64Array[] = [beats.riseTime, beats.upstrokeFraction, beats.width25, beats.width75, beats.meanHeight];
  contour.push(beats.bowing, beats.area, beats.notchProminence);
  const flags: Uint8Array[] = [beats.accepted, beats.bridged, beats.clipped, beats.rateLocked, rates.tracked];
  const notch: Notch | undefined = beats.notch[0];
  const reason: Reason | undefined = beats.reason[0] ?? rates.reason[0];
  const rows: Float64Array[] = [rates.time, rates.pulseRate, rates.pulseRateUncertainty, rates.quality];
  void [why, state, counts.missing, finished, notch, reason, units.maxSlope, pulseRateUncertainty, perfusionIndex, amplitude, quality];
  return more.length + contour.length + flags.length + rows.length + latency + (pulseRate ?? 0) + now.time;
}

export function batch(samples: Samples): Analysis {
  const withTime: AnalyzeOptions = { ...stream, time: samples, motion: [0, 0, 1], companion: samples };
  const result = analyze(samples, withTime);
  const { beats, rates, pulses, pulseRate, perfusionIndex, amplitude, quality, state, absent, counts, polarity } = result;
  const { units, sampleRate, signal, latency, duration } = result;
  void [beats, rates, pulses, pulseRate, perfusionIndex, amplitude, quality, state, absent, counts, polarity];
  const trend: Trend = result.trend(60, 30);
  const columnsOfTrend: Float64Array[] = [trend.time, trend.pulseRate, trend.pulseRateUncertainty, trend.perfusionIndex];
  columnsOfTrend.push(trend.amplitude, trend.quality, trend.beats, result.trend().time);
  const fields: AnalysisFields = result;
  result.free();
  result[Symbol.dispose]();
  void [fields, columnsOfTrend.length, units.amplitude, sampleRate, signal, latency, duration];
  return analyze(Uint16Array.of(1, 2), { sampleRate: 100 });
}

export function laboratory(samples: Samples, pressure: Float32Array): number {
  const calibration: Calibration = twoPoint([410, 0], [20410, 100], "mm[Hg]", "2026-11-22");
  using analysis = analyze(samples, { sampleRate: 250, signal: "pvr", calibration, cuff: 65 });
  const beat: Ensemble | undefined = analysis.ensemble(10, 70);
  const columnsOfBeat = [beat?.time, beat?.median, beat?.mean, beat?.lower, beat?.upper];
  const numbers = [beat?.beats, beat?.cycle, beat?.amplitude, beat?.upstrokeTime, beat?.maxSlope, beat?.riseTime, beat?.upstrokeFraction];
  numbers.push(beat?.width25, beat?.width, beat?.width75, beat?.meanHeight, beat?.bowing, beat?.area, beat?.notchProminence);
  const options: CuffOptions = { sampleRate: 20, target: 65, tolerance: 5 };
  using cuff = new CuffMonitor(options);
  const readings: CuffReadings = cuff.push(pressure);
  cuff.reset();
  const whole = cuffReadings(pressure, options);
  const columnsOfCuff: Float64Array[] = [readings.time, readings.pressure, whole.leak];
  const flags: Uint8Array[] = [readings.inflating, readings.holds, whole.leaks];
  const grading: Grading = { height: analysis.amplitude, noise: 0.01, notch: beat?.notch, site: "ankle", cuffOnTarget: flags[1]?.[0] === 1 };
  const { category, reason } = pvrCategory(grading);
  const injection: Injection = { volume: 1, deflection: 12.5 };
  const volume: number | undefined = millilitres(0.5, injection).volume;
  void [columnsOfBeat, numbers, columnsOfCuff, reason, volume, deflection(0.81), deflection(0.81, 40)];
  const series: StudySeries[] = [{ channel: "ankle", recording: "session", analysis, cuff: pressure }];
  const report: StudyReport = runStudy(studyTemplate(), series);
  return report.shapes.length + (category ?? 0);
}

export async function slim(samples: Samples): Promise<PulseSnapshot> {
  await initPulses();
  using monitor = new PulseMonitor({ sampleRate: 125 });
  monitor.push(samples);
  const table: PulseTable = "beats";
  const more: TableName = table;
  columns(more);
  // @ts-expect-error an analysis of the slim module is none of the whole one
  runStudy("", [{ channel: "a", recording: "b", analysis: analyzePulses(samples, { sampleRate: 125 }) }]);
  return monitor.snapshot();
}

export function series(time: Float64Array, celsius: Float64Array): number {
  const fit: Rewarming = rewarming(time, celsius, { before: 33 });
  const tau: Estimate | undefined = fit.tau;
  const power: readonly BandPower[] = bands(time, celsius);
  const flow: Flow = relativeFlow(time, celsius, 0.0015);
  const depth: FlowDepth = flowDepth(time, celsius, { time, value: celsius });
  return (tau?.value ?? 0) + power.length + flow.latency + (depth.depth ?? 0);
}

export function thermal(counts: Uint16Array, celsius: Float32Array): ThermalAnalysis {
  const options: ThermalOptions = {
    rows: 24,
    columns: 32,
    unit: "cK",
    regions: { right: { rectangle: [4, 12, 2, 10], erode: 1 }, left: { mirror: "right", axis: 16 }, all: { whole: true } },
    differences: { side: ["right", "left"] },
    emissivity: 0.98,
    reflected: 22,
    reference: { region: "all" },
    baseline: [0, 60],
  };
  using monitor = new ThermalMonitor(options);
  const rows: ThermalRegions = monitor.push(counts, 0.125, { shutter: false, counter: 1, uptime: 900 });
  const shaped: ThermalFrame = { rows: 24, columns: 32, pixels: counts };
  monitor.push(shaped, 0.25);
  const means: ThermalMeans = monitor.means;
  const differences: ThermalDifferences = monitor.differences;
  const events: ThermalEvents = monitor.events;
  const words: (ThermalReason | ThermalNotice | ThermalState | undefined)[] = [rows.reason[0], events.notice[0]];
  const now: ThermalSnapshot = monitor.snapshot();
  const counted: ThermalCounts = now.counts;
  words.push(now.state, thermalReasons()[0], thermalNotices()[0], thermalStates()[0]);
  void [words, counted.repeated, means.mean, differences.delta, now.temperatures["right"], monitor.differenceMeans.length];
  // @ts-expect-error a region needs a place
  new ThermalMonitor({ rows: 8, columns: 8, regions: { foot: {} } });
  const analysis = analyzeThermal(celsius, { rows: 24, columns: 32, regions: { foot: { mask: counts } }, sampleRate: 8.7 });
  const line: ThermalOverview | undefined = analysis.overview["foot"];
  void line?.mean;
  return analysis;
}

export function lists(): number {
  const all: readonly ColumnInfo[] = [...columns("beats"), ...columns("rates"), ...columns("trend")];
  const { name, snakeName, kind, unit, what } = all[0] ?? { name: "", snakeName: "", kind: "number", unit: "", what: "" };
  const known: readonly Reason[] = reasons();
  const now: readonly State[] = states();
  return known.length + now.length + [name, snakeName, kind, unit, what].length;
}

export function wrong(monitor: Monitor, beats: Beats): void {
  // @ts-expect-error a sample rate is needed
  new Monitor({ signal: "ppg" });
  // @ts-expect-error no such signal
  new Monitor({ sampleRate: 125, signal: "ecg" });
  // @ts-expect-error no such option
  new Monitor({ sampleRate: 125, rate: 125 });
  // @ts-expect-error two streams
  monitor.push([[1, 2], [3, 4]]);
  // @ts-expect-error 64-bit integers
  monitor.push(new BigInt64Array(3));
  // @ts-expect-error text
  analyze("1, 2", { sampleRate: 125 });
  // @ts-expect-error columns are read only
  beats.peak = new Float64Array(3);
  // @ts-expect-error may be absent
  const rate: number = monitor.snapshot().pulseRate;
  void rate;
}
