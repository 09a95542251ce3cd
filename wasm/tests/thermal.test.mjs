// Thermal frames: the golden vectors of Rust bit for bit, and bad input that is named and loses nothing else.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { plethys, root } from "./support.mjs";

await plethys.init();

const folder = join(root, "core", "tests", "golden", "thermal");
const TABLES = { regions: "thermalRegions", means: "thermalMeans", differences: "thermalDifferences", differenceMeans: "thermalMeans", events: "thermalEvents" };
const FIELDS = { regions: "regions", means: "means", differences: "differences", differenceMeans: "difference_means", events: "events" };

/** A golden vector: frames, stamps and options as JavaScript says them, and Rust's bytes. */
function golden(name) {
  const vector = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const { rows, columns } = vector;
  const raw = Array.from({ length: vector.pixels.length / 4 }, (_, k) => parseInt(vector.pixels.slice(4 * k, 4 * k + 4), 16));
  const isCounts = vector.kelvin_per_count !== null;
  const pixels = isCounts ? Uint16Array.from(raw) : Float64Array.from(raw, (x) => (x === 65535 ? NaN : x * vector.scale));
  const regions = Object.fromEntries(vector.rectangles.map(([region, rectangle]) => [region, { rectangle }]));
  if (vector.mirrored) {
    regions[vector.mirrored[0]] = { mirror: vector.mirrored[1], axis: vector.mirrored[2] };
  }
  const [pair, of, minus] = vector.difference;
  const options = { rows, columns, regions, differences: { [pair]: [of, minus] } };
  if (isCounts) {
    options.unit = vector.kelvin_per_count;
  }
  if (vector.emissivity) {
    [options.emissivity, options.reflected] = vector.emissivity;
  }
  if (vector.reference) {
    options.reference = { region: vector.reference[0], temperature: vector.reference[1] };
  }
  if (vector.baseline) {
    options.baseline = vector.baseline;
  }
  const time = Float64Array.from(vector.time_ms, (ms) => ms / 1000);
  const shutter = Uint8Array.from(time, (_, place) => (vector.shutter.includes(place) ? 1 : 0));
  const expected = Object.fromEntries(Object.entries(FIELDS).map(([table, field]) => [table, Buffer.from(vector[field], "hex")]));
  return { pixels, time, shutter, options, expected };
}

/** Codes behind a column of words. */
function codesOf(options, kind, column) {
  const regions = Object.keys(options.regions);
  const pairs = Object.keys(options.differences ?? {});
  if (column === "reason") {
    return (word) => plethys.thermalReasons().indexOf(word) + 1;
  }
  if (column === "notice") {
    return (word) => plethys.thermalNotices().indexOf(word) + 1;
  }
  if (kind === "events") {
    return (word) => regions.indexOf(word) + 1;
  }
  return (word) => (kind === "differences" || kind === "differenceMeans" ? pairs : regions).indexOf(word);
}

/** Several tables of one kind as the kernel's `Table::to_bytes` writes them. */
function bytesOf(options, kind, tables) {
  const parts = plethys.columns(TABLES[kind]).map(({ name, snakeName, kind: type }) =>
    Buffer.concat(
      tables.map((table) => {
        const column = table[name];
        assert.equal(column.length, table.length, `${kind}.${name}`);
        return type === "code"
          ? Buffer.from(Array.from(column, codesOf(options, kind, snakeName)))
          : Buffer.from(column.buffer, column.byteOffset, column.byteLength);
      }),
    ),
  );
  return Buffer.concat(parts);
}

test("there are golden vectors", () => {
  assert.deepEqual(readdirSync(folder).sort(), ["array.json", "camera.json"]);
});

for (const name of ["array", "camera"]) {
  test(`${name}: a stack in one call gives the bytes of Rust`, () => {
    const { pixels, time, shutter, options, expected } = golden(name);
    const analysis = plethys.analyzeThermal(pixels, { ...options, time, shutter });
    for (const kind of Object.keys(TABLES)) {
      assert.ok(bytesOf(options, kind, [analysis[kind]]).equals(expected[kind]), kind);
    }
  });

  test(`${name}: frames one by one give the bytes of Rust`, () => {
    const { pixels, time, shutter, options, expected } = golden(name);
    const monitor = new plethys.ThermalMonitor(options);
    const each = options.rows * options.columns;
    const tables = { regions: [], means: [], differences: [], differenceMeans: [], events: [] };
    const take = (rows) => {
      tables.regions.push(rows);
      for (const kind of ["means", "differences", "differenceMeans", "events"]) {
        tables[kind].push(monitor[kind]);
      }
    };
    time.forEach((stamp, place) => {
      take(monitor.push(pixels.subarray(place * each, (place + 1) * each), stamp, { shutter: shutter[place] === 1 }));
    });
    take(monitor.finish());
    monitor.free();
    for (const kind of Object.keys(TABLES)) {
      assert.ok(bytesOf(options, kind, tables[kind]).equals(expected[kind]), kind);
    }
  });
}

