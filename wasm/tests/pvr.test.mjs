// Pulse volume recording: the answers that Rust stored, to the last bit, from both entries of the package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { entries, goldenVector, plethys, root, stream } from "./support.mjs";

const stored = JSON.parse(readFileSync(join(root, "core", "tests", "golden", "pvr-laboratory", "answers.json"), "utf8"));
const camel = (name) => name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** A value of ours as the file has it: absent is null, columns are arrays, flags are true or false. */
function written(value, stored) {
  if (ArrayBuffer.isView(value)) {
    return Array.from(value, (entry, k) => (Number.isNaN(entry) ? null : typeof stored[k] === "boolean" ? entry === 1 : entry));
  }
  return value ?? null;
}

function compare(got, expected, what) {
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(camel(name) in got, `${what}.${camel(name)} is not there`);
    assert.deepEqual(written(got[camel(name)], value), value, `${what}.${camel(name)}`);
  }
}

for (const [entry, { analyze, CuffMonitor, cuffReadings, deflection, millilitres, pvrCategory, twoPoint, init }] of Object.entries(entries)) {
  await init();

  test(`${entry}: the averaged beat is Rust's, to the last bit`, () => {
    const { samples, options } = goldenVector("pvr.json");
    const analysis = analyze(samples, options);
    const beat = analysis.ensemble(...stored.window);
    compare(beat, stored.ensemble, "ensemble");
    assert.deepEqual(Object.keys(beat).sort(), Object.keys(stored.ensemble).map(camel).sort());
    assert.equal(analysis.ensemble().beats, beat.beats + 3, "the whole recording by default");
    assert.equal(analysis.ensemble(3, 4), undefined, "too few beats");
    assert.equal(analysis.ensemble(NaN, 20), undefined);
    samples[1000] += 1;
    assert.throws(() => compare(analysis.ensemble(...stored.window), stored.ensemble, "ensemble"), /ensemble/, "the comparison can fail");
    analysis.free();
  });

  test(`${entry}: the readings of a cuff are Rust's, in one call and while they arrive`, () => {
    const { thousandths, sample_rate: sampleRate, target, tolerance, readings } = stored.cuff;
    const pressure = Float64Array.from(thousandths, (value) => (value === null ? NaN : value / 1000));
    const whole = cuffReadings(pressure, { sampleRate, target, tolerance });
    compare(whole, readings, "readings");
    assert.equal(whole.length, readings.time.length);
    const cuff = new CuffMonitor({ sampleRate, target, tolerance });
    for (const step of [1, 7, 100]) {
      const parts = [];
      for (let from = 0; from < pressure.length; from += step) {
        parts.push(cuff.push(pressure.subarray(from, from + step)));
      }
      const joined = {};
      for (const name of Object.keys(readings)) {
        joined[name] = whole[name].constructor.from(parts.flatMap((part) => [...part[name]]));
      }
      compare(joined, readings, `in steps of ${step}`);
      cuff.reset();
    }
    cuff.free();
    const usual = cuffReadings(pressure, { sampleRate });
    assert.notDeepEqual(usual.holds, whole.holds, "65 ± 5 mmHg by default");
    assert.deepEqual(usual.holds, cuffReadings(pressure, { sampleRate, target: 65, tolerance: 5 }).holds);
  });

  test(`${entry}: categories, calibration, chart and volume are Rust's`, () => {
    const given = (value) => value ?? undefined;
    for (const { height, noise, notch, site, cuff_on_target: on, category, reason } of stored.categories) {
      const found = pvrCategory({ height: given(height), noise, notch: given(notch), site: given(site), cuffOnTarget: given(on) });
      assert.deepEqual(found, { category: given(category), reason: given(reason) });
    }
    const { first, second, scale, offset } = stored.two_point;
    assert.deepEqual(twoPoint(first, second), { scale, offset, unit: "mm[Hg]" });
    assert.deepEqual(twoPoint(first, second, "kPa", "2026-11-22"), { scale, offset, unit: "kPa", date: "2026-11-22" });
    const { height, injection, volume } = stored.millilitres;
    assert.deepEqual(millilitres(height, { volume: injection[0], deflection: injection[1] }), { volume, reason: undefined });
    assert.deepEqual(millilitres(height), { volume: undefined, reason: "NotStated" });
    assert.equal(deflection(stored.deflection.height, stored.deflection.gain), stored.deflection.mm);
    assert.equal(deflection(stored.deflection.height), stored.deflection.classical);
  });
}

test("a two-point calibration is one that analyze takes", () => {
  const calibration = plethys.twoPoint([0, 0], [20_000, 100], "mm[Hg]", "2026-11-22");
  const analysis = plethys.analyze(stream(125, 30), { sampleRate: 125, signal: "pvr", calibration });
  assert.equal(analysis.units.amplitude, "mm[Hg]");
  assert.ok(analysis.amplitude > 9 && analysis.amplitude < 13, `${analysis.amplitude}`);
});

