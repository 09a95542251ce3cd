// Every row of the table of bad input that applies here, and what must not be possible besides. After each test the module has
// to give the same bytes as before: a panic would have left it unusable.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { plethys, stream, tableBytes } from "./support.mjs";

await plethys.init();
const { Monitor, analyze } = plethys;

const RATE = 125;
const samples = stream(RATE, 60);
const healthy = tableBytes("beats", analyze(samples, { sampleRate: RATE }).beats);
const monitorOf = (options = {}) => new Monitor({ sampleRate: RATE, ...options });
const accepted = ({ beats }) => beats.accepted.reduce((sum, flag) => sum + flag, 0);

afterEach(() => {
  assert.deepEqual(tableBytes("beats", analyze(samples, { sampleRate: RATE }).beats), healthy, "the module is not what it was");
});

test("a sample rate out of range: an error at construction, naming the value and the range", () => {
  for (const [sampleRate, text] of [[0, "0"], [-125, "-125"], [NaN, "NaN"], [19.9, "19.9"], [4001, "4001"], [Infinity, "inf"]]) {
    const fault = { name: "RangeError", message: `sampleRate must be from 20 to 4000, got ${text}` };
    assert.throws(() => new Monitor({ sampleRate }), fault);
    assert.throws(() => analyze(samples, { sampleRate }), fault);
  }
  for (const sampleRate of [20, 4000]) {
    new Monitor({ sampleRate }).free();
  }
});

test("an empty recording, and one shorter than 3 s: no beats, TooShort, no error", () => {
  for (const part of [new Float64Array(0), [], new Uint8Array(0), samples.subarray(0, 1), samples.subarray(0, 2.9 * RATE)]) {
    const result = analyze(part, { sampleRate: RATE });
    assert.equal(result.beats.length, 0);
    assert.equal(result.state, "TooShort");
    assert.equal(result.pulseRate, undefined);
    assert.equal(result.absent.pulseRate, "TooShort");
    const monitor = monitorOf();
    monitor.push(part);
    assert.equal(monitor.finish().length, 0);
    monitor.free();
  }
});

test("NaN is missing, infinite is out of range, and both are counted", () => {
  const holes = Float64Array.from(samples);
  holes.fill(NaN, 2000, 2010);
  holes[3000] = Infinity;
  holes[3001] = -Infinity;
  const { counts, beats, pulseRate } = analyze(holes, { sampleRate: RATE });
  assert.equal(counts.missing, 10);
  assert.equal(counts.outOfRange, 2);
  assert.ok(beats.length > 60);
  assert.ok(Number.isFinite(pulseRate));
  const part = Float32Array.from(holes);
  assert.equal(analyze(part, { sampleRate: RATE }).counts.missing, 10);
});

test("constant, zeros, all NaN, at a rail throughout: no accepted beat, and the state says which", () => {
  const many = RATE * 30;
  const cases = [
    [new Float64Array(many).fill(1234), {}, "Flat"],
    [new Uint16Array(many), {}, "Flat"],
    [new Float64Array(many).fill(NaN), {}, "Missing"],
    [new Float64Array(many).fill(Infinity), {}, "Missing"],
    [new Uint16Array(many).fill(1023), { sensorRange: [0, 1023] }, "Rail"],
  ];
  for (const [flat, options, state] of cases) {
    const result = analyze(flat, { sampleRate: RATE, ...options });
    assert.equal(accepted(result), 0);
    assert.equal(result.state, state);
    for (const name of ["pulseRate", "perfusionIndex", "amplitude"]) {
      assert.equal(result[name], undefined);
      assert.ok(result.absent[name], name);
    }
    const monitor = monitorOf(options);
    monitor.push(flat);
    assert.equal(monitor.snapshot().state, state);
    monitor.free();
  }
});

