// The monitor and the batch call on good input.

import assert from "node:assert/strict";
import { test } from "node:test";

import { joined, peaks, plethys, pushed, stream, tableBytes } from "./support.mjs";

await plethys.init();
const { Monitor, analyze } = plethys;

const RATE = 125;
const samples = stream(RATE, 60);
const whole = analyze(samples, { sampleRate: RATE });
const bytes = tableBytes("beats", whole.beats);

test("every beat is found, at its peak, and measured", () => {
  const truth = peaks(60).filter((time) => time > 4 && time < 58);
  const found = Array.from(whole.beats.peak).filter((_, i) => whole.beats.accepted[i] === 1);
  for (const time of truth) {
    const nearest = Math.min(...found.map((peak) => Math.abs(peak - time)));
    assert.ok(nearest < 0.01, `no beat within 10 ms of ${time} s, the nearest is ${nearest} s away`);
  }
  const within = found.filter((time) => time > 3.6 && time < 58.3);
  assert.equal(within.length, truth.length);
  assert.ok(Math.abs(whole.pulseRate - 72) < 0.5, `${whole.pulseRate} /min`);
  // The median pulse is 2120 counts high on a mean level of about 100700.
  assert.ok(Math.abs(whole.amplitude - 2120) < 0.02 * 2120, `${whole.amplitude} counts`);
  assert.ok(Math.abs(whole.perfusionIndex - 2.1) < 0.06, `${whole.perfusionIndex} %`);
  assert.equal(whole.polarity, "upright");
  assert.equal(whole.state, "Tracking");
  assert.deepEqual(whole.absent, {});
  assert.equal(whole.duration, 60);
  assert.ok(whole.latency > 0 && whole.latency <= 6);
});

test("any chunks give the bytes of one call", () => {
  let state = 7;
  const random = (max) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state % max;
  };
  const cuts = [samples.length > 9 ? Array.from({ length: samples.length - 1 }, (_, i) => i + 1) : []];
  for (let trial = 0; trial < 8; trial += 1) {
    cuts.push(Array.from({ length: 1 + random(60) }, () => random(samples.length + 1)).sort((a, b) => a - b));
  }
  for (const cut of cuts) {
    const parts = pushed({ sampleRate: RATE }, samples, cut);
    assert.deepEqual(tableBytes("beats", parts.beats), bytes);
    assert.deepEqual(tableBytes("rates", parts.rates), tableBytes("rates", whole.rates));
    assert.deepEqual(parts.pulses, whole.pulses);
  }
  const other = Float64Array.from(samples);
  other[4000] += 1;
  assert.notDeepEqual(tableBytes("beats", analyze(other, { sampleRate: RATE }).beats), bytes, "the bytes do not depend on the samples");
});

test("a block that is longer than the input block gives the same bytes", () => {
  const long = stream(RATE, 120);
  assert.ok(long.length > new Monitor({ sampleRate: RATE }).input.length);
  assert.deepEqual(
    tableBytes("beats", pushed({ sampleRate: RATE }, long, []).beats),
    tableBytes("beats", analyze(long, { sampleRate: RATE }).beats),
  );
});

