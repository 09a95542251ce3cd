/** Types of what comes in. Ranges are the kernel's to check. */

import { RawConfig } from "./raw/plethys.js";
import type { RawBlock } from "./raw/plethys.js";
import type { Samples } from "./types.js";

const TYPED = new Set([
  "Float64Array",
  "Float32Array",
  "Float16Array",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
]);

/** The class of a value by its tag, which also holds for arrays from another frame or a subclass. */
function tag(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** A value in words, for messages. */
export function described(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  if (typeof value !== "object") {
    return `a ${typeof value}`;
  }
  const name = tag(value);
  const text = name === "Object" ? "plain object" : name === "Array" ? "array" : name;
  return `${/^[AEIOUaeiou]/.test(text) ? "an" : "a"} ${text}`;
}

/** `value` as one stream of numbers, or a TypeError that says what came. */
export function samplesOf(argument: string, value: unknown): Samples {
  if (ArrayBuffer.isView(value) && TYPED.has(tag(value))) {
    return value as Exclude<Samples, readonly number[]>;
  }
  if (!Array.isArray(value)) {
    throw new TypeError(
      `${argument} must be a Float64Array, a Float32Array, an integer typed array up to 32 bits or an array of numbers, got ${described(value)}`,
    );
  }
  const list: readonly unknown[] = value;
  for (let index = 0; index < list.length; index += 1) {
    if (typeof list[index] !== "number") {
      throw new TypeError(`${argument} must be one stream of numbers, got ${described(list[index])} at index ${index}`);
    }
  }
  return list as readonly number[];
}

/** Like `samplesOf`, for what comes with the samples. */
export function referenceOf(argument: string, value: unknown, each: number, length: number): Samples | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const samples = samplesOf(argument, value);
  if (samples.length !== each * length) {
    const entries = each === 1 ? "one entry" : `${each} numbers in turn`;
    throw new RangeError(`${argument} must have ${entries} per sample: expected ${each * length}, got ${samples.length}`);
  }
  return samples;
}

/** `value` as an object of options, none of which has a name that is not taken. */
export function optionsOf<Name extends string>(what: string, value: unknown, names: readonly Name[]): Partial<Record<Name, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    throw new TypeError(`${what} must be an object, got ${described(value)}`);
  }
  for (const name of Object.keys(value)) {
    if (!(names as readonly string[]).includes(name)) {
      throw new TypeError(`${what} take no ${name}: the names are ${names.join(", ")}`);
    }
  }
  return value as Partial<Record<Name, unknown>>;
}

interface Types {
  number: number;
  string: string;
  boolean: boolean;
}

/** `value` as a `type`, or a TypeError. */
export function expect<Type extends keyof Types>(argument: string, value: unknown, type: Type): Types[Type] {
  if (typeof value !== type) {
    throw new TypeError(`${argument} must be a ${type}, got ${described(value)}`);
  }
  return value as Types[Type];
}

/** Like `expect`; absent stays absent. */
export function expectMaybe<Type extends keyof Types>(argument: string, value: unknown, type: Type): Types[Type] | undefined {
  return value === undefined || value === null ? undefined : expect(argument, value, type);
}

/** A pressure alone, or [pressure, tolerance]. */
function cuffOf(value: unknown): [pressure: number, tolerance?: number] {
  if (typeof value === "number") {
    return [value];
  }
  const pair = samplesOf("cuff", value);
  if (pair.length !== 2) {
    throw new RangeError(`cuff must be a pressure or [pressure, tolerance], got ${pair.length} numbers`);
  }
  return [pair[0] as number, pair[1] as number];
}

export const STREAM_OPTIONS = ["sampleRate", "signal", "polarity", "calibration", "sensorRange", "dcCoupled", "cuff", "motion", "companion"] as const;
type StreamOption = (typeof STREAM_OPTIONS)[number];

/** The configuration that options describe; its rate comes from the `n` time stamps in `block` where no other is given. */
export function configOf(
  options: Partial<Record<StreamOption, unknown>>,
  references: { motion: boolean; companion: boolean },
  block?: RawBlock,
  n = 0,
): RawConfig {
  const signal = expectMaybe("signal", options.signal, "string") ?? "ppg";
  const rate = block === undefined ? expect("sampleRate", options.sampleRate, "number") : 0;
  const config = block === undefined ? new RawConfig(rate, signal) : RawConfig.ofTime(block, n, signal);
  try {
    config.polarity(expectMaybe("polarity", options.polarity, "string") ?? "auto");
    if (options.calibration !== undefined && options.calibration !== null) {
      const given = optionsOf("calibration", options.calibration, ["scale", "offset", "unit", "date"]);
      config.calibration(
        expect("calibration.scale", given.scale, "number"),
        expectMaybe("calibration.offset", given.offset, "number") ?? 0,
        expectMaybe("calibration.unit", given.unit, "string") ?? "unstated",
        expectMaybe("calibration.date", given.date, "string"),
      );
    }
    if (options.sensorRange !== undefined && options.sensorRange !== null) {
      const range = samplesOf("sensorRange", options.sensorRange);
      if (range.length !== 2) {
        throw new RangeError(`sensorRange must be [low, high], got ${range.length} numbers`);
      }
      config.sensorRange(range[0] as number, range[1] as number);
    }
    if (options.cuff !== undefined && options.cuff !== null) {
      config.cuff(...cuffOf(options.cuff));
    }
    const coupled = expectMaybe("dcCoupled", options.dcCoupled, "boolean");
    if (coupled !== undefined) {
      config.dcCoupled(coupled);
    }
    config.references(references.motion, references.companion);
    return config;
  } catch (error) {
    config.free();
    throw error;
  }
}
