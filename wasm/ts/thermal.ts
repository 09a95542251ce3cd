/** Thermal frames: the monitor of a stream, and a stack in one call. */

import { expect, expectMaybe, optionsOf, samplesOf } from "./check.js";
import { memoryBuffer } from "./module.js";
import { RawStack, RawThermalConfig, RawThermalMonitor, rawAnalyzeThermal } from "./raw/plethys.js";
import type {
  AnalyzeThermalOptions,
  Telemetry,
  ThermalAnalysis,
  ThermalDifferences,
  ThermalEvents,
  ThermalFrame,
  ThermalMeans,
  ThermalOptions,
  ThermalPixels,
  ThermalRegions,
  ThermalSnapshot,
  ThermalTables,
} from "./thermal-types.js";
import type { Samples } from "./types.js";

const FLAGS = ["skipRepeated", "findBadPixels", "percentiles", "watchLimb", "follow"] as const;
const OPTIONS = [
  "rows", "columns", "unit", "regions", "differences", "gradients", "emissivity", "reflected", "transmission", "air", "reference",
  "baseline", "warmUp", "cut", "shutterRule", "badPixels", ...FLAGS,
] as const;
type Given = Partial<Record<(typeof OPTIONS)[number], unknown>>;

const COUNTS: Readonly<Record<string, number>> = { cK: 0.01, dK: 0.1 };

/** Whether pixels are counts by their type: integers, rather than °C. */
function isCounts(pixels: ThermalPixels): boolean | undefined {
  if (Array.isArray(pixels)) {
    return undefined; // an array of numbers may be either
  }
  return !(pixels instanceof Float64Array || pixels instanceof Float32Array);
}

function pairsOf(argument: string, value: unknown): [string, string, string][] {
  if (value === undefined || value === null) {
    return [];
  }
  return Object.entries(value).map(([name, pair]) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(`${argument}.${name} must be two names of regions`);
    }
    return [name, expect(`${argument}.${name}`, pair[0], "string"), expect(`${argument}.${name}`, pair[1], "string")];
  });
}

function numbersOf(argument: string, value: unknown, count: number): number[] {
  const numbers = samplesOf(argument, value);
  if (numbers.length !== count) {
    throw new TypeError(`${argument} must be ${count} numbers, got ${numbers.length}`);
  }
  return Array.from(numbers);
}

function unitOf(config: RawThermalConfig, unit: unknown): void {
  if (unit === undefined || unit === null || unit === "Cel") {
    return;
  }
  if (typeof unit === "number") {
    config.linear(unit);
  } else if (typeof unit === "string") {
    const perCount = COUNTS[unit];
    if (perCount === undefined) {
      throw new RangeError(`unit must be Cel, cK, dK, K per count or the constants of a Planck form, got ${unit}`);
    }
    config.linear(perCount);
  } else {
    const { r1, r2, b, f, o } = optionsOf("unit", unit, ["r1", "r2", "b", "f", "o"]);
    config.planck(expect("unit.r1", r1, "number"), expect("unit.r2", r2, "number"), expect("unit.b", b, "number"),
      expect("unit.f", f, "number"), expect("unit.o", o, "number"));
  }
}

function regionOf(config: RawThermalConfig, name: string, value: unknown): void {
  const given = optionsOf(`region ${name}`, value, ["whole", "rectangle", "polygon", "mask", "mirror", "axis", "erode"]);
  const erode = expectMaybe(`region ${name}.erode`, given.erode, "number") ?? 0;
  if (given.rectangle !== undefined) {
    const [top, bottom, left, right] = numbersOf(`region ${name}.rectangle`, given.rectangle, 4) as [number, number, number, number];
    config.rectangle(name, top, bottom, left, right, erode);
  } else if (given.polygon !== undefined) {
    if (!Array.isArray(given.polygon)) {
      throw new TypeError(`region ${name}.polygon must be an array of corners [x, y]`);
    }
    const corners: readonly unknown[] = given.polygon;
    config.polygon(name, Float64Array.from(corners.flatMap((corner) => numbersOf(`region ${name}.polygon`, corner, 2))), erode);
  } else if (given.mask !== undefined) {
    const mask = samplesOf(`region ${name}.mask`, given.mask);
    config.mask(name, Uint8Array.from(mask, (inside) => (inside ? 1 : 0)), erode);
  } else if (given.mirror !== undefined) {
    const axis = expect(`region ${name}.axis`, given.axis, "number");
    config.mirror(name, expect(`region ${name}.mirror`, given.mirror, "string"), axis, erode);
  } else if (given.whole === true) {
    config.whole(name, erode);
  } else {
    throw new TypeError(`region ${name} must have one of rectangle, polygon, mask, mirror, whole`);
  }
}

