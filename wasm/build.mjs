// Builds the npm package `plethys` into pkg/: cargo, the glue generator, wasm-opt, tsc, and the package's own package.json.
// `node build.mjs`; needs `npm ci` before, and nothing else but a Rust toolchain with the target wasm32-unknown-unknown.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
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

const built = join(metadata.target_directory, "wasm32-unknown-unknown", "wasm", "plethys_wasm.wasm");

/** Compiles the module into `into`/raw, then the TypeScript around it. What both modules share cargo compiles once; gives the module's path. */
function build(into, project, ...flags) {
  run("cargo", "build", "-p", "plethys-wasm", "--target", "wasm32-unknown-unknown", "--profile", "wasm", ...flags);
  mkdirSync(join(into, "raw"), { recursive: true });
  run("cargo", "run", "-p", "plethys-wasm-bindgen", "--", built, join(into, "raw"));
  const module = join(into, "raw", "plethys_bg.wasm");
  npmTool("binaryen/bin/wasm-opt", ...FEATURES, "-O3", module, "-o", module);
  npmTool("typescript/bin/tsc", "-p", join(here, project));
  return module;
}

rmSync(pkg, { recursive: true, force: true });
// The entry "plethys/pulses", without studies and thermography, first: so the whole module is what stays in the target folder.
const modules = [
  build(join(pkg, "pulses"), "tsconfig.pulses.json", "--no-default-features"),
  build(pkg, "tsconfig.json"),
];

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
    "./pulses": { types: "./pulses/pulses.d.ts", node: "./pulses/pulses-node.js", default: "./pulses/pulses.js" },
    "./pulses.wasm": "./pulses/raw/plethys_bg.wasm",
    "./package.json": "./package.json",
  },
  sideEffects: false,
  files: [
    ...["", "pulses/"].flatMap((at) => [`/${at}*.js`, `/${at}*.d.ts`, `/${at}raw/*.js`, `/${at}raw/*.wasm`]),
    ...["block", "check", "thermal-options"].map((name) => `!**/${name}.d.ts`), // of the insides
    "/LICENSE-*",
  ],
};
copyFileSync(join(here, "README.md"), join(pkg, "README.md"));
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
  copyFileSync(join(root, licence), join(pkg, licence));
}
writeFileSync(join(pkg, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`); // last: it says that the package is whole

for (const module of modules) {
  const bytes = readFileSync(module);
  console.log(`${relative(pkg, module)}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} with gzip`);
}
