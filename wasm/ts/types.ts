/** What the package takes and gives. Fields and columns are the kernel's, with its names in camel case. */

/**
 * Samples of one stream, raw units; NaN is a missing sample. Integers and single precision are widened to double precision,
 * exactly. There is no form for several streams at once.
 */
export type Samples =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | readonly number[];

/** What the sensor is: light, the pressure in a cuff, an arterial pressure. Perfusion index is of `"ppg"` only. */
export type SignalKind = "ppg" | "pvr" | "pressure";

/** Whether systole is a rise or a fall of the raw samples. `"auto"` decides from the first beats. */
export type Polarity = "auto" | "upright" | "inverted";

/** Raw to physical units: value = scale × raw + offset. */
export interface Calibration {
  /** Physical units per raw unit; finite, not 0. */
  readonly scale: number;
  /** Physical value of a raw 0; 0 where it is not given. */
  readonly offset?: number | undefined;
  /** Unit of the result, such as `"mm[Hg]"`; at most 24 bytes. `"unstated"` where it is not given. */
  readonly unit?: string | undefined;
  /** When the calibration was made (ISO 8601); at most 24 bytes. */
  readonly date?: string | undefined;
}

/** What a stream is, where it is known before its samples. */
export interface StreamOptions {
  /** `"ppg"` where it is not given. */
  readonly signal?: SignalKind | undefined;
  /** `"auto"` where it is not given. */
  readonly polarity?: Polarity | undefined;
  /** Without it amplitudes are in raw units, unit `"unstated"`. */
  readonly calibration?: Calibration | undefined;
  /** Lowest and highest raw value that the sensor can give; without it rails are recognised from flat extremes. */
  readonly sensorRange?: readonly [low: number, high: number] | undefined;
  /**
   * Pressure that the cuff of a DC-coupled PVR should hold, calibrated units (mmHg), ± 5; or [pressure, tolerance]. Beats whose foot
   * lies off it are left out, reason `"CuffPressure"`.
   */
  readonly cuff?: number | readonly [pressure: number, tolerance: number] | undefined;
  /** Whether the level of the samples is the light's; without it this is decided from the samples, `false` means never. */
  readonly dcCoupled?: boolean | undefined;
}

/** What a monitor is built from. */
export interface MonitorOptions extends StreamOptions {
  /** Samples per second, 20 to 4000 Hz. With time stamps, the rate of the grid that the samples are laid on. */
  readonly sampleRate: number;
  /** Whether each sample comes with an acceleration. */
  readonly motion?: boolean | undefined;
  /** Whether each sample comes with one of a second optical channel of the same site. */
  readonly companion?: boolean | undefined;
}

/** What may come with the samples of one call. */
export interface References {
  /** Time of each sample, s. */
  readonly time?: Samples | undefined;
  /** Acceleration at each sample, any unit: x, y, z in turn, three numbers per sample. */
  readonly motion?: Samples | undefined;
  /** A second optical channel of the same site, one number per sample. */
  readonly companion?: Samples | undefined;
}

/** How `analyze` takes a recording. */
export interface AnalyzeOptions extends StreamOptions, References {
  /** Samples per second, 20 to 4000 Hz. Without it the rate is estimated from `time`, which then has to be given. */
  readonly sampleRate?: number | undefined;
}

/** Why a value is absent, or why a beat was not accepted. */
export type Reason =
  | "NotApplicable"
  | "NoDc"
  | "Clipped"
  | "Missing"
  | "NoNextBeat"
  | "NoBeats"
  | "TooShort"
  | "NoPolarity"
  | "Motion"
  | "Height"
  | "Rhythm"
  | "Shape"
  | "Noise"
  | "LostLock"
  | "Disagreement"
  | "NotPresent"
  | "LowQuality"
  | "CuffPressure"
  | "NotStated";

/** What a stream is doing. */
export type State = "TooShort" | "Searching" | "Tracking" | "NoPulse" | "Flat" | "Rail" | "Missing" | "Motion";

/** How far the dicrotic notch shows. */
export type Notch = "none" | "inflection" | "clear";