function surfaceOf(config: RawThermalConfig, given: Given): void {
  const reflected = expectMaybe("reflected", given.reflected, "number");
  if (given.emissivity === "camera") {
    config.correctedByCamera();
  } else if (given.emissivity !== undefined && given.emissivity !== null) {
    const emissivity = expect("emissivity", given.emissivity, "number");
    if (reflected === undefined) {
      throw new RangeError("reflected is missing: an emissivity needs the apparent temperature of what the skin mirrors, °C");
    }
    const transmission = expectMaybe("transmission", given.transmission, "number") ?? 1;
    config.emissivity(emissivity, reflected, transmission, expectMaybe("air", given.air, "number") ?? reflected);
  } else if (reflected !== undefined) {
    throw new RangeError("emissivity is missing: a reflected temperature alone corrects nothing");
  }
}

/** The configuration that options describe. */
function configOf(given: Given): RawThermalConfig {
  const config = new RawThermalConfig(expect("rows", given.rows, "number"), expect("columns", given.columns, "number"));
  try {
    unitOf(config, given.unit);
    surfaceOf(config, given);
    if (typeof given.regions !== "object" || given.regions === null) {
      throw new TypeError("regions must be an object of places by name, or an array of [name, place]");
    }
    for (const pair of Array.isArray(given.regions) ? (given.regions as readonly unknown[]) : Object.entries(given.regions)) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw new TypeError("regions must be an object of places by name, or an array of [name, place]");
      }
      const name = expect("the name of a region", pair[0], "string");
      regionOf(config, name, pair[1]);
    }
    for (const [name, of, minus] of pairsOf("differences", given.differences)) {
      config.pair(name, of, minus, false);
    }
    for (const [name, of, minus] of pairsOf("gradients", given.gradients)) {
      config.pair(name, of, minus, true);
    }
    if (given.reference !== undefined && given.reference !== null) {
      const reference = optionsOf("reference", given.reference, ["region", "temperature"]);
      const temperature = expectMaybe("reference.temperature", reference.temperature, "number");
      config.reference(expect("reference.region", reference.region, "string"), temperature);
    }
    if (given.baseline !== undefined && given.baseline !== null) {
      const [start, end] = numbersOf("baseline", given.baseline, 2) as [number, number];
      config.baseline(start, end);
    }
    const warmUp = expectMaybe("warmUp", given.warmUp, "number");
    if (warmUp !== undefined) {
      config.warmUp(warmUp);
    }
    const cut = expectMaybe("cut", given.cut, "number");
    if (cut !== undefined) {
      config.cut(cut);
    }
    const rule = expectMaybe("shutterRule", given.shutterRule, "string");
    if (rule !== undefined) {
      config.shutterRule(rule);
    }
    if (given.badPixels !== undefined && given.badPixels !== null) {
      if (!Array.isArray(given.badPixels)) {
        throw new TypeError("badPixels must be an array of [row, column]");
      }
      for (const pixel of given.badPixels as readonly unknown[]) {
        const [row, column] = numbersOf("badPixels", pixel, 2) as [number, number];
        config.badPixel(row, column);
      }
    }
    for (const name of FLAGS) {
      const value = expectMaybe(name, given[name], "boolean");
      if (value !== undefined) {
        config.flag(name, value);
      }
    }
    return config;
  } catch (error) {
    config.free();
    throw error;
  }
}

/**
 * The state of one stream of thermal frames: push frames in, take rows, means and events out.
 *
 * It lives in the module's memory: call `free` when it is no longer needed, or declare it with `using`.
 *
 * ```ts
 * const monitor = new ThermalMonitor({ rows: 120, columns: 160, unit: "cK", regions: { foot: { rectangle: [40, 80, 20, 60] } } });
 * const rows = monitor.push(counts, seconds);
 * const { temperatures, state } = monitor.snapshot();
 * ```
 */
export class ThermalMonitor {
  readonly #rows: number;
  readonly #columns: number;
  readonly #takesCounts: boolean;
  #raw: RawThermalMonitor | undefined;
  #tables: ThermalTables;
  #nothing: ThermalTables;

  /**
   * @param options - what the frames are, and where regions lie
   * @throws TypeError for an option of the wrong type or name
   * @throws RangeError for a region that lies outside the frame, is empty or has the name of another, and for numbers out of range
   */
  constructor(options: ThermalOptions) {
    memoryBuffer();
    const config = configOf(optionsOf("options", options, OPTIONS));
    try {
      this.#raw = new RawThermalMonitor(config);
      this.#takesCounts = config.takesCounts;
    } finally {
      config.free();
    }
    this.#rows = options.rows;
    this.#columns = options.columns;
    this.#nothing = this.#raw.tables() as ThermalTables;
    this.#tables = this.#nothing;
    if (new.target === ThermalMonitor) {
      Object.freeze(this); // as a Monitor
    }
  }

