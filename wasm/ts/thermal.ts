/** The monitor of a stream of thermal frames. */

import { expect, expectMaybe, optionsOf, samplesOf } from "./check.js";
import { memoryBuffer, release } from "./module.js";
import { RawThermalMonitor } from "./raw/plethys.js";
import { OPTIONS, configOf, isCounts } from "./thermal-options.js";
import type {
  Telemetry,
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
      release(config);
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
