// Studies: the same engine as in Rust and Python, from a study file and analyses to a report.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { folder, oracle, plethys, stream } from "./support.mjs";

await plethys.init();

const file = `
[study]
title = "two legs"

[[recording]]
id = "session"

[[channel]]
id = "left"
signal = "ppg"
side = "left"
role = "contralateral"

[[channel]]
id = "right"
signal = "ppg"
side = "right"
role = "treated"

[[channel]]
id = "room"
signal = "values"
unit = "Cel"

[[phase]]
id = "before"
kind = "baseline"
start = { marker = "start" }
end = 120

[[phase]]
id = "after"
kind = "follow_up"
start = 120
end = 240
`;

/** Four minutes of pulses that grow by a fifth in the middle. */
function leg(grows) {
  const samples = stream(100, 240);
  const level = 100000;
  return samples.map((x, i) => (grows && i >= 12000 ? level + 1.2 * (x - level) : x));
}

const markers = [{ recording: "session", time: 0, label: "start" }];
const time = Float64Array.from({ length: 240 }, (_, i) => i);
const room = { channel: "room", recording: "session", measure: "temperature", time, value: time.map((t) => 22 + (t >= 120 ? 1 : 0) + 0.1 * Math.sin(t / 5)) };

test("a study is answered from analyses and values, whatever order they come in", () => {
  const left = plethys.analyze(leg(true), { sampleRate: 100, signal: "ppg" });
  const right = plethys.analyze(leg(false), { sampleRate: 100, signal: "ppg" });
  const series = [
    { channel: "left", recording: "session", analysis: left },
    { channel: "right", recording: "session", analysis: right },
    room,
  ];
  const report = plethys.runStudy(file, series, markers);
  const change = (channel, measure) => report.changes.find((row) => row.channel === channel && row.measure === measure);
  assert.ok(Math.abs(change("left", "amplitude").percent - 20) < 1, JSON.stringify(change("left", "amplitude")));
  assert.equal(change("left", "amplitude").verdict, "claimed");
  assert.ok(Math.abs(change("right", "amplitude").percent) < 1);
  assert.equal(change("right", "amplitude").verdict, "not_claimed");
  assert.ok(Math.abs(change("room", "temperature").change - 1) < 0.02);
  assert.equal(change("room", "temperature").detectable, null, "absent is null");
  assert.ok(report.findings.some((row) => row.code === "one_baseline"));
  assert.deepEqual(report.problems, []);
  assert.equal(report.columns.levels.find((column) => column.name === "covered").unit, "s");
  assert.deepEqual(plethys.runStudy(file, series.toReversed(), markers), report);
  assert.match(report.input_sha256, /^[0-9a-f]{64}$/);
});

test("a study file at fault names line and key, and what does not belong is refused", () => {
  assert.throws(() => plethys.runStudy(file.replace('"follow_up"', '"later"'), [], markers), /line 33, column 8: phase 2, kind: expected one of/);
  assert.throws(() => plethys.runStudy(file, [{ ...room, channel: "attic" }], markers), /the study has no channel "attic"/);
  assert.throws(() => plethys.runStudy(file, [{ ...room, value: time.slice(1) }], markers), /240 times for 239 values/);
  assert.throws(() => plethys.runStudy(file, [{ channel: "left", recording: "session", analysis: {} }]), TypeError);
  assert.throws(() => plethys.runStudy(3, []), TypeError);
  assert.throws(() => plethys.runStudy(file, "left"), TypeError);
  const analysis = plethys.analyze(leg(false), { sampleRate: 100, signal: "ppg" });
  analysis.free();
  assert.throws(() => plethys.runStudy(file, [{ channel: "left", recording: "session", analysis }]), /freed/);
  const without = plethys.runStudy(file, [], []);
  assert.ok(without.problems.some((row) => row.code === "unknown_marker"), "what is missing is a row, not an error");
});

