//! Writes the stress sets as a directory of recordings, in the layout that `PLETHYS_DATA` has.
//!
//! ```text
//! cargo run --release -p plethys-datasets --example write_stress_sets -- DIRECTORY [SEEDS]
//! ```
//!
//! Each set becomes a folder with one `<set>_<seed>.npz` (`fs`, `ppg`, `t_ms` and `acc` where there are any) and one
//! `beats_<set>_<seed>.csv` of the visible beats: systolic peak and onset, in seconds. `targets.csv` says what is asked.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use npyz::WriterBuilder;
use npyz::npz::NpzWriter;
use plethys_datasets::{Recording, Target, stress_sets};

/// Seeds without a count on the command line.
const SEEDS: u64 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("usage: write_stress_sets DIRECTORY [SEEDS]")?);
    let seeds = arguments.next().map_or(Ok(SEEDS), |count| count.parse())?;
    fs::create_dir_all(&directory)?;
    let mut targets = fs::File::create(directory.join("targets.csv"))?;
    writeln!(targets, "set,asked,limit")?;
    for set in stress_sets() {
        let (asked, limit) = match set.target {
            Target::F1(limit) => ("f1", limit),
            Target::BeatsPerMinute(limit) => ("beats_per_minute", limit),
            Target::Report => ("nothing", 0.0),
        };
        writeln!(targets, "{},{asked},{limit}", set.name)?;
        let folder = directory.join(&set.name);
        fs::create_dir_all(&folder)?;
        for seed in 0..seeds {
            write_recording(&folder, &format!("{}_{seed}", set.name), &set.make(seed))?;
        }
    }
    Ok(())
}

/// One recording and its true beats.
fn write_recording(folder: &Path, name: &str, recording: &Recording) -> Result<(), Box<dyn Error>> {
    let mut arrays = NpzWriter::create(folder.join(format!("{name}.npz")))?;
    write_array(&mut arrays, "fs", &[], [recording.sample_rate])?;
    let count = recording.samples.len() as u64;
    write_array(&mut arrays, "ppg", &[count], recording.samples.iter().copied())?;
    if let Some(times) = &recording.times {
        write_array(&mut arrays, "t_ms", &[count], times.iter().map(|time| 1000.0 * time))?;
    }
    if let Some(acceleration) = &recording.acceleration {
        write_array(&mut arrays, "acc", &[count, 3], acceleration.iter().copied().flatten())?;
    }
    let mut beats = fs::File::create(folder.join(format!("beats_{name}.csv")))?;
    writeln!(beats, "peak_s,onset_s")?;
    for beat in recording.truth.visible() {
        writeln!(beats, "{:.6},{:.6}", beat.peak, beat.onset)?;
    }
    Ok(())
}

/// One array of `shape`; no shape is a single number.
fn write_array(
    arrays: &mut NpzWriter<std::io::BufWriter<fs::File>>,
    name: &str,
    shape: &[u64],
    values: impl IntoIterator<Item = f64>,
) -> Result<(), Box<dyn Error>> {
    let mut writer = arrays
        .array(name, npyz::zip::write::FileOptions::default().compression_method(npyz::zip::CompressionMethod::Stored))?
        .default_dtype()
        .shape(shape)
        .begin_nd()?;
    writer.extend(values)?;
    writer.finish()?;
    Ok(())
}