/** Settled beats, one entry of each column per beat. An absent number is NaN, an absent word `undefined`; neither is ever 0. */
export interface Beats {
  /** Number of beats. */
  readonly length: number;
  /** Start of the upstroke (intersecting tangents), s from the first sample. */
  readonly onset: Float64Array;
  /** Systolic peak, s. */
  readonly peak: Float64Array;
  /** Onset of the next beat, s. */
  readonly end: Float64Array;
  /** Pulse rate, /min, from maximal slope to maximal slope. */
  readonly rate: Float64Array;
  /** Systolic peak minus foot level, calibrated units. */
  readonly amplitude: Float64Array;
  /** Amplitude above the line from foot to foot, calibrated units. */
  readonly amplitudeCorrected: Float64Array;
  /** 100 × amplitude / mean of the beat, %. */
  readonly perfusionIndex: Float64Array;
  /** Onset to systolic peak, s. */
  readonly upstrokeTime: Float64Array;
  /** Time above half of the amplitude, s. */
  readonly width: Float64Array;
  /** Steepest rise, calibrated units per second. */
  readonly maxSlope: Float64Array;
  /** Level of the foot, calibrated units, not oriented. */
  readonly foot: Float64Array;
  /** Probability of a pulse of the heart, 0 to 1. */
  readonly quality: Float64Array;
  /** From 10 to 90 % of the amplitude on the upstroke, s. */
  readonly riseTime: Float64Array;
  /** Share of the cycle that the upstroke takes. */
  readonly upstrokeFraction: Float64Array;
  /** Time above a quarter of the amplitude, s. */
  readonly width25: Float64Array;
  /** Time above three quarters of the amplitude, s. */
  readonly width75: Float64Array;
  /** %MAP: 100 × mean of the cycle above the line from foot to foot / amplitude, %. */
  readonly meanHeight: Float64Array;
  /** Mean distance of the descent from its chord, in amplitudes; negative where it sags to the baseline. */
  readonly bowing: Float64Array;
  /** Integral over the cycle, calibrated units × s. */
  readonly area: Float64Array;
  /** Highest rise in the descent, as a share of the amplitude. */
  readonly notchProminence: Float64Array;
  /** 1 where the beat enters medians, rates and studies. */
  readonly accepted: Uint8Array;
  /** 1 where missing samples inside were bridged. */
  readonly bridged: Uint8Array;
  /** 1 where samples inside were clipped. */
  readonly clipped: Uint8Array;
  /** 1 where the beat was found with the help of the rate tracked through motion. */
  readonly rateLocked: Uint8Array;
  /** Why the beat was not accepted, or, on an accepted beat, why its amplitude is absent. */
  readonly reason: readonly (Reason | undefined)[];
  /** The dicrotic notch. */
  readonly notch: readonly (Notch | undefined)[];
}

/** Pulse rate over time, one row per second of signal. */
export interface Rates {
  /** Number of rows. */
  readonly length: number;
  /** Centre of the signal that the row rests on, s from the first sample. */
  readonly time: Float64Array;
  /** Pulse rate, /min. */
  readonly pulseRate: Float64Array;
  /** One standard deviation of the pulse rate, /min. */
  readonly pulseRateUncertainty: Float64Array;
  /** How far the row can be trusted, 0 to 1. */
  readonly quality: Float64Array;
  /** 1 where the rate was tracked through motion. */
  readonly tracked: Uint8Array;
  /** Why the rate is absent. */
  readonly reason: readonly (Reason | undefined)[];
}

/** Beats and rate rows in windows, one row per complete window; NaN where a window cannot be answered. */
export interface Trend {
  /** Number of windows. */
  readonly length: number;
  /** Centre of the window, s from the first sample. */
  readonly time: Float64Array;
  /** Mean pulse rate of the window's rate rows, /min. */
  readonly pulseRate: Float64Array;
  /** One standard deviation of the pulse rate, /min. */
  readonly pulseRateUncertainty: Float64Array;
  /** Median perfusion index of the accepted beats, %. */
  readonly perfusionIndex: Float64Array;
  /** Median amplitude of the accepted beats, calibrated units. */
  readonly amplitude: Float64Array;
  /** Median quality of the accepted beats, 0 to 1. */
  readonly quality: Float64Array;
  /** Number of accepted beats. */
  readonly beats: Float64Array;
}

