// What the tests share: the package, a simple pulse stream, the canonical bytes of a table, and the native kernel.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const folder = dirname(dirname(fileURLToPath(import.meta.url)));
export const root = dirname(folder);
export const pkg = join(folder, "pkg");
if (!existsSync(join(pkg, "node.js"))) {
  throw new Error("wasm/pkg is not built: run `npm run build` in wasm/ first");
}

export const plethys = await import("../pkg/node.js");

/** The entries of the package, by the names under which they are imported. */
export const entries = { plethys, "plethys/pulses": await import("../pkg/pulses/pulses-node.js") };

/** Pulses on a level, one every 60 / bpm s, systolic peak 0.2 of a cycle after its start, of seven heights in turn. */
export function stream(sampleRate, seconds, bpm = 72) {
  const samples = new Float64Array(Math.round(sampleRate * seconds));
  let state = 20260611;
  for (let i = 0; i < samples.length; i += 1) {
    const cycles = (i / sampleRate / 60) * bpm;
    const phase = cycles % 1;
    const height = 2000 + 40 * (Math.floor(cycles) % 7);
    const wave = Math.exp(-(((phase - 0.2) / 0.08) ** 2)) + 0.4 * Math.exp(-(((phase - 0.5) / 0.12) ** 2));
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    samples[i] = Math.round(100000 + height * wave + 20 * (state / 2 ** 32 - 0.5));
  }
  return samples;
}

/** True systolic peaks of `stream`. */
export function peaks(seconds, bpm = 72) {
  const times = [];
  for (let k = 0; ((k + 0.2) * 60) / bpm < seconds; k += 1) {
    times.push(((k + 0.2) * 60) / bpm);
  }
  return times;
}

const codes = {
  reason: (word) => plethys.reasons().indexOf(word) + 1,
  notch: (word) => ["none", "inflection", "clear"].indexOf(word) + 1,
};

/** A table as the kernel's `Table::to_bytes` writes it: put together from the columns that users see. */
export function tableBytes(kind, table) {
  const parts = plethys.columns(kind).map(({ name, snakeName, kind: type }) => {
    const column = table[name];
    if (column === undefined || column.length !== table.length) {
      throw new Error(`${kind}.${name} is not a column of ${table.length} rows`);
    }
    if (type === "number" || type === "flag") {
      return Buffer.from(column.buffer, column.byteOffset, column.byteLength);
    }
    return Buffer.from(Array.from(column, codes[snakeName]));
  });
  return Buffer.concat(parts);
}

/** The tables of several calls, put together. */
export function joined(kind, tables) {
  const length = tables.reduce((sum, table) => sum + table.length, 0);
  const table = { length };
  for (const { name, kind: type } of plethys.columns(kind)) {
    if (type === "code") {
      table[name] = tables.flatMap((part) => part[name]);
      continue;
    }
    table[name] = new (type === "number" ? Float64Array : Uint8Array)(length);
    let at = 0;
    for (const part of tables) {
      table[name].set(part[name], at);
      at += part.length;
    }
  }
  return table;
}

/** Everything that a monitor yields for `samples` cut at `cuts`, as `analyze` would give it. */
export function pushed(options, samples, cuts, references = {}, { Monitor } = plethys) {
  const monitor = new Monitor(options);
  const beats = [];
  const rates = [];
  const pulses = [];
  const take = (settled) => {
    beats.push(settled);
    rates.push(monitor.rates);
    pulses.push(...monitor.pulses);
  };
  let from = 0;
  for (const to of [...cuts, samples.length]) {
    const part = {};
    for (const [name, values] of Object.entries(references)) {
      const each = values.length / samples.length;
      part[name] = values.subarray(each * from, each * to);
    }
    take(monitor.push(samples.subarray(from, to), part));
    from = to;
  }
  take(monitor.finish());
  monitor.free();
  return { beats: joined("beats", beats), rates: joined("rates", rates), pulses: Float64Array.from(pulses) };
}

/** Runs the native oracle for `what` and gives `read` the folder that it wrote. */
export function oracle(what, read) {
  const place = mkdtempSync(join(tmpdir(), "plethys-oracle-"));
  try {
    const command = ["run", "--quiet", "-p", "plethys-wasm", "--example", "oracle", "--", what, place];
    execFileSync("cargo", command, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    return read(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** What the kernel says natively of `what` ("synthetic" or "recorded"): `each` gets a stream and its native tables. */
export function native(what, each) {
  return oracle(what, (place) => {
    const streams = JSON.parse(readFileSync(join(place, "index.json"), "utf8"));
    streams.forEach((entry, k) => {
      const bytes = (kind) => readFileSync(join(place, `${k}.${kind}`));
      const numbers = (kind) => new Float64Array(Uint8Array.from(bytes(kind)).buffer);
      const references = {};
      if (entry.timed) {
        references.time = numbers("time");
      }
      if (entry.motion) {
        references.motion = numbers("motion");
      }
      if (entry.companion) {
        references.companion = numbers("companion");
      }
      each({
        ...entry,
        samples: numbers("samples"),
        references,
        native: { beats: bytes("beats"), rates: bytes("rates"), pulses: numbers("pulses") },
      });
    });
    return streams.length;
  });
}

export const golden = join(root, "core", "tests", "golden");

/** A golden vector, as core/tests/golden.rs writes them: samples are integers times a power of two, null is missing. */
export function goldenVector(name) {
  const vector = JSON.parse(readFileSync(join(golden, name), "utf8"));
  const { sample_rate: sampleRate, signal, calibration, scale, samples, time_ms: time, motion_1024: motion } = vector;
  const references = {};
  if (time !== null) {
    references.time = Float64Array.from(time, (stamp) => stamp / 1000);
  }
  if (motion !== null) {
    references.motion = Float64Array.from(motion.flat(), (value) => value / 1024);
  }
  const options = { sampleRate, signal };
  if (calibration !== null) {
    const [factor, offset, unit] = calibration;
    options.calibration = { scale: factor, offset, unit };
  }
  const { beats, rates, pulses } = vector;
  return {
    samples: Float64Array.from(samples, (value) => (value === null ? NaN : value * scale)),
    references,
    options,
    expected: { beats, rates: Buffer.from(rates, "hex"), pulses },
  };
}