test("partly clipped: beats stand, what needs the clipped part is absent", () => {
  const rail = 101_700; // every peak is above it
  const clipped = samples.map((sample) => Math.min(sample, rail));
  const { beats, absent, amplitude, counts } = analyze(clipped, { sampleRate: RATE, sensorRange: [0, rail] });
  assert.ok(beats.length > 60);
  assert.ok(counts.clipped > 100);
  assert.equal(amplitude, undefined);
  assert.equal(absent.amplitude, "Clipped");
  assert.equal(absent.perfusionIndex, "Clipped");
  const middle = Math.floor(beats.length / 2);
  assert.equal(beats.accepted[middle], 1);
  assert.equal(beats.clipped[middle], 1);
  assert.ok(Number.isNaN(beats.amplitude[middle]));
  assert.equal(beats.reason[middle], "Clipped");
});

test("anything but one stream of numbers: a TypeError naming what came and what is taken", () => {
  const taken = "must be a Float64Array, a Float32Array, an integer typed array up to 32 bits or an array of numbers, got";
  const bad = [
    [[[1, 2], [3, 4]], "samples must be one stream of numbers, got an array at index 0"],
    [[new Float64Array(3), new Float64Array(3)], "samples must be one stream of numbers, got a Float64Array at index 0"],
    [[1, 2, "3"], "samples must be one stream of numbers, got a string at index 2"],
    [[1, null], "samples must be one stream of numbers, got null at index 1"],
    [new Array(3), "samples must be one stream of numbers, got undefined at index 0"],
    [[1n], "samples must be one stream of numbers, got a bigint at index 0"],
    [[{ re: 1, im: 2 }], "samples must be one stream of numbers, got a plain object at index 0"],
    ["1, 2, 3", `samples ${taken} a string`],
    [7, `samples ${taken} a number`],
    [{ length: 2, 0: 1, 1: 2 }, `samples ${taken} a plain object`],
    [new BigInt64Array(3), `samples ${taken} a BigInt64Array`],
    [new BigUint64Array(3), `samples ${taken} a BigUint64Array`],
    [new ArrayBuffer(16), `samples ${taken} an ArrayBuffer`],
    [new DataView(new ArrayBuffer(16)), `samples ${taken} a DataView`],
    [new Set([1]), `samples ${taken} a Set`],
    [() => 1, `samples ${taken} a function`],
    [Symbol("x"), `samples ${taken} a symbol`],
    [null, `samples ${taken} null`],
    [undefined, `samples ${taken} undefined`],
  ];
  const monitor = monitorOf();
  for (const [value, message] of bad) {
    assert.throws(() => analyze(value, { sampleRate: RATE }), { name: "TypeError", message });
    assert.throws(() => monitor.push(value), { name: "TypeError", message });
    const time = message.replace("samples", "time");
    if (value !== null && value !== undefined) {
      assert.throws(() => monitor.push(samples, { time: value }), { name: "TypeError", message: time });
    }
    assert.throws(() => monitor.pushTimed(value, samples), { name: "TypeError", message: time });
  }
  assert.equal(monitor.snapshot().counts.samples, 0, "a refused block left nothing behind");
  monitor.free();
});

