/** Pulse volume recording: two-point calibration, cuff, category, volume. The averaged beat is `Analysis.ensemble`. */

import { Block } from "./block.js";
import { expect, expectMaybe, optionsOf, samplesOf } from "./check.js";
import { memoryBuffer, release } from "./module.js";
import { RawCuffMonitor, rawCategory, rawDeflection, rawMillilitres, rawTwoPoint } from "./raw/plethys.js";
import type { CuffOptions, CuffReadings, Grading, Injection } from "./pvr-types.js";
import type { Calibration, Reason, Samples } from "./types.js";

/**
 * The calibration through two points [raw, value], as `analyze` and `Monitor` take it: zero at vent and a span at a known static
 * pressure, say.
 *
 * ```ts
 * const calibration = twoPoint([410, 0], [20410, 100], "mm[Hg]", "2026-11-22"); // 0.005 mmHg per count
 * ```
 *
 * @throws RangeError where the two readings, or the two values, are the same
 */
export function twoPoint(
  first: readonly [raw: number, value: number],
  second: readonly [raw: number, value: number],
  unit = "mm[Hg]",
  date?: string,
): Calibration {
  memoryBuffer();
  const [raw1, value1] = pairOf("first", first);
  const [raw2, value2] = pairOf("second", second);
  const made = expect("unit", unit, "string");
  const on = expectMaybe("date", date, "string");
  const [scale, offset] = rawTwoPoint(Float64Array.of(raw1, raw2), Float64Array.of(value1, value2), made) as unknown as [number, number];
  return on === undefined ? { scale, offset, unit: made } : { scale, offset, unit: made, date: on };
}

/**
 * The deflection in mm that a height in mmHg makes on the chart of a recorder.
 *
 * @param height - mmHg
 * @param gain - mm of chart for each mmHg, 0.01 to 10000; 20, as of the classical recorder, where it is not given
 */
export function deflection(height: number, gain?: number): number {
  memoryBuffer();
  return rawDeflection(expect("height", height, "number"), expectMaybe("gain", gain, "number"));
}

/**
 * The Raines/Darling category, 1 (normal) to 5 (flat), or the reason why there is none: `"NotStated"` where something that it rests on
 * is not known, `"CuffPressure"` where the cuff was off its target. It describes a contour and is no diagnosis.
 *
 * ```ts
 * pvrCategory({ height: 0.81, noise: 0.002, notch: "clear", site: "ankle", cuffOnTarget: true }); // { category: 1, reason: undefined }
 * ```
 *
 * @throws TypeError for a value of another type, RangeError for a notch that there is not
 */
export function pvrCategory(grading: Grading): { readonly category: number | undefined; readonly reason: Reason | undefined } {
  memoryBuffer();
  const given = optionsOf("grading", grading, ["height", "noise", "notch", "site", "cuffOnTarget"]);
  return rawCategory(
    expectMaybe("grading.height", given.height, "number"),
    expectMaybe("grading.noise", given.noise, "number"),
    expectMaybe("grading.notch", given.notch, "string"),
    expectMaybe("grading.site", given.site, "string"),
    expectMaybe("grading.cuffOnTarget", given.cuffOnTarget, "boolean"),
  ) as { category: number | undefined; reason: Reason | undefined };
}

/**
 * A height in mmHg as a volume in mL, or the reason why there is none. Without an injection there is no volume: from the size of the
 * cuff alone it is uncertain by 40 %.
 */
export function millilitres(
  height: number,
  injection?: Injection,
): { readonly volume: number | undefined; readonly reason: Reason | undefined } {
  memoryBuffer();
  const mmHg = expect("height", height, "number");
  const known = injection !== undefined && injection !== null;
  const given = known ? optionsOf("injection", injection, ["volume", "deflection"]) : {};
  return rawMillilitres(
    mmHg,
    known ? expect("injection.volume", given.volume, "number") : undefined,
    known ? expect("injection.deflection", given.deflection, "number") : undefined,
  ) as { volume: number | undefined; reason: Reason | undefined };
}

/**
 * Whether a cuff holds its pressure, while it arrives: target, leak, re-inflations, from a channel of its own in mmHg.
 *
 * ```ts
 * const cuff = new CuffMonitor({ sampleRate: 20, target: 65, tolerance: 5 });
 * const { leak, holds } = cuff.push(pressures); // a reading for every 2 s, often none
 * ```
 *
 * It lives in the module's memory: call `free` when it is no longer needed, or declare it with `using`.
 */
export class CuffMonitor {
  #raw: RawCuffMonitor | undefined;

  /**
   * @param options - what the channel is
   * @throws TypeError for an option of the wrong type or name, RangeError for a value that is not taken
   */
  constructor(options: CuffOptions) {
    memoryBuffer();
    const given = optionsOf("options", options, ["sampleRate", "target", "tolerance"]);
    this.#raw = new RawCuffMonitor(
      expect("sampleRate", given.sampleRate, "number"),
      expectMaybe("target", given.target, "number"),
      expectMaybe("tolerance", given.tolerance, "number"),
    );
    if (new.target === CuffMonitor) {
      Object.freeze(this); // frameworks that wrap state into proxies leave frozen objects alone; a proxy cannot reach private fields
    }
  }

  /**
   * Takes pressures, mmHg; NaN is a missing one.
   *
   * @returns the readings that they completed
   */
  push(pressure: Samples): CuffReadings {
    const raw = this.#live();
    const block = Block.of(samplesOf("pressure", pressure));
    try {
      return raw.push(block.raw, block.length) as CuffReadings;
    } finally {
      release(block);
    }
  }

  /** Back to the just-built state. */
  reset(): void {
    this.#live().reset();
  }

  /** Gives the memory back; the monitor cannot be used any more. Calling it again does nothing. */
  free(): void {
    this.#raw?.free();
    this.#raw = undefined;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  #live(): RawCuffMonitor {
    if (this.#raw === undefined) {
      throw new Error("the cuff monitor was freed");
    }
    return this.#raw;
  }
}

/** The readings of a whole recording of a cuff's pressure, mmHg: a `CuffMonitor` that took it in one push. */
export function cuffReadings(pressure: Samples, options: CuffOptions): CuffReadings {
  const cuff = new CuffMonitor(options);
  try {
    return cuff.push(pressure);
  } finally {
    release(cuff);
  }
}

function pairOf(argument: string, value: unknown): [raw: number, value: number] {
  const pair = samplesOf(argument, value);
  if (pair.length !== 2) {
    throw new RangeError(`${argument} must be [raw, value], got ${pair.length} numbers`);
  }
  return [pair[0] as number, pair[1] as number];
}
