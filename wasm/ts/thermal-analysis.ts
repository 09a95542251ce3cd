/** A stack of thermal frames in one call. */

import { expectMaybe, optionsOf, samplesOf } from "./check.js";
import { memoryBuffer, release } from "./module.js";
import { RawStack, RawThermalMonitor, rawAnalyzeThermal } from "./raw/plethys.js";
import { OPTIONS, configOf, isCounts } from "./thermal-options.js";
import type { AnalyzeThermalOptions, ThermalAnalysis, ThermalPixels } from "./thermal-types.js";
import type { Samples } from "./types.js";

/**
 * Analyses a stack of frames: the monitor's own loop, then `finish`.
 *
 * @param frames - pixels of all frames, frame by frame and row by row
 * @param options - what the frames are, where regions lie, and time stamps or a rate
 * @throws TypeError, RangeError and Error as `ThermalMonitor`
 */
export function analyzeThermal(frames: ThermalPixels, options: AnalyzeThermalOptions): ThermalAnalysis {
  memoryBuffer();
  const pixels = samplesOf("frames", frames);
  const given = optionsOf("options", options, [...OPTIONS, "time", "sampleRate", "shutter", "counter", "uptime"]);
  const config = configOf(given);
  try {
    const each = (given.rows as number) * (given.columns as number);
    const count = each > 0 ? pixels.length / each : 0;
    if (!Number.isInteger(count)) {
      throw new RangeError(`frames must be whole frames of ${each} pixels, got ${pixels.length} pixels`);
    }
    const counts = isCounts(pixels);
    if (counts !== undefined && counts !== config.takesCounts && count > 0) {
      const monitor = new RawThermalMonitor(config);
      try {
        monitor.refuse(given.rows as number, given.columns as number, counts);
      } finally {
        release(monitor);
      }
    }
    const time = stampsOf(given.time, given.sampleRate, count);
    const [shutter, counter, uptime] = (["shutter", "counter", "uptime"] as const).map((name) => columnOf(name, given[name], count)) as [
      Samples,
      Samples,
      Samples,
    ];
    const stack = new RawStack(count, config);
    try {
      const place = stack.pointer();
      const memory = memoryBuffer();
      (config.takesCounts ? new Uint16Array(memory, place, pixels.length) : new Float64Array(memory, place, pixels.length)).set(pixels);
      const raw = rawAnalyzeThermal(stack, time, Uint8Array.from(shutter), Float64Array.from(counter), Float64Array.from(uptime), config);
      try {
        return raw.fields() as ThermalAnalysis;
      } finally {
        release(raw);
      }
    } finally {
      release(stack);
    }
  } finally {
    release(config);
  }
}

function stampsOf(time: unknown, sampleRate: unknown, count: number): Float64Array {
  if (time !== undefined && time !== null) {
    return Float64Array.from(columnOf("time", time, count));
  }
  const rate = expectMaybe("sampleRate", sampleRate, "number");
  if (rate === undefined && count > 1) {
    throw new TypeError("time is missing: give time stamps in s, or sampleRate in Hz");
  }
  if (rate !== undefined && !(rate > 0 && rate <= 200)) {
    throw new RangeError(`sampleRate must be above 0 and at most 200, got ${rate}`);
  }
  return Float64Array.from({ length: count }, (_, place) => place / (rate ?? 1));
}

function columnOf(argument: string, value: unknown, count: number): Samples {
  if (value === undefined || value === null) {
    return [];
  }
  const column = samplesOf(argument, value);
  if (column.length !== count) {
    throw new RangeError(`${argument} must have one entry per frame: expected ${count}, got ${column.length}`);
  }
  return column;
}
