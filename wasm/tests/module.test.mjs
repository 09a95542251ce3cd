// The package as a file: how it loads, what it exports, what is in the module.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import binaryen from "binaryen";

import { folder, pkg } from "./support.mjs";

const modules = {
  plethys: readFileSync(join(pkg, "raw", "plethys_bg.wasm")),
  "plethys/pulses": readFileSync(join(pkg, "pulses", "raw", "plethys_bg.wasm")),
};

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

for (const entry of Object.keys(modules)) {
  test(`Node loads ${entry} by its name and finds the module on disk`, () => {
    const { stdout, stderr } = elsewhere(`import init, { analyze } from "${entry}"; await init(); await init();${USE}`);
    assert.match(stdout, /^[1-9]\d* Tracking\n$/, stderr);
  });
}

test("both entries work side by side, each in its own module", () => {
  const { stdout, stderr } = elsewhere(`
    import init, { runStudy } from "plethys";
    import initPulses, { analyze, columns } from "plethys/pulses";
    await initPulses();${USE}
    try { columns("thermalRegions"); } catch (error) { console.log(error.message); }
    await init();
    const text = '[study]\\ntitle = "x"\\n[[recording]]\\nid = "r"\\n[[channel]]\\nid = "c"\\nsignal = "ppg"\\n';
    try { runStudy(text, [{ channel: "c", recording: "r", analysis: analyze(samples, { sampleRate: 100 }) }]); } catch (error) { console.log(error.message); }
  `);
  assert.match(stdout, /^[1-9]\d* Tracking\nno table is named "thermalRegions"\nseries.analysis must be what analyze\(\) of "plethys" gives/, stderr);
});

