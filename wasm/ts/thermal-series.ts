/** What is computed of a region's temperature over time: rewarming, oscillations, relative flow. */

import { expect, expectMaybe, optionsOf, samplesOf } from "./check.js";
import { memoryBuffer } from "./module.js";
import { rawBands, rawDepth, rawFlow, rawRewarming } from "./raw/plethys.js";
import type { ThermalReason } from "./thermal-types.js";
import type { Samples } from "./types.js";

/** A number with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The course of rewarming; what the record does not tell is `undefined`. */
export interface Rewarming {
  /** T₀, °C. */
  readonly start: Estimate | undefined;
  /** From the end of the cold until the rise, s. */
  readonly lag: Estimate | undefined;
  /** Time constant, s. */
  readonly tau: Estimate | undefined;
  /** T∞, °C. */
  readonly end: Estimate | undefined;
  /** Steepest rise, K per minute. */
  readonly maxSlope: Estimate | undefined;
  /** Share of the warmth before the cold that came back, %. */
  readonly recovered: Estimate | undefined;
  /** SD of what the course leaves, K. */
  readonly residual: number | undefined;
  readonly reason: ThermalReason | undefined;
}

/** The power of one band. */
export interface BandPower {
  readonly name: string;
  /** Hz. */
  readonly low: number;
  /** Hz. */
  readonly high: number;
  /** K²; `undefined` where the record is too short for it. */
  readonly power: number | undefined;
  /** What 95 % of surrogates stay below, K². */
  readonly threshold: number | undefined;
  readonly significant: boolean | undefined;
  readonly reason: ThermalReason | undefined;
}

/** Relative blood flow, without a unit. */
export interface Flow {
  /** s. */
  readonly time: Float64Array;
  readonly flow: Float64Array;
  /** How late a stream would give it, s. */
  readonly latency: number;
}

/** The depth that a simultaneous reference of flow tells. */
export interface FlowDepth {
  /** m. */
  readonly depth: number | undefined;
  /** Of flow and reference, and of temperature and reference, in 0.005 to 0.05 Hz. */
  readonly correlation: number | undefined;
  readonly rawCorrelation: number | undefined;
  /** What 95 % of surrogates stay below. */
  readonly threshold: number | undefined;
  readonly significant: boolean | undefined;
  readonly reason: ThermalReason | undefined;
}

function pairOf(name: string, time: Samples, value: Samples): [Float64Array, Float64Array] {
  memoryBuffer();
  const [stamps, values] = [Float64Array.from(samplesOf("time", time)), Float64Array.from(samplesOf(name, value))];
  if (stamps.length !== values.length) {
    throw new RangeError(`time must have one stamp for each of ${values.length} values, got ${stamps.length}`);
  }
  return [stamps, values];
}

function countOf(name: string, value: unknown, otherwise: number): number {
  const count = expectMaybe(name, value, "number") ?? otherwise;
  if (!(Number.isInteger(count) && count >= 0 && count <= 0xffffffff)) {
    throw new RangeError(`${name} must be a whole number from 0 to 4294967295, got ${count}`);
  }
  return count;
}

/**
 * The course of rewarming of a region: `time` in s, `celsius` in °C, from the end of the cold at `options.from` s (0) on.
 * `options.before` is the temperature before the cold, where it is known.
 */
export function rewarming(time: Samples, celsius: Samples, options: { readonly from?: number; readonly before?: number } = {}): Rewarming {
  const [stamps, values] = pairOf("celsius", time, celsius);
  const given = optionsOf("options", options, ["from", "before"]);
  const from = expectMaybe("from", given.from, "number") ?? 0;
  return rawRewarming(stamps, values, from, expectMaybe("before", given.before, "number")) as Rewarming;
}

/** The oscillations of a temperature or a flow by band, on a grid of `options.step` s (1), against `options.surrogates` (99). */
export function bands(
  time: Samples,
  value: Samples,
  options: { readonly step?: number; readonly surrogates?: number; readonly seed?: number } = {},
): readonly BandPower[] {
  const [stamps, values] = pairOf("value", time, value);
  const given = optionsOf("options", options, ["step", "surrogates", "seed"]);
  const step = expectMaybe("step", given.step, "number") ?? 1;
  const surrogates = countOf("surrogates", given.surrogates, 99);
  if (surrogates !== 0 && (surrogates < 19 || surrogates > 999)) {
    throw new RangeError(`surrogates must be from 19 to 999, or 0 for no threshold, got ${surrogates}`);
  }
  return rawBands(stamps, values, step, surrogates, countOf("seed", given.seed, 1)) as BandPower[];
}

/** Relative flow behind a region's temperature, for vessels `depth` m below the surface (0.0005 to 0.003). */
export function relativeFlow(time: Samples, celsius: Samples, depth: number): Flow {
  const [stamps, values] = pairOf("celsius", time, celsius);
  return rawFlow(stamps, values, expect("depth", depth, "number")) as Flow;
}

/** The depth that a simultaneous reference of flow, such as a trend of PPG amplitudes, tells. */
export function flowDepth(
  time: Samples,
  celsius: Samples,
  reference: { readonly time: Samples; readonly value: Samples },
  seed = 1,
): FlowDepth {
  const [stamps, values] = pairOf("celsius", time, celsius);
  const given = optionsOf("reference", reference, ["time", "value"]);
  const [referenceStamps, flow] = pairOf("reference.value", samplesOf("reference.time", given.time), samplesOf("reference.value", given.value));
  return rawDepth(stamps, values, referenceStamps, flow, countOf("seed", seed, 0)) as FlowDepth;
}