test("every type of samples gives the same bytes", () => {
  const small = samples.map((sample) => Math.round((sample - 99_900) / 20)); // 0 to 127: fits every type
  const expected = tableBytes("beats", analyze(small, { sampleRate: RATE }).beats);
  const forms = [Float32Array, Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
  const inputs = [...forms.map((Form) => Form.from(small)), Array.from(small), Buffer.from(small)];
  const shared = new Float64Array(new SharedArrayBuffer(8 * small.length));
  shared.set(small);
  inputs.push(shared);
  for (const input of inputs) {
    assert.deepEqual(tableBytes("beats", analyze(input, { sampleRate: RATE }).beats), expected, input.constructor.name);
    const monitor = new Monitor({ sampleRate: RATE });
    const beats = joined("beats", [monitor.push(input), monitor.finish()]);
    assert.deepEqual(tableBytes("beats", beats), expected, input.constructor.name);
    monitor.free();
  }
});

test("samples written into the input block give the same bytes, also after the memory has grown", () => {
  const monitor = new Monitor({ sampleRate: RATE });
  const beats = [];
  const hold = [];
  const before = monitor.input;
  for (let from = 0; from < samples.length; from += 500) {
    const part = samples.subarray(from, from + 500);
    monitor.input.set(part);
    beats.push(monitor.pushInput(part.length));
    hold.push(new Monitor({ sampleRate: 4000, motion: true })); // takes memory, so that it has to grow
  }
  while (before.length > 0) {
    hold.push(new Monitor({ sampleRate: 4000, motion: true }));
  }
  assert.equal(before.length, 0, "the memory has grown, so that the old view is empty");
  assert.equal(monitor.input.length, 4096);
  beats.push(monitor.finish());
  assert.deepEqual(tableBytes("beats", joined("beats", beats)), bytes);
  hold.forEach((other) => other.free());
  monitor.free();
});

test("views of the module's memory can be analysed, also where that makes the memory grow", () => {
  const part = samples.subarray(0, 4000);
  const expected = tableBytes("beats", analyze(part, { sampleRate: RATE, companion: part }).beats);
  const monitor = new Monitor({ sampleRate: RATE });
  const kept = [];
  let grown = 0;
  while (grown < 5) {
    monitor.input.set(part);
    const view = monitor.input.subarray(0, 4000);
    kept.push(analyze(view, { sampleRate: RATE, companion: view }));
    assert.deepEqual(tableBytes("beats", kept.at(-1).beats), expected);
    grown += view.length === 0;
    kept.push(new Monitor({ sampleRate: RATE })); // takes the place that the analysis has left
  }
  kept.forEach((one) => one.free());
  monitor.free();
});

test("a long stream takes no more memory than a short one", () => {
  const monitor = new Monitor({ sampleRate: RATE });
  monitor.push(samples);
  const { buffer } = monitor.input;
  for (let minute = 0; minute < 30; minute += 1) {
    for (let from = 0; from < samples.length; from += 250) {
      monitor.push(samples.subarray(from, from + 250));
    }
  }
  assert.equal(monitor.input.buffer, buffer, "the memory has grown");
  monitor.free();
});

test("time stamps on the grid change nothing, and late samples are laid on it", () => {
  const time = Float64Array.from(samples, (_, i) => i / RATE);
  const timed = analyze(samples, { sampleRate: RATE, time });
  assert.equal(timed.beats.length, whole.beats.length);
  const worst = Math.max(...timed.beats.peak.map((peak, i) => Math.abs(peak - whole.beats.peak[i])));
  assert.ok(worst < 0.001, `peaks differ by ${worst} s`);
  assert.equal(analyze(samples, { time }).sampleRate.toFixed(6), RATE.toFixed(6));

  const expected = tableBytes("beats", timed.beats);
  const parts = pushed({ sampleRate: RATE }, samples, [1, 2, 3, 1000, 5000], { time });
  assert.deepEqual(tableBytes("beats", parts.beats), expected);
  const monitor = new Monitor({ sampleRate: RATE });
  const beats = [monitor.pushTimed(time.subarray(0, 3000), samples.subarray(0, 3000))];
  monitor.input.set(samples.subarray(3000, 7000));
  monitor.inputTime.set(time.subarray(3000, 7000));
  beats.push(monitor.pushInput(4000, true), monitor.push(samples.subarray(7000), { time: time.subarray(7000) }), monitor.finish());
  assert.deepEqual(tableBytes("beats", joined("beats", beats)), expected);
  monitor.free();
});

test("motion and a companion go in with the samples, by call or through the block", () => {
  const motion = Float64Array.from({ length: 3 * samples.length }, (_, i) => (i % 3 === 2 ? 1 : 0) + 0.01 * Math.sin(i / 40));
  const companion = samples.map((sample) => 0.5 * sample);
  const options = { sampleRate: RATE, motion: true, companion: true };
  const expected = tableBytes("beats", analyze(samples, { sampleRate: RATE, motion, companion }).beats);
  const parts = pushed(options, samples, [10, 4000, 4001], { motion, companion });
  assert.deepEqual(tableBytes("beats", parts.beats), expected);
  const monitor = new Monitor(options);
  const beats = [];
  for (let from = 0; from < samples.length; from += 2500) {
    monitor.input.set(samples.subarray(from, from + 2500));
    monitor.inputMotion.set(motion.subarray(3 * from, 3 * (from + 2500)));
    monitor.inputCompanion.set(companion.subarray(from, from + 2500));
    beats.push(monitor.pushInput(2500));
  }
  beats.push(monitor.finish());
  assert.deepEqual(tableBytes("beats", joined("beats", beats)), expected);
  monitor.free();
});

test("pulses are prompt and beats are settled", () => {
  const monitor = new Monitor({ sampleRate: RATE });
  const announced = [];
  for (let i = 0; i < samples.length; i += 1) {
    monitor.push(samples.subarray(i, i + 1));
    for (const peak of monitor.pulses) {
      announced.push(peak);
      assert.ok(i / RATE - peak <= 0.3, `the pulse at ${peak} s came at ${i / RATE} s`);
    }
    for (const peak of monitor.beats.peak) {
      assert.ok(i / RATE > peak);
    }
  }
  assert.ok(announced.length > 60, `${announced.length} pulses`);
  monitor.free();
});

test("a snapshot says what is there, and why the rest is not", () => {
  const monitor = new Monitor({ sampleRate: RATE, signal: "pvr", calibration: { scale: 0.001, unit: "mm[Hg]" } });
  const early = monitor.snapshot();
  assert.equal(early.state, "TooShort");
  assert.equal(early.pulseRate, undefined);
  assert.ok("pulseRate" in early);
  assert.equal(early.absent.pulseRate, "TooShort");
  monitor.push(samples);
  const now = monitor.snapshot();
  assert.equal(now.state, "Tracking");
  assert.ok(Math.abs(now.amplitude - 2.12) < 0.1, `${now.amplitude} mmHg`);
  assert.equal(now.perfusionIndex, undefined);
  assert.deepEqual(now.absent, { perfusionIndex: "NotApplicable" });
  assert.equal(now.counts.samples, samples.length);
  assert.equal(monitor.units.amplitude, "mm[Hg]");
  assert.equal(monitor.units.maxSlope, "mm[Hg]/s");
  monitor.free();
});

test("reset is the just-built state, and what a call brought stays until the next", () => {
  const monitor = new Monitor({ sampleRate: RATE });
  monitor.push(samples.subarray(0, 3000));
  monitor.finish();
  assert.equal(monitor.isFinished, true);
  monitor.reset();
  assert.equal(monitor.isFinished, false);
  assert.equal(monitor.pulses.length, 0);
  assert.equal(monitor.snapshot().counts.samples, 0);
  const beats = monitor.push(samples);
  const kept = tableBytes("beats", beats);
  assert.deepEqual(tableBytes("beats", monitor.beats), kept);
  const tail = monitor.finish();
  assert.deepEqual(tableBytes("beats", beats), kept, "a table that was handed out is the caller's");
  assert.deepEqual(tableBytes("beats", joined("beats", [beats, tail])), bytes);
  assert.equal(monitor.finish().length, 0);
  monitor.free();
});

test("a trend has a row per complete window, and says where it cannot answer", () => {
  const analysis = analyze(samples, { sampleRate: RATE });
  const trend = analysis.trend(20, 10);
  assert.deepEqual([...trend.time], [10, 20, 30, 40, 50]);
  for (let row = 0; row < trend.length; row += 1) {
    assert.ok(Math.abs(trend.pulseRate[row] - 72) < 0.5, `${trend.pulseRate[row]} /min`);
    assert.ok(Math.abs(trend.amplitude[row] - 2120) < 60, `${trend.amplitude[row]} counts`);
  }
  assert.equal(trend.beats[2], 24);
  assert.deepEqual([...analysis.trend().time], [30]);
  const silent = analyze(new Float64Array(60 * RATE), { sampleRate: RATE });
  assert.ok(Number.isNaN(silent.trend().pulseRate[0]));
  assert.equal(silent.trend().beats[0], 0);
  for (const [window, step] of [[0, 10], [10, 0], [NaN, 10], [10, -1], [1e9, 10]]) {
    assert.throws(() => analysis.trend(window, step), { name: "RangeError", message: /^(window|step) must be from 0.1 to / });
  }
  assert.throws(() => analysis.trend("60"), { name: "TypeError", message: "window must be a number, got a string" });
  analysis.free();
  analysis.free();
  assert.throws(() => analysis.trend(), { name: "Error", message: "the analysis was freed" });
  assert.equal(analysis.beats.length, whole.beats.length, "the fields stay");
  silent[Symbol.dispose]();
});

test("every option reaches the kernel", () => {
  const inverted = analyze(samples.map((sample) => -sample), { sampleRate: RATE, polarity: "auto" });
  assert.equal(inverted.polarity, "inverted");
  assert.equal(analyze(samples, { sampleRate: RATE, polarity: "upright" }).polarity, "upright");
  assert.equal(analyze(samples, { sampleRate: RATE, dcCoupled: false }).perfusionIndex, undefined);
  assert.equal(analyze(samples, { sampleRate: RATE, dcCoupled: false }).absent.perfusionIndex, "NoDc");
  const scaled = analyze(samples, { sampleRate: RATE, calibration: { scale: 2, offset: 1000, unit: "mV", date: "2026-06-11" } });
  assert.ok(Math.abs(scaled.amplitude / whole.amplitude - 2) < 1e-9);
  assert.ok(Math.abs(scaled.beats.foot[20] - (2 * whole.beats.foot[20] + 1000)) < 1e-6);
  const railed = analyze(samples, { sampleRate: RATE, sensorRange: [0, 101_900] });
  assert.ok(railed.counts.outOfRange + railed.counts.clipped > 0);
  assert.equal(whole.counts.outOfRange + whole.counts.clipped, 0);
  for (const signal of ["ppg", "pvr", "pressure"]) {
    assert.equal(analyze(samples, { sampleRate: RATE, signal }).signal, signal);
  }
});

test("free gives the memory back, and says so when the monitor is used again", () => {
  const grown = () => {
    const monitor = new Monitor({ sampleRate: RATE });
    const size = monitor.input.buffer.byteLength;
    monitor.free();
    return size;
  };
  const before = grown();
  for (let i = 0; i < 300; i += 1) {
    const monitor = new Monitor({ sampleRate: 4000, motion: true });
    monitor.push(samples.subarray(0, 200));
    monitor.free();
    monitor.free();
  }
  assert.ok(grown() - before < 4 << 20, `${grown() - before} bytes more`);
  const gone = new Monitor({ sampleRate: RATE });
  gone[Symbol.dispose]();
  for (const use of [() => gone.push(samples), () => gone.input, () => gone.snapshot(), () => gone.reset(), () => gone.pulses, () => gone.latency]) {
    assert.throws(use, { name: "Error", message: "the monitor was freed" });
  }
});

test("frameworks that wrap state into proxies leave monitors and analyses alone, and a class of one's own may have fields", () => {
  const analysis = plethys.analyze(stream(125, 10), { sampleRate: 125 });
  const monitors = [new plethys.Monitor({ sampleRate: 125 }), new plethys.CuffMonitor({ sampleRate: 20 })];
  monitors.push(new plethys.ThermalMonitor({ rows: 8, columns: 8, regions: { all: { whole: true } } }));
  for (const object of [...monitors, analysis]) {
    assert.equal(Object.isExtensible(object), false); // what Vue's reactive() asks before it makes a proxy
    object.free();
  }
  assert.throws(() => {
    analysis.pulseRate = 60;
  }, TypeError);
  class Named extends plethys.Monitor {
    name = "left";
  }
  const named = new Named({ sampleRate: 125 });
  assert.equal(named.push(stream(125, 10)).length > 3, true);
  assert.equal(named.name, "left");
  named.free();
});
