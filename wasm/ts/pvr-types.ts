/** What is read of a pulse volume recording beside its beats. */

import type { Notch } from "./types.js";

/**
 * The averaged beat of a stretch of time: levels above the line from foot to foot, oriented, calibrated units. The contour is that of
 * the median beat; its fields are those of `Beats`.
 */
export interface Ensemble {
  /** Time of each point, s from the onset. */
  readonly time: Float64Array;
  /** Median over the beats. */
  readonly median: Float64Array;
  /** Mean over the beats. */
  readonly mean: Float64Array;
  /** Lower quartile over the beats. */
  readonly lower: Float64Array;
  /** Upper quartile over the beats. */
  readonly upper: Float64Array;
  /** Number of beats. */
  readonly beats: number;
  /** Median cycle, s. */
  readonly cycle: number;
  /** Systolic peak above the line from foot to foot, calibrated units. */
  readonly amplitude: number;
  /** Onset to systolic peak, s. */
  readonly upstrokeTime: number;
  /** Steepest rise, calibrated units per second. */
  readonly maxSlope: number;
  /** From 10 to 90 % of the amplitude on the upstroke, s. */
  readonly riseTime: number | undefined;
  /** Share of the cycle that the upstroke takes. */
  readonly upstrokeFraction: number;
  /** Time above a quarter of the amplitude, s. */
  readonly width25: number | undefined;
  /** Time above half of the amplitude, s. */
  readonly width: number | undefined;
  /** Time above three quarters of the amplitude, s. */
  readonly width75: number | undefined;
  /** %MAP: 100 × mean of the cycle above the line from foot to foot / amplitude, %. */
  readonly meanHeight: number;
  /** Mean distance of the descent from its chord, in amplitudes. */
  readonly bowing: number;
  /** Integral over the cycle, calibrated units × s. */
  readonly area: number;
  /** Highest rise in the descent, as a share of the amplitude. */
  readonly notchProminence: number;
  /** The dicrotic notch. */
  readonly notch: Notch;
}

/** What a channel of a cuff's pressure is. */
export interface CuffOptions {
  /** Samples per second, 20 to 4000 Hz. */
  readonly sampleRate: number;
  /** Pressure that the cuff should hold, mmHg; 65 where it is not given. */
  readonly target?: number | undefined;
  /** How far from it is still on target, mmHg; 5 where it is not given. */
  readonly tolerance?: number | undefined;
}

/** The pressure of a cuff in blocks of 2 s, one entry of each column per block. */
export interface CuffReadings {
  /** Number of blocks. */
  readonly length: number;
  /** Centre of the block, s from the first sample. */
  readonly time: Float64Array;
  /** Mean pressure, mmHg; NaN where more than half of the block is missing. */
  readonly pressure: Float64Array;
  /** Pressure lost since the last inflation, over 64 s at most, mmHg per minute; NaN for the first 16 s. */
  readonly leak: Float64Array;
  /** 1 where the pressure rises by more than 0.7 mmHg from block to block. */
  readonly inflating: Uint8Array;
  /** 1 where it is on target, and not being inflated. */
  readonly holds: Uint8Array;
  /** 1 where the leak is above 1 mmHg per minute. */
  readonly leaks: Uint8Array;
}

/** What a category rests on. Whatever is not known is left out, and then there is no category. */
export interface Grading {
  /** Median height of the pulses, mmHg. */
  readonly height?: number | undefined;
  /** Standard deviation of the recording's noise, mmHg. */
  readonly noise?: number | undefined;
  /** Notch of the averaged beat. */
  readonly notch?: Notch | undefined;
  /** Where the cuff sits: there are limits for `"thigh"`, `"calf"` and `"ankle"`; elsewhere there is no category. */
  readonly site?: string | undefined;
  /** Whether the cuff was at its pressure. */
  readonly cuffOnTarget?: boolean | undefined;
}

/** A known volume that was injected into the cuff at working pressure. */
export interface Injection {
  /** Volume, mL. */
  readonly volume: number;
  /** Rise of the calibrated signal that it made, mmHg. */
  readonly deflection: number;
}