test("a changed pixel changes the bytes", () => {
  const { pixels, time, options, expected } = golden("array");
  pixels[64 + 17] += 1;
  const analysis = plethys.analyzeThermal(pixels, { ...options, time });
  assert.ok(!bytesOf(options, "regions", [analysis.regions]).equals(expected.regions));
});

const FOOT = { rows: 24, columns: 32, regions: { foot: { rectangle: [2, 10, 2, 10] } } };
const EACH = 24 * 32;

/** `count` frames of 31.1 °C with even noise of ±0.1 K, and their stamps. */
function frames(count = 40) {
  let state = 12345;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const pixels = Float64Array.from({ length: count * EACH }, () => 31.1 + 0.2 * noise());
  return { pixels, time: Float64Array.from({ length: count }, (_, place) => place / 2) };
}

const frame = (pixels, place) => pixels.subarray(place * EACH, (place + 1) * EACH);

test("a snapshot and an overview are the stream's", () => {
  const { pixels, time } = frames();
  const monitor = new plethys.ThermalMonitor(FOOT);
  assert.equal(monitor.snapshot().state, "TooShort");
  assert.equal(monitor.snapshot().time, undefined);
  time.forEach((stamp, place) => monitor.push(frame(pixels, place), stamp));
  const now = monitor.snapshot();
  assert.equal(now.time, 19.5);
  assert.ok(plethys.thermalStates().includes(now.state));
  assert.ok(Math.abs(now.temperatures.foot - 31.1) < 0.05);
  assert.equal(now.counts.frames, 40);
  assert.equal(monitor.latency, 1);
  const analysis = plethys.analyzeThermal(pixels, { ...FOOT, sampleRate: 2 });
  assert.equal(analysis.overview.foot.accepted, 40);
  assert.equal(analysis.overview.foot.rate, undefined);
  assert.equal(analysis.emissivityAppliedBy, "nobody");
  monitor.reset();
  assert.equal(monitor.snapshot().time, undefined);
  monitor.free();
  monitor.free();
  assert.throws(() => monitor.snapshot(), /the monitor was freed/);
});

test("a frame of another shape or kind is refused and the stream goes on", () => {
  const { pixels, time } = frames();
  const monitor = new plethys.ThermalMonitor(FOOT);
  const tables = [];
  time.forEach((stamp, place) => {
    if (place === 20) {
      const turned = { rows: 32, columns: 24, pixels: frame(pixels, place) };
      assert.throws(() => monitor.push(turned, stamp), { name: "RangeError", message: "frames must be 24 x 32, got 32 x 24" });
      assert.throws(() => monitor.push(new Float64Array(100), stamp), { message: "frames must be 24 x 32 = 768 pixels, got 100" });
      const counts = new Uint16Array(EACH).fill(30415);
      const said = "the monitor takes temperatures in degrees Celsius (f32, f64), got counts (u16)";
      assert.throws(() => monitor.push(counts, stamp), { name: "Error", message: said });
      assert.throws(() => monitor.push(frame(pixels, place), NaN), { message: /time must be a finite number of seconds, got NaN/ });
      assert.throws(() => monitor.push("frame", stamp), TypeError);
      assert.throws(() => monitor.push(frame(pixels, place), "now"), TypeError);
    }
    tables.push(monitor.push(frame(pixels, place), stamp));
  });
  tables.push(monitor.finish());
  assert.throws(() => monitor.push(frame(pixels, 0), 99), /the monitor is finished/);
  const expected = plethys.analyzeThermal(pixels, { ...FOOT, time });
  assert.ok(bytesOf(FOOT, "regions", tables).equals(bytesOf(FOOT, "regions", [expected.regions])));
  monitor.free();
});

test("pixels that are no temperatures are left out, and their frame says so", () => {
  for (const bad of [NaN, Infinity, -Infinity, 1e308, -400]) {
    const { pixels, time } = frames();
    for (let row = 2; row < 10; row += 1) {
      frame(pixels, 10).fill(bad, row * 32 + 2, row * 32 + 10);
    }
    frame(pixels, 20)[3 * 32 + 3] = bad;
    const { regions } = plethys.analyzeThermal(pixels, { ...FOOT, time });
    assert.equal(regions.reason[10], "Missing");
    assert.ok(Number.isNaN(regions.mean[10]) && regions.accepted[10] === 0);
    assert.equal(regions.count[20], 63);
    assert.equal(regions.accepted.reduce((sum, one) => sum + one, 0), 39);
  }
});

