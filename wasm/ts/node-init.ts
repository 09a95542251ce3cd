/** Loading in Node, where `init` reads the module from disk. */

import { readFile } from "node:fs/promises";

import { loadOnce } from "./module.js";
import type { ModuleSource } from "./types.js";

/** Loads the WebAssembly module, from beside this file unless `source` says otherwise. Calling it again is free. */
export function init(source?: ModuleSource | Promise<ModuleSource>): Promise<void> {
  return loadOnce(() => source ?? readFile(new URL("./raw/plethys_bg.wasm", import.meta.url)));
}