  /**
   * Takes a frame with its time stamp.
   *
   * @param frame - its pixels, row by row; or with the shape that it has
   * @param time - s; a stamp that does not increase leaves the frame out and is told in `events`
   * @returns the rows that settled
   * @throws TypeError for what is no frame, RangeError for a frame of another shape and stamps that are not finite, Error for counts
   * where °C was said or the other way round, and after `finish`; the stream then stays as it was
   */
  push(frame: ThermalPixels | ThermalFrame, time: number, telemetry: Telemetry = {}): ThermalRegions {
    const raw = this.#live();
    const stamp = expect("time", time, "number");
    const told = optionsOf("telemetry", telemetry, ["shutter", "counter", "uptime"]);
    const shutter = expectMaybe("telemetry.shutter", told.shutter, "boolean") ?? false;
    const counter = expectMaybe("telemetry.counter", told.counter, "number");
    const uptime = expectMaybe("telemetry.uptime", told.uptime, "number");
    const pixels = this.#pixelsOf(raw, frame);
    this.input.set(pixels);
    this.#tables = this.#nothing;
    if (raw.push(stamp, shutter, counter, uptime) > 0) {
      this.#tables = raw.tables() as ThermalTables;
    }
    return this.#tables.regions;
  }

  #pixelsOf(raw: RawThermalMonitor, frame: ThermalPixels | ThermalFrame): ThermalPixels {
    let pixels: ThermalPixels;
    if (Array.isArray(frame) || ArrayBuffer.isView(frame)) {
      pixels = samplesOf("frame", frame);
      if (pixels.length !== this.#rows * this.#columns) {
        const expected = `${this.#rows} x ${this.#columns} = ${this.#rows * this.#columns} pixels`;
        throw new RangeError(`frames must be ${expected}, got ${pixels.length}`);
      }
    } else {
      const given = optionsOf("frame", frame, ["rows", "columns", "pixels"]);
      const [rows, columns] = [expect("frame.rows", given.rows, "number"), expect("frame.columns", given.columns, "number")];
      pixels = samplesOf("frame.pixels", given.pixels);
      if (rows !== this.#rows || columns !== this.#columns) {
        raw.refuse(rows, columns, this.#takesCounts);
      }
      if (pixels.length !== rows * columns) {
        throw new RangeError(`frame.pixels must be ${rows} x ${columns} = ${rows * columns}, got ${pixels.length}`);
      }
    }
    const counts = isCounts(pixels);
    if (counts !== undefined && counts !== this.#takesCounts) {
      raw.refuse(this.#rows, this.#columns, counts);
    }
    return pixels;
  }

  /** Room for a frame in the module's memory; for the next frame, read it anew. `push` copies into it. @internal */
  get input(): Float64Array | Uint16Array {
    const pointer = this.#live().inputPointer();
    const length = this.#rows * this.#columns;
    return this.#takesCounts ? new Uint16Array(memoryBuffer(), pointer, length) : new Float64Array(memoryBuffer(), pointer, length);
  }

  /** Windows of 1, 10 and 60 s that the last call ended. */
  get means(): ThermalMeans {
    return this.#tables.means;
  }

  /** Differences that the last call settled. */
  get differences(): ThermalDifferences {
    return this.#tables.differences;
  }

  /** Windows of differences that the last call ended. */
  get differenceMeans(): ThermalMeans {
    return this.#tables.differenceMeans;
  }

  /** What was noticed in the last call. */
  get events(): ThermalEvents {
    return this.#tables.events;
  }

  /** Settles what is due and ends the stream; after it only `snapshot` and `reset` are accepted. */
  finish(): ThermalRegions {
    const raw = this.#live();
    raw.finish();
    this.#tables = raw.tables() as ThermalTables;
    return this.#tables.regions;
  }

  /** The stream as it is now. */
  snapshot(): ThermalSnapshot {
    return this.#live().snapshot() as ThermalSnapshot;
  }

  /** Back to the just-built state. */
  reset(): void {
    this.#live().reset();
    this.#tables = this.#nothing;
  }

  /** How long after its frame a row comes, s of stream; one frame is added to it. */
  get latency(): number {
    return this.#live().latency;
  }

  /** Gives the memory back; the monitor cannot be used any more. Calling it again does nothing. */
  free(): void {
    this.#raw?.free();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #live(): RawThermalMonitor {
    if (this.#raw === undefined) {
      throw new Error("the monitor was freed");
    }
    return this.#raw;
  }
}

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
        monitor.free();
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
        raw.free();
      }
    } finally {
      stack.free();
    }
  } finally {
    config.free();
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
