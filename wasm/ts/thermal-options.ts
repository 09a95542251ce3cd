/** Options of thermal frames, checked and handed on. Ranges are the kernel's to check. */

import { expect, expectMaybe, optionsOf, samplesOf } from "./check.js";
import { RawThermalConfig } from "./raw/plethys.js";
import type { ThermalPixels } from "./thermal-types.js";

const FLAGS = ["skipRepeated", "findBadPixels", "percentiles", "watchLimb", "follow"] as const;
export const OPTIONS = [
  "rows", "columns", "unit", "regions", "differences", "gradients", "emissivity", "reflected", "transmission", "air", "reference",
  "baseline", "warmUp", "cut", "shutterRule", "badPixels", ...FLAGS,
] as const;
type Given = Partial<Record<(typeof OPTIONS)[number], unknown>>;

const COUNTS: Readonly<Record<string, number>> = { cK: 0.01, dK: 0.1 };

/** Whether pixels are counts by their type: integers, rather than °C. */
export function isCounts(pixels: ThermalPixels): boolean | undefined {
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
export function configOf(given: Given): RawThermalConfig {
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