test("options of a wrong type, name or value: an error that says so, and nothing is built", () => {
  const names = "sampleRate, signal, polarity, calibration, sensorRange, dcCoupled, cuff, motion, companion";
  const bad = [
    [undefined, "TypeError", "options must be an object, got undefined"],
    [125, "TypeError", "options must be an object, got a number"],
    [[125], "TypeError", "options must be an object, got an array"],
    [{}, "TypeError", "sampleRate must be a number, got undefined"],
    [{ sampleRate: "125" }, "TypeError", "sampleRate must be a number, got a string"],
    [{ sampleRate: 125n }, "TypeError", "sampleRate must be a number, got a bigint"],
    [{ samplerate: 125 }, "TypeError", `options take no samplerate: the names are ${names}`],
    [{ sampleRate: 125, signal: "ecg" }, "RangeError", 'signal must be one of "ppg", "pvr", "pressure", got "ecg"'],
    [{ sampleRate: 125, signal: 1 }, "TypeError", "signal must be a string, got a number"],
    [{ sampleRate: 125, polarity: "up" }, "RangeError", 'polarity must be one of "auto", "upright", "inverted", got "up"'],
    [{ sampleRate: 125, calibration: 2 }, "TypeError", "calibration must be an object, got a number"],
    [{ sampleRate: 125, calibration: {} }, "TypeError", "calibration.scale must be a number, got undefined"],
    [{ sampleRate: 125, calibration: { scale: 0 } }, "RangeError", "calibration.scale must be finite and not zero, got 0"],
    [{ sampleRate: 125, calibration: { scale: NaN } }, "RangeError", "calibration.scale must be finite and not zero, got NaN"],
    [{ sampleRate: 125, calibration: { scale: 1, gain: 2 } }, "TypeError", "calibration take no gain: the names are scale, offset, unit, date"],
    [{ sampleRate: 125, calibration: { scale: 1, unit: "x".repeat(25) } }, "RangeError", "calibration.unit takes at most 24 bytes of text, got 25"],
    [{ sampleRate: 125, calibration: { scale: 1, date: "é".repeat(13) } }, "RangeError", "calibration.date takes at most 24 bytes of text, got 26"],
    [{ sampleRate: 125, calibration: { scale: 1, date: new Date(0) } }, "TypeError", "calibration.date must be a string, got a Date"],
    [{ sampleRate: 125, sensorRange: [5, 5] }, "RangeError", "sensorRange must increase, got 5 before 5"],
    [{ sampleRate: 125, sensorRange: [0, NaN] }, "RangeError", "sensorRange must increase, got 0 before NaN"],
    [{ sampleRate: 125, sensorRange: [0, 1, 2] }, "RangeError", "sensorRange must be [low, high], got 3 numbers"],
    [{ sampleRate: 125, sensorRange: 5 }, "TypeError", /^sensorRange must be a Float64Array.*, got a number$/],
    [{ sampleRate: 125, dcCoupled: "yes" }, "TypeError", "dcCoupled must be a boolean, got a string"],
    [{ sampleRate: 125, motion: 1 }, "TypeError", "motion must be a boolean, got a number"],
  ];
  for (const [options, name, message] of bad) {
    assert.throws(() => new Monitor(options), { name, message });
  }
  assert.throws(() => analyze(samples, {}), { name: "TypeError", message: "sampleRate must be a number, got undefined" });
  assert.throws(() => analyze(samples, { sampleRate: RATE, motion: true }), { name: "TypeError", message: /^motion must be .* got a boolean$/ });
  monitorOf({ signal: undefined, polarity: null, calibration: undefined, sensorRange: null, dcCoupled: undefined }).free();
});

test("lengths that differ: a RangeError with both", () => {
  const monitor = monitorOf({ motion: true, companion: true });
  const bad = [
    [{ time: samples.subarray(1) }, "time must have one entry per sample: expected 7500, got 7499"],
    [{ motion: samples }, "motion must have 3 numbers in turn per sample: expected 22500, got 7500"],
    [{ companion: [] }, "companion must have one entry per sample: expected 7500, got 0"],
  ];
  for (const [references, message] of bad) {
    assert.throws(() => monitor.push(samples, references), { name: "RangeError", message });
    assert.throws(() => analyze(samples, { sampleRate: RATE, ...references }), { name: "RangeError", message });
  }
  assert.throws(() => monitor.push(samples, { tme: samples }), { name: "TypeError", message: /^references take no tme/ });
  monitor.free();
});

