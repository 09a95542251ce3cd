// Studies: the same engine as in Rust and Python, from a study file and analyses to a report.

import assert from "node:assert/strict";
import { test } from "node:test";

import { plethys, stream } from "./support.mjs";

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
