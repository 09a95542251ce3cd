// The package as a file: how it loads, what it exports, what is in the module.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import binaryen from "binaryen";

import { folder, pkg } from "./support.mjs";

const module = readFileSync(join(pkg, "raw", "plethys_bg.wasm"));

/** Runs `code` in a fresh Node process, in a folder where the package is installed as `plethys`. */
function elsewhere(code) {
  const place = mkdtempSync(join(tmpdir(), "plethys-package-"));
  try {
    mkdirSync(join(place, "node_modules"));
    symlinkSync(pkg, join(place, "node_modules", "plethys"));
    writeFileSync(join(place, "run.mjs"), code);
    return spawnSync(process.execPath, [join(place, "run.mjs")], { encoding: "utf8" });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const USE = `
  const samples = Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i / 15));
  const { beats, state } = analyze(samples, { sampleRate: 100 });
  console.log(beats.length, state);
`;

test("Node loads the package by its name and finds the module on disk", () => {
  const { stdout, stderr } = elsewhere(`import init, { analyze } from "plethys"; await init(); await init();${USE}`);
  assert.match(stdout, /^[1-9]\d* Tracking\n$/, stderr);
});

test("the entry for browsers takes bytes, a compiled module, or a promise of either", () => {
  for (const source of ["bytes", "new WebAssembly.Module(bytes)", "Promise.resolve(bytes)"]) {
    const { stdout, stderr } = elsewhere(`
      import { readFileSync, realpathSync } from "node:fs";
      const at = realpathSync(new URL("node_modules/plethys/", import.meta.url));
      const { init, analyze } = await import(at + "/index.js");
      const bytes = readFileSync(at + "/raw/plethys_bg.wasm");
      await init(${source});${USE}`);
    assert.match(stdout, /^[1-9]\d* Tracking\n$/, stderr);
  }
});

test("initSync loads a compiled module at once", () => {
  const { stdout, stderr } = elsewhere(`
    import { readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    import { analyze, initSync } from "plethys";
    initSync(new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve("plethys/plethys.wasm"))));${USE}`);
  assert.match(stdout, /^[1-9]\d* Tracking\n$/, stderr);
});

test("before init every entry says what to do, and a failed init can be tried again", () => {
  const { stdout, stderr } = elsewhere(`
    import { Monitor, analyze, columns, init, reasons, states } from "plethys";
    const calls = [() => new Monitor({ sampleRate: 100 }), () => analyze([], { sampleRate: 100 }), () => columns("beats"), reasons, states];
    for (const call of calls) {
      try { call(); console.log("no error"); } catch (error) { console.log(error.message); }
    }
    try { await init(new Uint8Array([1, 2, 3])); } catch (error) { console.log(error.constructor.name); }
    await init();
    console.log(states()[0]);`);
  const before = "plethys is not loaded: await init() first\n".repeat(5);
  assert.equal(stdout, `${before}CompileError\nTooShort\n`, stderr);
});

test("a bundler makes one file for a browser of it, without anything of Node", () => {
  const place = mkdtempSync(join(tmpdir(), "plethys-bundle-"));
  try {
    mkdirSync(join(place, "node_modules"));
    symlinkSync(pkg, join(place, "node_modules", "plethys"));
    writeFileSync(join(place, "page.js"), `import init, { analyze } from "plethys"; globalThis.run = async (source) => { await init(source); ${USE} };`);
    const esbuild = join(folder, "node_modules", "esbuild", "bin", "esbuild");
    const flags = ["--bundle", "--format=esm", "--platform=browser", "--log-level=warning", `--outfile=${join(place, "bundle.mjs")}`];
    const { status, stderr } = spawnSync(esbuild, [join(place, "page.js"), ...flags], { cwd: place, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, "");
    const bundle = readFileSync(join(place, "bundle.mjs"), "utf8");
    assert.doesNotMatch(bundle, /node:/);
    writeFileSync(
      join(place, "run.mjs"),
      `import "./bundle.mjs"; import { readFileSync } from "node:fs"; await run(readFileSync(${JSON.stringify(join(pkg, "raw", "plethys_bg.wasm"))}));`,
    );
    assert.match(execFileSync(process.execPath, [join(place, "run.mjs")], { encoding: "utf8" }), /^[1-9]\d* Tracking\n$/);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

/** Whether the module holds to what rustc turns on by default: no vector, no relaxed, no thread instructions. */
function isPlain(bytes) {
  const features = binaryen.Features;
  const parsed = binaryen.readBinary(bytes);
  parsed.setFeatures(
    features.BulkMemory | features.BulkMemoryOpt | features.CallIndirectOverlong | features.Multivalue | features.MutableGlobals | features.NontrappingFPToInt | features.ReferenceTypes | features.SignExt,
  );
  try {
    return parsed.validate() === 1; // says on standard error what it refuses
  } finally {
    parsed.dispose();
  }
}

test("the module has no SIMD and no relaxed instructions, whose results differ from machine to machine", () => {
  assert.equal(isPlain(module), true);
  for (const operation of ["f64x2.relaxed_madd", "f64x2.pmin"]) {
    const operands = "(local.get 0) ".repeat(operation.endsWith("madd") ? 3 : 2);
    const text = `(module (func (export "f") (param v128) (result v128) (${operation} ${operands})))`;
    const parsed = binaryen.parseText(text);
    parsed.setFeatures(binaryen.Features.All);
    const bytes = parsed.emitBinary();
    parsed.dispose();
    assert.equal(isPlain(bytes), false, `the check does not see ${operation}`);
  }
});

// It had 224 kB before rate rows were checked against a spectrum, and the FFT's plans came in.
test("the module keeps within its size", (context) => {
  const zipped = gzipSync(module, { level: 9 }).length;
  context.diagnostic(`plethys_bg.wasm: ${module.length} bytes, ${zipped} with gzip`);
  // Thermography took it to 715 kB (255 kB with gzip), studies with their file reader and JSON to 1258 kB (475 kB),
  // rewarming, bands and flow with what the kernel learnt meanwhile to 1334 kB (511 kB).
  assert.ok(module.length < 1_370_000, `${module.length} bytes`);
  assert.ok(zipped < 525_000, `${zipped} bytes with gzip`);
});

test("published types have no any, and everything that is listed is there", () => {
  const manifest = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
  const there = readdirSync(pkg);
  for (const name of ["index.js", "index.d.ts", "node.js", "README.md"]) {
    assert.ok(there.includes(name), name);
  }
  assert.equal(manifest.name, "plethys");
  const typed = /[:<|&(\[]\s*any\b/;
  assert.match("x: any", typed);
  for (const name of there.filter((name) => name.endsWith(".d.ts"))) {
    assert.doesNotMatch(readFileSync(join(pkg, name), "utf8"), typed, name);
  }
});