test("beats off the cuff's target are left out", () => {
  const { samples, options } = goldenVector("pvr.json");
  const leaking = samples.map((count, i) => count - (i * 12) / 0.0025 / samples.length + 64 / 0.0025);
  const left = (cuff) => {
    const { beats } = plethys.analyze(leaking, { ...options, cuff });
    return beats.reason.filter((reason, row) => reason === "CuffPressure" && beats.accepted[row] === 0).length;
  };
  assert.equal(left(undefined), 0);
  assert.ok(left(65) > 8 && left(65) < 25, `${left(65)}`);
  assert.equal(left(65), left([65, 5]));
  assert.equal(left([60, 20]), 0);
  assert.throws(() => left([65, 0]), { name: "RangeError", message: /^cuff\.tolerance must be from 0\.1 to 100, got 0$/ });
  assert.throws(() => left(-1), { name: "RangeError", message: /^cuff\.pressure must be/ });
  assert.throws(() => left([65]), { name: "RangeError", message: "cuff must be a pressure or [pressure, tolerance], got 1 numbers" });
  assert.throws(() => left("tight"), { name: "TypeError", message: /^cuff must be .* got a string$/ });
  const monitor = new plethys.Monitor({ ...options, cuff: 65 });
  monitor.push(leaking);
  assert.ok(monitor.beats.reason.includes("CuffPressure"));
  monitor.free();
});

test("there is no averaged beat with time stamps, after free, or where the samples are gone", () => {
  const samples = stream(100, 20);
  const time = Float64Array.from(samples, (_, i) => i / 100);
  assert.equal(plethys.analyze(samples, { sampleRate: 100, time }).ensemble(), undefined);
  const freed = plethys.analyze(samples, { sampleRate: 100 });
  assert.ok(freed.ensemble().beats > 10);
  freed.free();
  assert.throws(() => freed.ensemble(), /the analysis was freed/);
  const sent = samples.slice();
  const analysis = plethys.analyze(sent, { sampleRate: 100 });
  structuredClone(sent, { transfer: [sent.buffer] });
  assert.throws(() => analysis.ensemble(), { message: "the analysis needs its samples again: expected 2000, got 0 (was their buffer transferred?)" });
  assert.throws(() => plethys.analyze(samples, { sampleRate: 100 }).ensemble("0"), { name: "TypeError", message: "start must be a number, got a string" });
  // Samples that lie in the module's memory were copied.
  const monitor = new plethys.Monitor({ sampleRate: 100 });
  monitor.input.set(samples.subarray(0, 2000));
  const inside = plethys.analyze(monitor.input.subarray(0, 2000), { sampleRate: 100 });
  monitor.input.fill(0);
  assert.deepEqual(inside.ensemble(), plethys.analyze(samples, { sampleRate: 100 }).ensemble());
  monitor.free();
});

test("what a cuff and a category do not take is named", () => {
  const { CuffMonitor, cuffReadings, pvrCategory, twoPoint, millilitres, deflection } = plethys;
  assert.throws(() => cuffReadings([65], { sampleRate: 1 }), { name: "RangeError", message: "sampleRate must be from 20 to 4000, got 1" });
  assert.throws(() => cuffReadings([65], 20), { name: "TypeError", message: "options must be an object, got a number" });
  assert.throws(() => cuffReadings([[65]], { sampleRate: 20 }), { name: "TypeError", message: /^pressure must be one stream/ });
  assert.throws(() => new CuffMonitor({ sampleRate: 20, goal: 65 }), { name: "TypeError", message: /options take no goal/ });
  assert.throws(() => new CuffMonitor({ sampleRate: 20, target: 500 }), { name: "RangeError", message: /cuff\.pressure must be from 0 to 400/ });
  assert.throws(() => new CuffMonitor({ sampleRate: 20, target: NaN }), { name: "RangeError", message: /got NaN/ });
  const cuff = new CuffMonitor({ sampleRate: 20 });
  assert.equal(cuff.push([]).length, 0);
  assert.equal(Number.isNaN(cuff.push(new Float64Array(40).fill(Infinity)).pressure[0]), true);
  cuff.free();
  cuff.free();
  assert.throws(() => cuff.push([65]), /the cuff monitor was freed/);
  assert.throws(() => cuff.reset(), /the cuff monitor was freed/);
  assert.throws(() => pvrCategory(0.81), { name: "TypeError", message: "grading must be an object, got a number" });
  assert.throws(() => pvrCategory({ height: "0.81" }), { name: "TypeError", message: "grading.height must be a number, got a string" });
  assert.throws(() => pvrCategory({ notch: "deep" }), { name: "RangeError", message: 'notch must be "none", "inflection" or "clear", got "deep"' });
  assert.deepEqual(pvrCategory({}), { category: undefined, reason: "NotStated" });
  assert.throws(() => twoPoint([1, 0], [1, 100]), { name: "RangeError", message: /calibration\.scale/ });
  assert.throws(() => twoPoint([1, 0, 2], [1, 100]), { name: "RangeError", message: "first must be [raw, value], got 3 numbers" });
  assert.throws(() => millilitres(0.5, [1, 12]), { name: "TypeError", message: /^injection must be an object/ });
  assert.throws(() => deflection(1, 0), { name: "RangeError", message: /^gain must be from 0\.01 to 10000, got 0$/ });
});
