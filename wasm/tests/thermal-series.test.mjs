// Rewarming, bands and relative flow: the answers that Rust stored (rewarming to the last bit, what rests on an FFT to 1e-9).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { plethys, root } from "./support.mjs";

await plethys.init();

const stored = JSON.parse(readFileSync(join(root, "core", "tests", "golden", "thermal-series", "answers.json"), "utf8"));

function close(got, expected, what) {
  assert.ok(Math.abs(got - expected) <= 1e-9 * Math.abs(expected) + 1e-12, `${what}: ${got} against ${expected}`);
}

test("rewarming is Rust's, to the last bit", () => {
  const found = plethys.rewarming(stored.time, stored.warming, { before: stored.before });
  for (const [name, expected] of Object.entries(stored.rewarming)) {
    const got = found[name];
    assert.deepEqual(typeof got === "number" ? got : [got.value, got.low, got.high], expected, name);
  }
  assert.equal(found.reason, undefined);
  const short = plethys.rewarming(stored.time.slice(0, 250), stored.warming.slice(0, 250));
  assert.equal(short.tau, undefined);
  assert.equal(short.reason, "NotRewarmed");
});

test("bands are Rust's", () => {
  const found = plethys.bands(stored.long, stored.skin, { surrogates: stored.surrogates, seed: stored.seed });
  assert.equal(found.length, stored.bands.length);
  found.forEach((band, place) => {
    const [name, power, threshold] = stored.bands[place];
    assert.equal(band.name, name);
    if (power === null) {
      assert.equal(band.power, undefined);
      assert.ok(band.reason);
    } else {
      close(band.power, power, name);
      close(band.threshold, threshold, `threshold of ${name}`);
    }
  });
});

test("flow and its depth are Rust's", () => {
  const { time, flow, latency } = plethys.relativeFlow(stored.long, stored.skin, stored.depth);
  assert.equal(time[0], stored.flow_start);
  assert.equal(flow.length, stored.flow.length);
  flow.forEach((value, place) => close(value, stored.flow[place], `flow ${place}`));
  assert.ok(latency >= 20 && latency <= 30);
  const fit = plethys.flowDepth(stored.long, stored.skin, { time: stored.long, value: stored.ppg }, stored.seed);
  for (const [name, expected] of Object.entries(stored.fitted)) {
    close(fit[name], expected, name);
  }
});

test("what is wrong is named", () => {
  const { long, skin } = stored;
  assert.throws(() => plethys.rewarming([0, 1], [30]), /one stamp for each of 1 values, got 2/);
  assert.throws(() => plethys.rewarming("x", skin), /time must be/);
  assert.throws(() => plethys.bands(long, skin, { step: 0 }), RangeError);
  assert.throws(() => plethys.bands(long, skin, { surrogates: 3 }), /surrogates must be from 19 to 999/);
  assert.throws(() => plethys.relativeFlow(long, skin, 1), RangeError);
  assert.throws(() => plethys.bands(long, skin, { colour: 1 }), TypeError);
  assert.equal(plethys.rewarming([], []).reason, "TooShort");
});