test("what the monitor was not built for, or not given so far: an Error that says so", () => {
  const monitor = monitorOf();
  const motion = new Float64Array(3 * 100);
  const some = samples.subarray(0, 100);
  assert.throws(() => monitor.push(some, { motion }), { name: "Error", message: "the monitor takes samples without motion, got motion" });
  assert.throws(() => monitor.push(some, { companion: some }), { name: "Error", message: /without a companion/ });
  monitor.push(some);
  assert.throws(() => monitor.push(some, { time: some.map((_, i) => i / RATE) }), { name: "Error", message: /without time stamps/ });
  monitor.finish();
  assert.throws(() => monitor.push(some), { name: "Error", message: /^the monitor is finished/ });
  assert.throws(() => monitor.pushInput(1), { name: "Error", message: /^the monitor is finished/ });
  monitor.reset();
  monitor.push(some);
  monitor.free();
});

test("counts that are none: a RangeError or a TypeError, and no memory outside the block is read", () => {
  const monitor = monitorOf();
  for (const n of [-1, 1.5, NaN, Infinity, 4097, 2 ** 32, 2 ** 53]) {
    assert.throws(() => monitor.pushInput(n), { name: "RangeError", message: /^n must be from 0 to 4096, got / });
  }
  for (const n of ["3", undefined, null, 3n, [3]]) {
    assert.throws(() => monitor.pushInput(n), { name: "TypeError", message: /^n must be a number, got / });
  }
  assert.throws(() => monitor.pushInput(3, "yes"), { name: "TypeError" });
  assert.equal(monitor.pushInput(0).length, 0);
  assert.equal(monitor.snapshot().counts.samples, 0);
  monitor.free();
});

test("tables cannot be spoilt by their user", () => {
  const monitor = monitorOf();
  const none = monitor.push([]);
  assert.throws(() => {
    "use strict";
    none.length = 5;
  }, TypeError);
  const beats = monitor.push(samples);
  beats.peak.fill(0);
  assert.notEqual(monitor.beats.peak[0], 0);
  assert.equal(monitor.push([]).length, 0);
  monitor.free();
});

test("time stamps: not finite is an error, equal, backward and far ones are counted, and there is no flood", () => {
  const time = Float64Array.from(samples, (_, i) => i / RATE);
  for (const value of [NaN, Infinity, -Infinity]) {
    const broken = Float64Array.from(time);
    broken[5000] = value;
    const monitor = monitorOf();
    assert.throws(() => monitor.push(samples, { time: broken }), { name: "RangeError", message: /^time must be a finite number of seconds, got .* at stamp 5000$/ });
    assert.ok(monitor.beats.length > 20, "what settled before the fault is not lost");
    monitor.push(samples.subarray(5001), { time: time.subarray(5001) });
    assert.ok(monitor.snapshot().pulseRate > 60);
    monitor.free();
  }
  const odd = Float64Array.from(time);
  odd[3000] = odd[2999];
  odd[4000] = odd[3990];
  odd.fill(0, 6000, 6001);
  const { counts } = analyze(samples, { sampleRate: RATE, time: odd });
  assert.ok(counts.equalStamps >= 1 && counts.backwardStamps >= 1, JSON.stringify(counts));
  const far = time.map((stamp, i) => (i < 4000 ? stamp : stamp + 1e9));
  const jumped = analyze(samples, { sampleRate: RATE, time: far });
  assert.equal(jumped.counts.clockJumps, 1);
  assert.ok(jumped.beats.length < 80 && jumped.rates.length < 70, `${jumped.beats.length} beats, ${jumped.rates.length} rows`);
  assert.throws(() => jumped.trend(10, 5), { name: "RangeError", message: /^step must be from 238\.4/ });
  assert.equal(jumped.trend(1000, 1e6).length, 1000);
  assert.equal(analyze(samples, { sampleRate: RATE, time: new Float64Array(7500) }).beats.length, 0);
  for (const stamps of [time.map(() => 1e308), time.map((_, i) => i * 1e300)]) {
    assert.throws(() => analyze(samples, { sampleRate: RATE, time: stamps }), { name: "RangeError", message: /^time must be / });
  }
  for (const stamps of [[], [1], [0, 1e9], [0, 1e-9]]) {
    assert.throws(() => analyze(stamps, { time: stamps }), { name: "RangeError", message: /^sampleRate must be from 20 to 4000, got / });
  }
  for (const stamps of [[1, 1], [2, 1]]) {
    assert.throws(() => analyze(stamps, { time: stamps }), { name: "RangeError", message: `time must increase, got ${stamps[0]} before 1` });
  }
});