test("the template is a study file", () => {
  const report = plethys.runStudy(plethys.studyTemplate(), []);
  assert.equal(report.format, "plethys study report 1");
  assert.ok(report.channels.length >= 3);
});

const text = readFileSync(join(folder, "tests", "ankle.toml"), "utf8");

test("a report is the bytes of the native kernel's, averaged beats and a cuff's own channel with it", () => {
  oracle("study", (place) => {
    const numbers = (name) => new Float64Array(Uint8Array.from(readFileSync(join(place, name))).buffer);
    const analysis = plethys.analyze(numbers("samples"), { sampleRate: 200, signal: "pvr", calibration: { scale: 1, unit: "mm[Hg]" } });
    const report = plethys.runStudy(text, [{ channel: "ankle", recording: "session", analysis, cuff: numbers("cuff") }]);
    assert.equal(JSON.stringify(report), JSON.stringify(JSON.parse(readFileSync(join(place, "report.json"), "utf8"))));
    assert.deepEqual(report.shapes.map(({ window, category }) => [window, category]), [["before", 1], ["after", 1]]);
    assert.ok(report.rejections.some(({ reason, count }) => reason === "CuffPressure" && count > 10), JSON.stringify(report.rejections));
  });
});

test("a report has the averaged beats and the category of a pulse volume recording", () => {
  const calibration = plethys.twoPoint([100_000, 65], [120_000, 75]);
  const samples = stream(100, 120);
  const analysis = plethys.analyze(samples, { sampleRate: 100, signal: "pvr", calibration, cuff: 65 });
  const [shape, ...others] = plethys.runStudy(text, [{ channel: "ankle", recording: "session", analysis }]).shapes;
  assert.deepEqual(others, []);
  const beat = analysis.ensemble(0, 120);
  assert.equal(shape.window, "before");
  assert.equal(shape.beats, beat.beats);
  assert.equal(shape.amplitude, beat.amplitude);
  assert.equal(shape.notch, beat.notch);
  assert.ok(shape.amplitude > 0.8 && shape.amplitude < 1.3, `${shape.amplitude}`);
  const { category, reason } = plethys.pvrCategory({ height: analysis.amplitude, noise: shape.noise, notch: beat.notch, site: "ankle", cuffOnTarget: true });
  assert.equal(shape.category, category);
  assert.equal(reason, undefined);
  assert.equal(shape.absent, null);
  const elsewhere = plethys.runStudy(text.replace('"ankle"\nside', '"toe"\nside'), [{ channel: "ankle", recording: "session", analysis }]);
  assert.equal(elsewhere.shapes[0].category, null);
  assert.equal(elsewhere.shapes[0].absent, "NotStated");
  structuredClone(samples, { transfer: [samples.buffer] });
  assert.throws(() => plethys.runStudy(text, [{ channel: "ankle", recording: "session", analysis }]), /needs its samples again/);
});

test("beats are left out in the light of a cuff's own channel, and the analysis stays as it was", () => {
  const calibration = plethys.twoPoint([100_000, 65], [120_000, 75]);
  const analysis = plethys.analyze(stream(100, 120), { sampleRate: 100, signal: "pvr", calibration });
  const before = [...analysis.beats.reason];
  const accepted = (cuff) => plethys.runStudy(text, [{ channel: "ankle", recording: "session", analysis, cuff }]).levels.find((row) => row.measure === "amplitude").accepted;
  const holding = new Float32Array(20 * 120).fill(64);
  const lost = holding.map((pressure, i) => (i < 1200 ? pressure : 55));
  assert.equal(accepted(holding), accepted(undefined));
  assert.ok(Math.abs(accepted(lost) - accepted(undefined) / 2) < 5, `${accepted(lost)} of ${accepted(undefined)}`);
  assert.deepEqual(analysis.beats.reason, before);
  assert.throws(() => accepted(new Float32Array(120)), { name: "RangeError", message: /^sampleRate must be from 20 to 4000, got 1$/ });
  assert.throws(() => accepted("65"), { name: "TypeError", message: /^series\.cuff must be/ });
});