test("regions that cannot be used are named", () => {
  const outside = 'region "foot" lies outside the frame';
  for (const [regions, message] of [
    [{ foot: { rectangle: [2, 25, 2, 10] } }, outside],
    [{ foot: { rectangle: [2, 10, -1, 10] } }, outside],
    [{ foot: { rectangle: [2, 10, 0.5, 10] } }, outside],
    [{ foot: { polygon: [[0, 0], [40, 0], [0, 10]] } }, outside],
    [{ foot: { polygon: [[0, 0], [4, 0]] } }, 'region "foot" is a polygon of fewer than three corners'],
    [{ foot: { rectangle: [10, 10, 2, 10] } }, 'region "foot" is empty'],
    [{ foot: { mask: new Uint8Array(EACH) } }, 'region "foot" is empty'],
    [{ foot: { mask: new Uint8Array(5) } }, 'region "foot" is a mask of another size than the frame'],
    [[["foot", { rectangle: [2, 9, 2, 9] }], ["foot", { rectangle: [3, 9, 3, 9] }]], 'region "foot" has the name of another region'],
    [{ foot: { mirror: "toe", axis: 16 } }, 'region "foot" mirrors a region that is not there before it'],
    [{}, "number of regions must be from 1 to 64, got 0"],
  ]) {
    assert.throws(() => new plethys.ThermalMonitor({ ...FOOT, regions }), { name: "RangeError", message });
    assert.throws(() => plethys.analyzeThermal(frames().pixels, { ...FOOT, regions, sampleRate: 2 }), { name: "RangeError", message });
  }
  for (const region of ["foot", { box: 1 }, {}, { rectangle: [1, 2, 3] }, { polygon: 5 }]) {
    assert.throws(() => new plethys.ThermalMonitor({ ...FOOT, regions: { foot: region } }), TypeError);
  }
});

test("stamps that go back leave their frame out", () => {
  const { pixels, time } = frames();
  time[15] = 6;
  time[16] = 7;
  const analysis = plethys.analyzeThermal(pixels, { ...FOOT, time, shutterRule: "none" });
  assert.equal(analysis.counts.backward, 2);
  assert.deepEqual(analysis.events.notice, ["BackwardStamp", "BackwardStamp"]);
  assert.deepEqual([...analysis.events.size], [1, 0]);
  assert.equal(analysis.regions.length, 38);
});

test("counts where °C was said, and °C where counts were", () => {
  const { pixels, time } = frames();
  const counts = Uint16Array.from(pixels, (celsius) => Math.round((celsius + 273.15) * 100));
  assert.throws(() => plethys.analyzeThermal(counts, { ...FOOT, time }), /takes temperatures in degrees Celsius .* got counts/);
  assert.throws(() => plethys.analyzeThermal(pixels, { ...FOOT, time, unit: "cK" }), /takes counts \(u16\), got temperatures/);
  const marked = plethys.analyzeThermal(Float64Array.from(counts), { ...FOOT, time });
  assert.equal(marked.counts.wrongUnit, 40);
  assert.deepEqual(marked.absent, { foot: "WrongUnit" });
  assert.deepEqual(marked.events.notice, ["WrongUnit"]);
  const right = plethys.analyzeThermal(counts, { ...FOOT, time, unit: "cK" });
  assert.ok(Math.abs(right.overview.foot.mean - 31.1) < 0.05);
});

test("options out of range or of another type are named", () => {
  const refuse = (options, error) => assert.throws(() => new plethys.ThermalMonitor({ ...FOOT, ...options }), error);
  refuse({ rows: 0 }, { message: "rows must be from 1 to 1280, got 0" });
  refuse({ rows: 2.5 }, { message: "rows must be from 0 to 1280, got 2.5" });
  refuse({ rows: "24" }, { name: "TypeError", message: "rows must be a number, got a string" });
  refuse({ unit: "F" }, RangeError);
  refuse({ emissivity: 0.98 }, /reflected is missing/);
  refuse({ reflected: 22 }, /emissivity is missing/);
  refuse({ emissivity: 0.2, reflected: 22 }, { message: "emissivity must be from 0.5 to 1, got 0.2" });
  refuse({ differences: { side: ["foot", "toe"] } }, { message: 'region "toe" is not one of the regions' });
  refuse({ reference: { region: "toe" } }, { message: 'region "toe" is not one of the regions' });
  refuse({ shutterRule: "sometimes" }, RangeError);
  refuse({ badPixels: [[30, 0]] }, { message: "row of a bad pixel must be from 0 to 23, got 30" });
  refuse({ colour: "red" }, TypeError);
  const { pixels } = frames();
  assert.throws(() => plethys.analyzeThermal(pixels, FOOT), /time is missing/);
  assert.throws(() => plethys.analyzeThermal(pixels.subarray(1), { ...FOOT, sampleRate: 2 }), /whole frames of 768 pixels/);
  assert.throws(() => plethys.analyzeThermal(pixels, { ...FOOT, time: [0, 1] }), /one entry per frame: expected 40, got 2/);
  assert.equal(plethys.analyzeThermal(new Float64Array(0), { ...FOOT, sampleRate: 2 }).absent.foot, "TooShort");
});