test("spikes, steps, huge numbers: no panic, no NaN in an answer, recovery within 5 s", () => {
  const spoilt = [
    (x) => x.fill(1e308, 3000, 3003),
    (x) => x.fill(-1e308, 3000, 3400),
    (x) => x.set([1e308, -1e308, 1e308, -1e308, 5e-324, -0], 3000),
    (x) => x.forEach((value, i) => i >= 3000 && (x[i] = value + 1e6)),
    (x) => x.fill(1e30, 3000, 3200),
  ];
  const again = (x) => x.forEach((value, i) => i % 700 === 0 && (x[i] = value * 50));
  const truth = analyze(samples, { sampleRate: RATE }).beats.peak;
  for (const spoil of spoilt) {
    const bad = Float64Array.from(samples);
    spoil(bad);
    const result = analyze(bad, { sampleRate: RATE });
    const at = 3400 / RATE + 5;
    const found = result.beats.peak.filter((peak, i) => peak > at && result.beats.accepted[i] === 1);
    const expected = truth.filter((peak) => peak > at);
    assert.ok(found.length >= expected.length - 1, `${found.length} of ${expected.length} beats after 5 s`);
  }
  for (const spoil of [...spoilt, again]) {
    const bad = Float64Array.from(samples);
    spoil(bad);
    const monitor = monitorOf();
    for (let from = 0; from < bad.length; from += 100) {
      monitor.push(bad.subarray(from, from + 100));
      const now = monitor.snapshot();
      for (const name of ["time", "pulseRate", "pulseRateUncertainty", "perfusionIndex", "amplitude", "quality"]) {
        assert.ok(now[name] === undefined || Number.isFinite(now[name]), `${name} is ${now[name]}`);
      }
    }
    monitor.free();
  }
});

test("noise of any kind, in any pieces, never ends the module", () => {
  let state = 99;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const odd = [NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324, 2 ** 53, -1];
  for (let trial = 0; trial < 40; trial += 1) {
    const sampleRate = [20, 25, 64, 125, 333.3, 1000, 4000][trial % 7];
    const noise = Float64Array.from({ length: 3000 }, () => (random() < 0.2 ? odd[Math.floor(random() * odd.length)] : random() * 10 ** (20 * random())));
    const monitor = new Monitor({ sampleRate, motion: true, companion: true });
    let from = 0;
    while (from < noise.length) {
      const to = Math.min(noise.length, from + Math.floor(random() * 400));
      const part = noise.subarray(from, to);
      const motion = new Float64Array(3 * part.length).map(() => odd[Math.floor(random() * odd.length)]);
      monitor.push(part, random() < 0.5 ? { motion, companion: part } : {});
      monitor.snapshot();
      from = to;
    }
    monitor.finish();
    monitor.free();
  }
});

test("a recording that does not fit into memory: a RangeError, not a trap", () => {
  const huge = { length: 2 ** 27 + 1 };
  Object.setPrototypeOf(huge, Float64Array.prototype); // no view, whatever its prototype says
  assert.throws(() => analyze(huge, { sampleRate: RATE }), TypeError);
  // A view as long as this costs no memory until it is read; the kernel refuses it by its length.
  const long = new Uint8Array(2 ** 27 + 1);
  assert.throws(() => analyze(long, { sampleRate: RATE }), { name: "RangeError", message: `samples must be from 0 to ${2 ** 27}, got ${2 ** 27 + 1}` });
});
