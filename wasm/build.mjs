// Builds the npm package `plethys` into pkg/: cargo, the glue generator, wasm-opt, tsc, and the package's own package.json.
// `node build.mjs`; needs `npm ci` before, and nothing else but a Rust toolchain with the target wasm32-unknown-unknown.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const pkg = join(here, "pkg");

// What rustc turns on for wasm32-unknown-unknown, and no more: with SIMD or relaxed SIMD in the module, wasm-opt refuses it.
// Relaxed operations would differ from machine to machine.
const FEATURES = [
  "--mvp-features",
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-call-indirect-overlong",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
];

function run(program, ...args) {
  execFileSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}

function npmTool(path, ...args) {
  run(process.execPath, join(here, "node_modules", path), ...args);
}

const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 }),
);
const crate = metadata.packages.find(({ name }) => name === "plethys-wasm");

run("cargo", "build", "-p", "plethys-wasm", "--target", "wasm32-unknown-unknown", "--profile", "wasm");
rmSync(pkg, { recursive: true, force: true });
mkdirSync(join(pkg, "raw"), { recursive: true });
const built = join(metadata.target_directory, "wasm32-unknown-unknown", "wasm", "plethys_wasm.wasm");
run("cargo", "run", "-p", "plethys-wasm-bindgen", "--", built, join(pkg, "raw"));
const module = join(pkg, "raw", "plethys_bg.wasm");
npmTool("binaryen/bin/wasm-opt", ...FEATURES, "-O3", module, "-o", module);
npmTool("typescript/bin/tsc", "-p", join(here, "tsconfig.json"));

const manifest = {
  name: "plethys",
  version: crate.version,
  description: "Pulses, amplitude, pulse rate and perfusion index from PPG, PVR and pressure streams, skin temperature from thermal frames",
  license: crate.license,
  repository: crate.repository,
  keywords: ["ppg", "plethysmography", "pulse", "thermography", "biosignal", "webassembly"],
  type: "module",
  engines: { node: ">=20" },
  types: "./index.d.ts",
  exports: {
    ".": { types: "./index.d.ts", node: "./node.js", default: "./index.js" },
    "./plethys.wasm": "./raw/plethys_bg.wasm",
    "./package.json": "./package.json",
  },
  sideEffects: false,
  files: ["/*.js", "/*.d.ts", "!block.d.ts", "!check.d.ts", "/raw/*.js", "/raw/*.wasm", "/LICENSE-*"],
};
copyFileSync(join(here, "README.md"), join(pkg, "README.md"));
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
  copyFileSync(join(root, licence), join(pkg, licence));
}
writeFileSync(join(pkg, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`); // last: it says that the package is whole

const bytes = readFileSync(module);
console.log(`plethys_bg.wasm: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} with gzip`);