test("plethys/pulses has what plethys has, but for studies and thermography", async () => {
  const [whole, pulses] = await Promise.all(["node.js", "pulses/pulses-node.js"].map((file) => import(join(pkg, file))));
  const more = Object.keys(whole).filter((name) => !(name in pulses));
  assert.deepEqual(more.sort(), [
    ...["ThermalMonitor", "analyzeThermal", "bands", "flowDepth", "relativeFlow", "rewarming", "runStudy", "studyTemplate"],
    ...["thermalNotices", "thermalReasons", "thermalStates"],
  ]);
  assert.deepEqual(Object.keys(pulses).filter((name) => !(name in whole)), []);
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
    try { await init(new Uint8Array([1, 2, 3])); } catch (error) { console.log(error.message, error.cause.constructor.name); }
    await init();
    console.log(states()[0]);`);
  const before = "plethys is not loaded: await init() first\n".repeat(5);
  const failed = "the WebAssembly module of plethys could not be loaded (is its address right?): CompileError: ";
  assert.ok(stdout.startsWith(before + failed) && stdout.endsWith(" CompileError\nTooShort\n"), stdout + stderr);
});

for (const [entry, bytes] of Object.entries(modules)) {
  test(`a bundler makes one file for a browser of ${entry}, without anything of Node`, () => {
    const place = mkdtempSync(join(tmpdir(), "plethys-bundle-"));
    try {
      mkdirSync(join(place, "node_modules"));
      symlinkSync(pkg, join(place, "node_modules", "plethys"));
      writeFileSync(join(place, "page.js"), `import init, { analyze } from "${entry}"; globalThis.run = async (source) => { await init(source); ${USE} };`);
      const esbuild = join(folder, "node_modules", "esbuild", "bin", "esbuild");
      const flags = ["--bundle", "--format=esm", "--platform=browser", "--log-level=warning", `--outfile=${join(place, "bundle.mjs")}`];
      const { status, stderr } = spawnSync(esbuild, [join(place, "page.js"), ...flags], { cwd: place, encoding: "utf8" });
      assert.equal(status, 0, stderr);
      assert.equal(stderr, "");
      const bundle = readFileSync(join(place, "bundle.mjs"), "utf8");
      assert.doesNotMatch(bundle, /node:/);
      assert.equal(/thermal|study/i.test(bundle), entry === "plethys");
      writeFileSync(join(place, "module.wasm"), bytes);
      writeFileSync(join(place, "run.mjs"), 'import "./bundle.mjs"; import { readFileSync } from "node:fs"; await run(readFileSync("module.wasm"));');
      assert.match(execFileSync(process.execPath, ["run.mjs"], { cwd: place, encoding: "utf8" }), /^[1-9]\d* Tracking\n$/);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
}

/** The module with a memory of at most `pages` of 64 kB, under 16384: its memory section, with no maximum, gets one. */
function limited(bytes, pages) {
  let at = 8;
  while (bytes[at] !== 5) {
    let [size, shift, next] = [0, 0, at + 1];
    do {
      size |= (bytes[next] & 127) << shift;
      shift += 7;
    } while (bytes[next++] & 128);
    at = next + size;
  }
  const section = bytes.subarray(at + 2, at + 2 + bytes[at + 1]);
  assert.deepEqual([...section.subarray(0, 2)], [1, 0], "one memory without a maximum");
  const grown = [1, 1, ...section.subarray(2), (pages & 127) | 128, pages >> 7];
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([5, grown.length, ...grown]), bytes.subarray(at + 2 + section.length)]);
}

test("where memory ends an error says so, and what there is goes on", () => {
  const place = mkdtempSync(join(tmpdir(), "plethys-limited-"));
  try {
    writeFileSync(join(place, "small.wasm"), limited(modules.plethys, 640));
    const { stdout, stderr } = elsewhere(`
      import { readFileSync } from "node:fs";
      import { Monitor, ThermalMonitor, analyze, init } from "plethys";
      await init(readFileSync(${JSON.stringify(join(place, "small.wasm"))}));
      const camera = () => new ThermalMonitor({ rows: 120, columns: 160, unit: "cK", follow: true, regions: { all: { whole: true } } });
      for (const make of [() => new Monitor({ sampleRate: 4000, motion: true }), camera, () => new Monitor({ sampleRate: 20 })]) {
        const monitors = [];
        try {
          for (;;) monitors.push(make());
        } catch (error) {
          console.log(monitors.length > 0, error.constructor.name, error.message);
        }
        try { analyze(new Float64Array(1e6), { sampleRate: 4000 }); } catch (error) { console.log(error.message); }
        monitors.forEach((monitor) => monitor.free());
      }${USE}`);
    const lines = stdout.trim().split("\n");
    assert.equal(lines.length, 7, stdout + stderr);
    for (const at of [0, 2, 4]) {
      assert.equal(lines[at], "true RangeError no memory for another monitor: free() those that are no longer needed");
      assert.match(lines[at + 1], /^no memory for (a block of 1000000 samples; push a recording in parts|an analysis: free\(\) those that are no longer needed)$/);
    }
    assert.match(lines[6], /^[1-9]\d* Tracking$/);
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
  for (const module of Object.values(modules)) {
    assert.equal(isPlain(module), true);
  }
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

// What a module may weigh, kB, and with gzip. The whole one had 1334 (511) before the averaged beat, with all that a study's averaged
// beats need, came in; that of pulses has 523 (204), 170 of them the FFT that checks rate rows.
const LIMITS = { plethys: [1410, 545], "plethys/pulses": [540, 212] };
for (const [entry, module] of Object.entries(modules)) {
  test(`the module of ${entry} keeps within its size`, (context) => {
    const zipped = gzipSync(module, { level: 9 }).length;
    context.diagnostic(`${entry}: ${module.length} bytes, ${zipped} with gzip`);
    const [limit, zippedLimit] = LIMITS[entry];
    assert.ok(module.length < 1000 * limit, `${module.length} bytes`);
    assert.ok(zipped < 1000 * zippedLimit, `${zipped} bytes with gzip`);
  });
}

test("what is published is what the package needs, and its types have no any", () => {
  const place = mkdtempSync(join(tmpdir(), "plethys-packed-"));
  try {
    const [{ filename, files }] = JSON.parse(execFileSync("npm", ["pack", "--json", "--pack-destination", place], { cwd: pkg, encoding: "utf8" }));
    const names = files.map(({ path }) => path);
    assert.deepEqual(names.filter((name) => /raw\/.*\.d\.ts$|(^|\/)(block|check|thermal-options)\.d\.ts$/.test(name)), [], "types of the insides");
    // Types and code are looked at as they are published, so that nothing points to what was left out.
    execFileSync("tar", ["-xzf", join(place, filename), "-C", place]);
    const typed = /[:<|&(\[]\s*any\b/;
    assert.match("x: any", typed);
    for (const name of names.filter((name) => /\.(js|d\.ts)$/.test(name))) {
      const text = readFileSync(join(place, "package", name), "utf8");
      if (name.endsWith(".d.ts")) {
        assert.doesNotMatch(text, typed, name);
      }
      for (const [, to] of text.matchAll(/^(?:import|export)[^;]*? from "(\.[^"]+)"/gm)) {
        const target = join(dirname(name), to);
        assert.ok(names.includes(name.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target), `${name} points to ${target}`);
      }
    }
    const { exports } = JSON.parse(readFileSync(join(place, "package", "package.json"), "utf8"));
    const targets = Object.values(exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)));
    assert.deepEqual(targets.filter((target) => !names.includes(target.slice(2))), []);
    assert.ok(targets.length >= 9 && names.includes("README.md"));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
