/** The WebAssembly module: loading it, its memory, and the lists that it carries. */

import load, { initSync as loadSync, rawEmpty, rawLayout, rawReasons, rawStates } from "./raw/plethys.js";
import type { InitInput, SyncInitInput } from "./raw/plethys.js";
import type { ColumnInfo, CompiledModule, ModuleSource, Reason, State } from "./types.js";

let memory: WebAssembly.Memory | undefined;
let loading: Promise<void> | undefined;

/**
 * Loads the WebAssembly module; every other function needs it. Calling it again is free.
 *
 * @param source - where the module is, if not beside this file: an address, a response, bytes, or a compiled module
 */
export function init(source?: ModuleSource | Promise<ModuleSource>): Promise<void> {
  return loadOnce(() => source);
}

/** Loads the module from what `find` gives, unless that was done before; `undefined` is the file beside the glue. @internal */
export function loadOnce(find: () => ModuleSource | Promise<ModuleSource> | undefined): Promise<void> {
  loading ??= loadFrom(find()).catch((error: unknown) => {
    loading = undefined; // so that it can be tried again, from elsewhere
    throw error;
  });
  return loading;
}

async function loadFrom(source: ModuleSource | Promise<ModuleSource> | undefined): Promise<void> {
  try {
    memory = (await (source === undefined ? load() : load({ module_or_path: source as InitInput | Promise<InitInput> }))).memory;
  } catch (error) {
    throw new Error(`the WebAssembly module of plethys could not be loaded (is its address right?): ${String(error)}`, { cause: error });
  }
}

/** Like `init`, at once, from bytes or from a compiled module: for a Worker that was sent the module. */
export function initSync(source: ArrayBuffer | ArrayBufferView | CompiledModule): void {
  if (memory === undefined) {
    memory = loadSync({ module: source as SyncInitInput }).memory;
    loading = Promise.resolve();
  }
}

/** The module's memory as it is now; it is another object after the memory has grown. @internal */
export function memoryBuffer(): ArrayBuffer {
  if (memory === undefined) {
    throw new Error("plethys is not loaded: await init() first");
  }
  return memory.buffer as ArrayBuffer;
}

/**
 * Frees an object of the module after a call that used it. Where that call trapped the object cannot be freed, and the trap is the
 * error to see. @internal
 */
export function release(object: { free(): void }): void {
  try {
    object.free();
  } catch {
    // It still counts as in use.
  }
}

/** The tables of pulse streams. */
export type PulseTable = "beats" | "rates" | "trend";

/** The columns of a table, in order, as the kernel lists them. */
export function columns(table: PulseTable): readonly ColumnInfo[] {
  return columnsOf(table);
}

/** The same for any table of the module. @internal */
export function columnsOf(table: string): readonly ColumnInfo[] {
  memoryBuffer();
  const rows = rawLayout(String(table));
  if (rows.length === 0) {
    throw new RangeError(`no table is named "${String(table)}"`);
  }
  return rows.map(([name, snakeName, kind, unit, what]) => ({ name, snakeName, kind: kind as ColumnInfo["kind"], unit, what }));
}

/** All reasons, in the order of their codes from 1. */
export function reasons(): readonly Reason[] {
  memoryBuffer();
  return rawReasons() as Reason[];
}

/** All states, in the order of their codes from 0. */
export function states(): readonly State[] {
  memoryBuffer();
  return rawStates() as State[];
}

const empty = new Map<string, object>();

/** The table without rows, the same object each time, so that a call that brings nothing makes nothing. @internal */
export function emptyTable(name: "beats" | "rates"): object {
  let table = empty.get(name);
  if (table === undefined) {
    table = Object.freeze(rawEmpty(name));
    empty.set(name, table);
  }
  return table;
}