/** The fields that may be absent, each with the reason where it is. */
export interface Absent {
  readonly pulseRate?: Reason;
  readonly perfusionIndex?: Reason;
  readonly amplitude?: Reason;
  readonly quality?: Reason;
}

/** How many samples were not plain. */
export interface Counts {
  /** Samples pushed (with time stamps: grid samples). */
  readonly samples: number;
  /** Samples that were NaN. */
  readonly missing: number;
  /** Samples that were infinite, beyond the sensor range, or beyond 1e30. */
  readonly outOfRange: number;
  /** Samples at a rail. */
  readonly clipped: number;
  /** Stretches longer than 0.3 s without samples. */
  readonly gaps: number;
  /** Time stamps more than one and a half periods after the one before. */
  readonly lateStamps: number;
  /** Time stamps equal to the one before; their samples are left out. */
  readonly equalStamps: number;
  /** Time stamps before the one before; their samples are left out. */
  readonly backwardStamps: number;
  /** Far jumps of the time stamps, at each of which the stream started anew. */
  readonly clockJumps: number;
}

/** What a stream is now: medians over the accepted beats of the last 10 s of settled signal. */
export interface Snapshot {
  /** Time of the newest sample, s from the first. */
  readonly time: number;
  /** What the stream is doing. */
  readonly state: State;
  /** The polarity in force; `"auto"` while it is not decided. */
  readonly polarity: Polarity;
  /** Pulse rate, /min. */
  readonly pulseRate: number | undefined;
  /** One standard deviation of the pulse rate, /min. */
  readonly pulseRateUncertainty: number | undefined;
  /** Perfusion index, %. */
  readonly perfusionIndex: number | undefined;
  /** Amplitude, calibrated units. */
  readonly amplitude: number | undefined;
  /** Median quality of the beats, 0 to 1. */
  readonly quality: number | undefined;
  /** Why fields are absent. */
  readonly absent: Absent;
  /** How many samples were not plain. */
  readonly counts: Counts;
}

/** The unit (UCUM) of each column of numbers, by its name. */
export type Units = Readonly<Record<NumberColumn<Beats> | NumberColumn<Rates> | NumberColumn<Trend>, string>>;

type NumberColumn<Table> = { [Name in keyof Table]: Table[Name] extends Float64Array ? Name : never }[keyof Table];

/** What a recording came to; the values are medians over accepted beats. */
export interface AnalysisFields {
  /** Every settled beat, rejected ones with their reason. */
  readonly beats: Beats;
  /** The pulse rate, one row per second. */
  readonly rates: Rates;
  /** Systolic peaks of all announced pulses, s. */
  readonly pulses: Float64Array;
  /** Pulse rate, /min. */
  readonly pulseRate: number | undefined;
  /** Perfusion index, %. */
  readonly perfusionIndex: number | undefined;
  /** Amplitude, calibrated units. */
  readonly amplitude: number | undefined;
  /** Quality, 0 to 1. */
  readonly quality: number | undefined;
  /** What the stream was doing. */
  readonly state: State;
  /** Why fields are absent. */
  readonly absent: Absent;
  /** How many samples were not plain. */
  readonly counts: Counts;
  /** The polarity in force. */
  readonly polarity: Polarity;
  /** The unit of each column of numbers. */
  readonly units: Units;
  /** Samples per second. */
  readonly sampleRate: number;
  /** What the sensor was. */
  readonly signal: SignalKind;
  /** Longest time from what ends a beat to the beat in a monitor, s. */
  readonly latency: number;
  /** Length of the recording, s. */
  readonly duration: number;
}

/** One column of a table. */
export interface ColumnInfo {
  /** Its name here. */
  readonly name: string;
  /** Its name in Rust and Python. */
  readonly snakeName: string;
  /** A `Float64Array` of numbers, a `Uint8Array` of 0 and 1, or an array of words. */
  readonly kind: "number" | "flag" | "code";
  /** Unit (UCUM); `signal` stands for the stream's own. */
  readonly unit: string;
  /** What it is, one line. */
  readonly what: string;
}

/** A compiled `WebAssembly.Module`; written so that a program without the types of browsers can use this package. */
export type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : object;

/** Where the module can be had from: its address, a request or response for it, its bytes, or the compiled module. */
export type ModuleSource = string | URL | Request | Response | ArrayBuffer | ArrayBufferView | CompiledModule;
