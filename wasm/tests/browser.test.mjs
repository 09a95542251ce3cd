// The package in a real browser, served as plain files: the same beats as in Node.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { test } from "node:test";

import { chromium } from "playwright-core";

import { folder, pkg, plethys, stream } from "./support.mjs";

await plethys.init();

const chromiums = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = chromiums.find((path) => path !== undefined && path !== "" && existsSync(path));
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

function served(samples) {
  return createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    if (path === "/samples") {
      response.end(Buffer.from(samples.buffer));
      return;
    }
    const file = /^\/(pkg|examples)\//.test(path) ? join(folder, path) : join(folder, "tests", path);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  });
}

const skip = executablePath === undefined && "no Chromium was found (CHROMIUM names another)";

/** Opens `path` of the test's server in a browser, gives the page to `look`, and sees to it that the page had no faults. */
async function visited(path, samples, look) {
  const server = served(samples);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const browser = await chromium.launch({ executablePath, args, headless: true });
  try {
    const page = await browser.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && !message.location().url.endsWith("/favicon.ico") && faults.push(message.text()));
    await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
    await look(page);
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    server.close();
  }
}

test("a page, and a Worker of it, compute the same beats as Node", { skip }, async () => {
  const samples = stream(125, 60);
  await visited("/browser.html", samples, async (page) => {
    await page.waitForFunction(() => globalThis.result !== undefined, undefined, { timeout: 30_000 });
    const result = await page.evaluate(() => globalThis.result);
    assert.equal(result.error, undefined);
    const { beats, pulseRate } = plethys.analyze(samples, { sampleRate: 125, signal: "ppg" });
    assert.ok(beats.length > 60);
    assert.equal(result.pushed, beats.length);
    assert.deepEqual(result.beats, [...beats.onset, ...beats.amplitude, ...beats.quality, ...beats.accepted].map((value) => String(value)));
    assert.deepEqual(result.inWorker, result.beats);
    assert.equal(result.pulseRate, pulseRate);
    assert.deepEqual(result.slim, result.beats);
    const ensemble = plethys.analyze(samples, { sampleRate: 125, signal: "ppg" }).ensemble(5, 55);
    const cuff = plethys.cuffReadings(samples.map((value) => value / 1000 - 40), { sampleRate: 125, target: 60 });
    assert.deepEqual(result.laboratory, [...ensemble.median, ensemble.notchProminence, ...cuff.pressure, ...cuff.leak].map((value) => String(value)));
    assert.ok(ensemble.beats > 50 && cuff.length > 25);
    assert.equal(result.snapshot.state, "Tracking");
  });
});

test("the example shows a live pulse, says what is absent, and recovers", { skip }, async () => {
  await visited("/examples/live.html?speed=20", new Float64Array(0), async (page) => {
    const shows = (id, pattern) => page.waitForFunction(([id, pattern]) => new RegExp(pattern).test(document.getElementById(id).textContent), [id, pattern], { timeout: 30_000 });
    await shows("pulseRate", "enough signal|not decided");
    await shows("pulseRate", "^7[123] ± ");
    await shows("perfusionIndex", "^1\\.[45]\\d %$");
    await page.click("#sensor");
    await shows("pulseRate", "^[^0-9]+$");
    await page.click("#sensor");
    await shows("pulseRate", "^7[123] ± ");
    await shows("state", "^Tracking$");
  });
});
