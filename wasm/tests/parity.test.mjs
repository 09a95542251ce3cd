// The same samples give the same bytes here as natively: on synthetic streams, on golden vectors, on recorded data. The native
// kernel is built from the source as it is now: if everything differs, wasm/pkg is older than that (`npm run build`).

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { entries, golden, goldenVector, native, plethys, pushed, tableBytes } from "./support.mjs";

await plethys.init();

/** Compares what the module says of a stream with what the native kernel says of it; `true` if there were beats. */
function compare({ name, samples, references, sampleRate, signal, native: expected, ...rest }) {
  const result = plethys.analyze(samples, { sampleRate, signal, ...references });
  assert.ok(tableBytes("beats", result.beats).equals(expected.beats), `${name}: beats differ`);
  assert.deepEqual(result.pulses, expected.pulses, `${name}: pulses differ`);
  for (const field of ["pulseRate", "perfusionIndex", "amplitude", "quality"]) {
    assert.equal(result[field], rest[field] ?? undefined, `${name}: ${field}`);
  }
  assert.equal(result.state, rest.state, `${name}: state`);
  assert.equal(result.polarity, rest.polarity, `${name}: polarity`);
  sameRates(name, result.rates, expected.rates);

  const options = { sampleRate, signal, motion: references.motion !== undefined, companion: references.companion !== undefined };
  const third = Math.floor(samples.length / 3);
  const parts = pushed(options, samples, [third, third + 1, 2 * third], references);
  assert.ok(tableBytes("beats", parts.beats).equals(expected.beats), `${name}: beats differ where they are pushed`);
  return result.beats.length > 0;
}

/** Rate rows rest on spectra, which agree to 1e-9 relative; everything else in them is equal. */
function sameRates(name, rates, bytes) {
  const own = tableBytes("rates", rates);
  assert.equal(own.length, bytes.length, `${name}: number of rate rows`);
  const numbers = plethys.columns("rates").filter(({ kind }) => kind === "number").length;
  const split = 8 * numbers * rates.length;
  const [a, b] = [own, bytes].map((all) => new Float64Array(Uint8Array.from(all.subarray(0, split)).buffer));
  for (let i = 0; i < a.length; i += 1) {
    const close = Object.is(a[i], b[i]) || Math.abs(a[i] - b[i]) <= 1e-9 * Math.abs(b[i]);
    assert.ok(close, `${name}: rate rows differ, ${a[i]} here and ${b[i]} natively`);
  }
  assert.ok(own.subarray(split).equals(bytes.subarray(split)), `${name}: flags or reasons of rate rows differ`);
}

test("synthetic streams: the bytes of the native kernel, and the true beats", (context) => {
  let withBeats = 0;
  const count = native("synthetic", (stream) => {
    withBeats += compare(stream);
    if (stream.name === "clean") {
      const { beats } = plethys.analyze(stream.samples, { sampleRate: stream.sampleRate });
      const truth = stream.truth.filter((time) => time > 4 && time < 57);
      const missed = truth.filter((time) => !beats.peak.some((peak, i) => beats.accepted[i] === 1 && Math.abs(peak - time) <= 0.01));
      assert.deepEqual(missed, []);
      assert.ok(truth.length > 40);
    }
  });
  assert.equal(withBeats, count, "a stream without beats compares nothing");
  context.diagnostic(`${count} streams`);
});

test("the comparison sees one changed bit", () => {
  native("synthetic", (stream) => {
    if (stream.name === "clean") {
      stream.native.beats[100] ^= 1;
      assert.throws(() => compare(stream), /beats differ/);
    }
  });
});

for (const [entry, package_] of Object.entries(entries)) {
  test(`golden vectors: the bytes that Rust wrote, from ${entry}`, async (context) => {
    await package_.init();
    const names = readdirSync(golden).filter((name) => name.endsWith(".json"));
    assert.ok(names.length >= 5, `${names.length} vectors`);
    for (const name of names) {
      const { samples, references, options, expected } = goldenVector(name);
      const whole = package_.analyze(samples, { ...options, ...references });
      const monitor = { ...options, motion: references.motion !== undefined };
      const third = Math.floor(samples.length / 3);
      for (const { beats, rates, pulses } of [whole, pushed(monitor, samples, [1, third, third + 1], references, package_)]) {
        assert.ok(beats.length > 10, name);
        assert.equal(tableBytes("beats", beats).toString("hex"), expected.beats, `${name}: beats`);
        assert.equal(Buffer.from(pulses.buffer).toString("hex"), expected.pulses, `${name}: pulses`);
        sameRates(name, rates, expected.rates);
      }
    }
    context.diagnostic(`${names.length} vectors`);
  });
}

const data = process.env.PLETHYS_DATA;
test("recorded data: the bytes of the native kernel", { skip: !data && "PLETHYS_DATA is not set" }, (context) => {
  let withBeats = 0;
  const count = native("recorded", (stream) => {
    withBeats += compare(stream);
  });
  context.diagnostic(`${count} streams, ${withBeats} with beats`);
  assert.ok(withBeats > 0.8 * count, `only ${withBeats} of ${count} streams have beats`);
});
