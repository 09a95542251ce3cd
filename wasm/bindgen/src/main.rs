//! Writes the JavaScript glue of the WebAssembly module: `plethys-wasm-bindgen IN.wasm OUT_DIR`.
//!
//! The generator is linked in at exactly the version of the `wasm-bindgen` library, so that no separately installed tool can
//! disagree with it. What it writes is for the web target: one ES module, and one `.wasm` file beside it.

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

/// Stem of the files that are written: `plethys.js`, `plethys.d.ts`, `plethys_bg.wasm`.
const STEM: &str = "plethys";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, folder] = arguments.as_slice() else {
        eprintln!("usage: plethys-wasm-bindgen IN.wasm OUT_DIR");
        return ExitCode::from(2);
    };
    match generate(Path::new(module), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("plethys-wasm-bindgen: {module}: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate(module: &Path, folder: &Path) -> Result<(), String> {
    Bindgen::new()
        .input_path(module)
        .out_name(STEM)
        .web(true)
        .map_err(|error| format!("{error:#}"))?
        .typescript(true)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .map_err(|error| format!("{error:#}"))
}
