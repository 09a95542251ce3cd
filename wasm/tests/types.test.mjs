// The published types: a program that uses every name compiles, wrong ones do not, and the types of tables and results have
// exactly the fields that the module gives.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { folder, pkg, plethys, stream } from "./support.mjs";

await plethys.init();

/** Compiles `files` (name to text) in a folder where the package is installed as `plethys`; returns what the compiler says. */
function compiled(files, surroundings = ["--lib", "es2023,esnext.disposable,dom", "--types", ""]) {
  const place = mkdtempSync(join(tmpdir(), "plethys-types-"));
  try {
    mkdirSync(join(place, "node_modules"));
    symlinkSync(pkg, join(place, "node_modules", "plethys"));
    symlinkSync(join(folder, "node_modules", "@types"), join(place, "node_modules", "@types"));
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) {
        copyFileSync(join(folder, "tests", name), join(place, name));
      } else {
        writeFileSync(join(place, name), text);
      }
    }
    const flags = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--noEmit", "--target", "es2022"];
    const more = ["--module", "esnext", "--moduleResolution", "bundler", ...surroundings];
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...flags, ...more, ...Object.keys(files)], { cwd: place, encoding: "utf8" });
    return { status, stdout };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

test("a program that uses every name compiles, and what it marks as wrong is an error", () => {
  const { status, stdout } = compiled({ "sample.ts": undefined });
  assert.equal(status, 0, stdout);
});

test("it compiles in Node without the types of browsers", () => {
  const { status, stdout } = compiled({ "sample.ts": undefined }, ["--lib", "es2023,esnext.disposable", "--types", "node"]);
  assert.equal(status, 0, stdout);
});

test("types have exactly the fields that the module gives", () => {
  const samples = stream(125, 20);
  const analysis = plethys.analyze(samples, { sampleRate: 125 });
  const monitor = new plethys.Monitor({ sampleRate: 125 });
  monitor.push(samples);
  const given = {
    AnalysisFields: analysis,
    Beats: analysis.beats,
    Rates: monitor.rates,
    Trend: analysis.trend(5, 5),
    Counts: analysis.counts,
    Units: analysis.units,
    Snapshot: monitor.snapshot(),
    Ensemble: analysis.ensemble(),
    CuffReadings: plethys.cuffReadings(samples, { sampleRate: 125 }),
    ColumnInfo: plethys.columns("beats")[0],
  };
  const words = { Reason: plethys.reasons(), State: plethys.states() };
  monitor.free();
  const union = (names) => names.map((name) => JSON.stringify(name)).join(" | ");
  const program = (objects) => `
    import type { ${[...Object.keys(objects), ...Object.keys(words)].join(", ")} } from "plethys";
    type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
    ${Object.entries(objects).map(([type, value]) => `export const of${type}: Same<keyof ${type}, ${union(Object.keys(value))}> = true;`).join("\n")}
    ${Object.entries(words).map(([type, list]) => `export const of${type}: Same<${type}, ${union(list)}> = true;`).join("\n")}
  `;
  const { status, stdout } = compiled({ "fields.ts": program(given) });
  assert.equal(status, 0, stdout);

  const short = { ...given, Beats: { ...given.Beats } };
  delete short.Beats.quality;
  const seen = compiled({ "fields.ts": program(short) });
  assert.notEqual(seen.status, 0, "the check does not see a missing column");
  assert.match(seen.stdout, /'true' is not assignable to type 'false'/);

  for (const [kind, table] of [["beats", analysis.beats], ["rates", analysis.rates], ["trend", analysis.trend(5, 5)]]) {
    assert.deepEqual(Object.keys(table), ["length", ...plethys.columns(kind).map(({ name }) => name)]);
    for (const { name, kind: type } of plethys.columns(kind)) {
      const form = { number: Float64Array, flag: Uint8Array, code: Array }[type];
      assert.ok(table[name] instanceof form, `${kind}.${name}`);
    }
  }
  assert.deepEqual(
    plethys.columns("beats").filter(({ name, snakeName }) => name !== snakeName).map(({ name }) => name),
    [
      ...["amplitudeCorrected", "perfusionIndex", "upstrokeTime", "maxSlope", "riseTime", "upstrokeFraction", "width25", "width75"],
      ...["meanHeight", "notchProminence", "rateLocked"],
    ],
  );
});
