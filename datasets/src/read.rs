//! Readers for recorded data in the project's layout.
//!
//! One folder per dataset; in it `<record>.npz` with the sampling rate `fs` (Hz) and one array per channel, and next to it
//! `beats_<record>.csv`, `exclude_<record>.csv`, `hr_reference_<record>.csv`, `rr_reference_<record>.csv` where the dataset
//! has them. `t_ms`, where present, is the true capture time. The folder of folders is named by `PLETHYS_DATA`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use npyz::{DType, NpyFile, TypeChar, npz::NpzArchive};

use crate::truth::Span;

/// A file that could not be read: which one, and what was expected.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// The file system or the archive refused.
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file is there but is not what it should be.
    Content {
        /// The file.
        path: PathBuf,
        /// What was expected, and what came; names line or array.
        problem: String,
    },
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Content { path, problem } => write!(f, "{}: {problem}", path.display()),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Content { .. } => None,
        }
    }
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> ReadError + '_ {
    move |source| ReadError::Io { path: path.to_path_buf(), source }
}

fn content(path: &Path, problem: String) -> ReadError {
    ReadError::Content { path: path.to_path_buf(), problem }
}

/// One array of a record, as `f64`, rows first.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name in the archive.
    pub name: String,
    /// Its shape: `[n]`, `[n, axes]` or `[frames, height, width]`; `[]` for a single number.
    pub shape: Vec<usize>,
    /// Its values, the last axis running fastest; NaN is a missing sample.
    pub values: Vec<f64>,
}

/// One record: the arrays of a `.npz` file.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Where it was read from.
    pub path: PathBuf,
    /// Name of its dataset: the folder.
    pub dataset: String,
    /// Its own name: the file without extension.
    pub name: String,
    /// Sampling rate, Hz (`fs`); absent for sets of single frames.
    pub sample_rate: Option<f64>,
    /// Capture times in s (from `t_ms`), where the source has them.
    pub times: Option<Vec<f64>>,
    /// All other arrays, in the archive's order.
    pub channels: Vec<Channel>,
}

impl Record {
    /// Reads a `.npz` file.
    ///
    /// # Errors
    /// [`ReadError`] where the file is missing, is no `.npz`, or holds an array that is not numeric; the message names
    /// file and array.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let mut archive = NpzArchive::open(path).map_err(io_error(path))?;
        let names: Vec<String> = archive.array_names().map(str::to_owned).collect();
        let mut channels = Vec::with_capacity(names.len());
        for name in names {
            let array = archive.by_name(&name).map_err(io_error(path))?;
            let array = array.ok_or_else(|| content(path, format!("expected an array {name:?}, found none")))?;
            channels.push(channel(path, name, array)?);
        }
        let mut take =
            |name: &str| channels.iter().position(|channel| channel.name == name).map(|index| channels.remove(index));
        let sample_rate = match take("fs") {
            None => None,
            Some(Channel { values, .. }) => match values[..] {
                [rate] if rate.is_finite() && rate > 0.0 => Some(rate),
                _ => {
                    return Err(content(path, format!("expected fs to be one positive number, found {values:?}")));
                }
            },
        };
        let times = take("t_ms").map(|stamps| stamps.values.iter().map(|ms| ms / 1000.0).collect());
        let part = |part: Option<&std::ffi::OsStr>| part.map_or_else(String::new, |p| p.to_string_lossy().into_owned());
        Ok(Self {
            path: path.to_path_buf(),
            dataset: part(path.parent().and_then(Path::file_name)),
            name: part(path.file_stem()),
            sample_rate,
            times,
            channels,
        })
    }

    /// The channel of this name.
    pub fn channel(&self, name: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.name == name)
    }

    /// A channel with one value per sample, or an error that lists what there is.
    ///
    /// # Errors
    /// [`ReadError::Content`] where the channel is missing or has more than one axis.
    pub fn samples(&self, name: &str) -> Result<&[f64], ReadError> {
        match self.channel(name) {
            Some(channel) if channel.shape.len() == 1 => Ok(&channel.values),
            Some(channel) => Err(content(
                &self.path,
                format!("expected {name:?} to have one axis, found the shape {:?}", channel.shape),
            )),
            None => {
                let names: Vec<&str> = self.channels.iter().map(|channel| channel.name.as_str()).collect();
                Err(content(&self.path, format!("expected a channel {name:?}, found {}", names.join(", "))))
            }
        }
    }

    /// A channel with three values per sample, such as acceleration.
    ///
    /// # Errors
    /// [`ReadError::Content`] where the channel is missing or is not (n, 3).
    pub fn vectors(&self, name: &str) -> Result<Vec<[f64; 3]>, ReadError> {
        match self.channel(name) {
            Some(channel) if matches!(channel.shape[..], [_, 3]) => Ok(channel.values.as_chunks::<3>().0.to_vec()),
            other => Err(content(
                &self.path,
                format!("expected {name:?} of shape (n, 3), found {:?}", other.map(|channel| &channel.shape)),
            )),
        }
    }

    /// The reference file `<kind>_<record>.csv` next to the record, if there is one.
    fn reference(&self, kind: &str) -> Option<PathBuf> {
        let path = self.path.with_file_name(format!("{kind}_{}.csv", self.name));
        path.is_file().then_some(path)
    }

    /// Reference beat times in s (ECG R peaks: the pulse follows by 0.1 to 0.6 s), from `beats_<record>.csv`.
    ///
    /// # Errors
    /// [`ReadError`] naming file and line; a record without such a file gives `Ok(None)`.
    pub fn beats(&self) -> Result<Option<Vec<f64>>, ReadError> {
        let Some(path) = self.reference("beats") else {
            return Ok(None);
        };
        let table = Table::read(&path)?;
        (0..table.rows.len()).map(|row| table.number(row, 0)).collect::<Result<_, _>>().map(Some)
    }

    /// Intervals that are not to be scored, from `exclude_<record>.csv`; empty where there is no such file.
    ///
    /// # Errors
    /// [`ReadError`] naming file and line.
    pub fn excluded(&self) -> Result<Vec<Span>, ReadError> {
        let Some(path) = self.reference("exclude") else {
            return Ok(Vec::new());
        };
        let table = Table::read(&path)?;
        (0..table.rows.len()).map(|row| Ok(Span::new(table.number(row, 0)?, table.number(row, 1)?))).collect()
    }

    /// Heart rate from an independent reference, from `hr_reference_<record>.csv`.
    ///
    /// # Errors
    /// [`ReadError`] naming file and line, or the columns that were expected; `Ok(None)` without such a file.
    pub fn heart_rates(&self) -> Result<Option<Vec<HeartRate>>, ReadError> {
        let Some(path) = self.reference("hr_reference") else {
            return Ok(None);
        };
        let table = Table::read(&path)?;
        let window = (table.column("window_start_s"), table.column("window_end_s"), table.column("bpm"));
        let numerics = (table.column("t_s"), table.column("hr_ecg_monitor_bpm"));
        let mut rates = Vec::with_capacity(table.rows.len());
        for row in 0..table.rows.len() {
            let (span, bpm) = match (window, numerics) {
                ((Some(start), Some(end), Some(bpm)), _) => {
                    (Span::new(table.number(row, start)?, table.number(row, end)?), bpm)
                }
                (_, (Some(time), Some(bpm))) => {
                    let time = table.number(row, time)?;
                    (Span::new(time, time), bpm)
                }
                _ => {
                    return Err(content(
                        &path,
                        format!(
                            "expected the columns window_start_s, window_end_s, bpm or t_s, hr_ecg_monitor_bpm, found {}",
                            table.header.join(", ")
                        ),
                    ));
                }
            };
            // An empty cell: the monitor had none at that moment.
            if !table.is_empty(row, bpm) {
                rates.push(HeartRate { span, bpm: table.number(row, bpm)? });
            }
        }
        Ok(Some(rates))
    }

    /// Reference intervals between beats in s, in order and without a clock in common with the samples, from
    /// `rr_reference_<record>.csv`.
    ///
    /// # Errors
    /// [`ReadError`] naming file and line, or the column that was expected; `Ok(None)` without such a file.
    pub fn intervals(&self) -> Result<Option<Vec<f64>>, ReadError> {
        let Some(path) = self.reference("rr_reference") else {
            return Ok(None);
        };
        let table = Table::read(&path)?;
        let Some(column) = table.column("rr_ms") else {
            return Err(content(&path, format!("expected a column rr_ms, found {}", table.header.join(", "))));
        };
        (0..table.rows.len()).map(|row| Ok(table.number(row, column)? / 1000.0)).collect::<Result<_, _>>().map(Some)
    }
}

/// Heart rate over a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeartRate {
    /// The window it is the mean of; start and end are the same where a monitor gave it for a moment.
    pub span: Span,
    /// Beats per minute.
    pub bpm: f64,
}

/// Reads one array as `f64`, in row order.
fn channel(path: &Path, name: String, array: NpyFile<impl io::Read>) -> Result<Channel, ReadError> {
    let shape: Vec<usize> = array.shape().iter().map(|&length| length as usize).collect();
    let fortran = array.order() == npyz::Order::Fortran;
    let dtype = array.dtype();
    let unsupported =
        || content(path, format!("expected array {name:?} to hold real numbers, found {}", dtype.descr()));
    let DType::Plain(ty) = &dtype else {
        return Err(unsupported());
    };
    macro_rules! cast {
        ($ty:ty) => {
            array.into_vec::<$ty>().map(|values| values.into_iter().map(|value| value as f64).collect::<Vec<f64>>())
        };
    }
    // Integers of 64 bits beyond 2^53 lose their last bits, as they do everywhere in f64.
    let values = match (ty.type_char(), ty.size_field()) {
        (TypeChar::Float, 4) => array.into_vec::<f32>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Float, 8) => array.into_vec::<f64>(),
        (TypeChar::Int, 1) => array.into_vec::<i8>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Int, 2) => array.into_vec::<i16>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Int, 4) => array.into_vec::<i32>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Int, 8) => cast!(i64),
        (TypeChar::Uint, 1) => array.into_vec::<u8>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Uint, 2) => array.into_vec::<u16>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Uint, 4) => array.into_vec::<u32>().map(|values| values.into_iter().map(f64::from).collect()),
        (TypeChar::Uint, 8) => cast!(u64),
        _ => return Err(unsupported()),
    };
    let values: Vec<f64> = values.map_err(|source| content(path, format!("array {name:?}: {source}")))?;
    let values = if fortran { rows_first(&values, &shape) } else { values };
    Ok(Channel { name, shape, values })
}

/// Values stored with the first axis running fastest, turned into rows first.
fn rows_first(values: &[f64], shape: &[usize]) -> Vec<f64> {
    (0..values.len())
        .map(|index| {
            // The indices of this element, last axis fastest, then its place with the first axis fastest.
            let (mut rest, mut stride, mut place) = (index, values.len(), 0);
            for &length in shape.iter().rev() {
                stride /= length;
                place += rest % length * stride;
                rest /= length;
            }
            values[place]
        })
        .collect()
}

/// A small comma-separated table of numbers with a header; quotes are not used in this layout.
struct Table {
    path: PathBuf,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, ReadError> {
        let text = fs::read_to_string(path).map_err(io_error(path))?;
        let cells = |line: &str| line.split(',').map(|cell| cell.trim().to_owned()).collect::<Vec<String>>();
        let mut lines = text.lines();
        let header = match lines.next().map(str::trim) {
            Some(line) if !line.is_empty() => cells(line),
            _ => {
                return Err(content(path, "expected a header line, found an empty file".into()));
            }
        };
        let rows = lines.filter(|line| !line.trim().is_empty()).map(cells).collect();
        Ok(Self { path: path.to_path_buf(), header, rows })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    fn is_empty(&self, row: usize, column: usize) -> bool {
        self.rows[row].get(column).is_none_or(String::is_empty)
    }

    fn number(&self, row: usize, column: usize) -> Result<f64, ReadError> {
        let cell = self.rows[row].get(column).map_or("", String::as_str);
        cell.parse().map_err(|_| {
            let name = self.header.get(column).map_or("", String::as_str);
            content(&self.path, format!("line {}: expected a number in column {name:?}, found {cell:?}", row + 2))
        })
    }
}

/// The folder of recorded data: what `PLETHYS_DATA` names, if it is a folder.
pub fn find_data() -> Option<PathBuf> {
    std::env::var_os("PLETHYS_DATA").map(PathBuf::from).filter(|path| path.is_dir())
}

/// All records below `directory` (a folder of datasets, or one dataset), as paths of `.npz` files in sorted order.
///
/// # Errors
/// [`ReadError::Io`] where a folder cannot be listed.
pub fn records(directory: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let list = |folder: &Path| -> Result<Vec<PathBuf>, ReadError> {
        fs::read_dir(folder)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
            .map_err(io_error(folder))
    };
    let is_record = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "npz");
    let mut found = Vec::new();
    for path in list(directory)? {
        if path.is_dir() {
            found.extend(list(&path)?.into_iter().filter(is_record));
        } else if is_record(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use npyz::WriterBuilder;

    /// A folder of its own for one test, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("plethys-read-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, text).unwrap();
            path
        }

        fn archive(&self, name: &str, fill: impl FnOnce(&mut Writer)) -> PathBuf {
            let path = self.0.join(name);
            let mut writer = npyz::npz::NpzWriter::create(&path).unwrap();
            fill(&mut writer);
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// The archive's options, whose type npyz does not name.
    fn plain<T: Default>() -> T {
        T::default()
    }

    type Writer = npyz::npz::NpzWriter<io::BufWriter<fs::File>>;

    fn put<T: npyz::AutoSerialize>(writer: &mut Writer, name: &str, shape: &[u64], order: npyz::Order, values: Vec<T>) {
        let mut array =
            writer.array(name, plain()).unwrap().default_dtype().order(order).shape(shape).begin_nd().unwrap();
        array.extend(values).unwrap();
        array.finish().unwrap();
    }

    const ROWS: npyz::Order = npyz::Order::C;

    #[test]
    fn channels_of_all_kinds_come_back_as_numbers() {
        let folder = Folder::new("kinds");
        let path = folder.archive("walk.npz", |writer| {
            put(writer, "fs", &[], ROWS, vec![64.0_f64]);
            put(writer, "ppg", &[3], ROWS, vec![1.5_f32, f32::NAN, -2.0]);
            put(writer, "acc", &[2, 3], ROWS, vec![1_i16, 2, 3, 4, 5, 6]);
            put(writer, "columns", &[2, 3], npyz::Order::Fortran, vec![1_u8, 4, 2, 5, 3, 6]);
            put(writer, "t_ms", &[3], ROWS, vec![0_i64, 16, 40]);
        });
        let record = Record::read(&path).unwrap();
        assert_eq!((record.name.as_str(), record.sample_rate), ("walk", Some(64.0)));
        assert_eq!(record.times, Some(vec![0.0, 0.016, 0.04]));
        let ppg = record.samples("ppg").unwrap();
        assert!(ppg[0] == 1.5 && ppg[1].is_nan() && ppg[2] == -2.0);
        let rows = vec![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
        assert_eq!(record.vectors("acc").unwrap(), rows);
        assert_eq!(record.vectors("columns").unwrap(), rows);
        assert_eq!(record.channel("acc").unwrap().shape, [2, 3]);
    }

    #[test]
    fn errors_name_the_file_and_what_was_expected() {
        let folder = Folder::new("errors");
        let missing = Record::read(&folder.0.join("absent.npz")).unwrap_err().to_string();
        assert!(missing.contains("absent.npz"), "{missing}");
        let foreign = Record::read(&folder.file("text.npz", "no archive")).unwrap_err().to_string();
        assert!(foreign.contains("text.npz"), "{foreign}");

        let path = folder.archive("zero.npz", |writer| put(writer, "fs", &[], ROWS, vec![0.0_f64]));
        let rate = Record::read(&path).unwrap_err().to_string();
        assert!(rate.contains("zero.npz") && rate.contains("fs") && rate.contains("positive"), "{rate}");

        let path = folder.archive("bool.npz", |writer| put(writer, "mask", &[2], ROWS, vec![true, false]));
        let kind = Record::read(&path).unwrap_err().to_string();
        assert!(kind.contains("mask") && kind.contains("real numbers"), "{kind}");

        let path = folder.archive("ok.npz", |writer| put(writer, "ppg", &[2, 2], ROWS, vec![0.0_f64; 4]));
        let record = Record::read(&path).unwrap();
        assert_eq!(record.sample_rate, None);
        let shape = record.samples("ppg").unwrap_err().to_string();
        assert!(shape.contains("one axis") && shape.contains("[2, 2]"), "{shape}");
        let name = record.samples("ecg").unwrap_err().to_string();
        assert!(name.contains("\"ecg\"") && name.contains("ppg"), "{name}");
        assert!(record.vectors("ppg").unwrap_err().to_string().contains("(n, 3)"));

        let whole = fs::read(&path).unwrap();
        let cut = folder.0.join("cut.npz");
        fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
        assert!(Record::read(&cut).unwrap_err().to_string().contains("cut.npz"));
    }

    #[test]
    fn references_are_read_and_their_errors_name_the_line() {
        let folder = Folder::new("references");
        let path = folder.archive("a.npz", |writer| put(writer, "fs", &[], ROWS, vec![1.0_f64]));
        let record = Record::read(&path).unwrap();
        assert!(record.beats().unwrap().is_none() && record.excluded().unwrap().is_empty());
        assert!(record.heart_rates().unwrap().is_none() && record.intervals().unwrap().is_none());

        folder.file("beats_a.csv", "ecg_r_t_s,votes\n0.4,3\r\n1.25,2\n\n");
        folder.file("exclude_a.csv", "start_s,end_s\n1.0,2.5\n");
        folder.file("hr_reference_a.csv", "t_s,hr_ecg_monitor_bpm\n0,94\n1,\n2,95.5\n");
        folder.file("rr_reference_a.csv", "rr_ms,cum_end_s\n800,0.8\n");
        assert_eq!(record.beats().unwrap().unwrap(), [0.4, 1.25]);
        assert_eq!(record.excluded().unwrap(), [Span::new(1.0, 2.5)]);
        let rates = record.heart_rates().unwrap().unwrap();
        assert_eq!(rates.len(), 2, "an empty cell is no rate");
        assert_eq!((rates[1].span.start, rates[1].bpm), (2.0, 95.5));
        assert_eq!(record.intervals().unwrap().unwrap(), [0.8]);

        folder.file("hr_reference_a.csv", "window_start_s,window_end_s,bpm\n0,8,74.5\n");
        let rates = record.heart_rates().unwrap().unwrap();
        assert_eq!(rates, [HeartRate { span: Span::new(0.0, 8.0), bpm: 74.5 }]);
        folder.file("hr_reference_a.csv", "minute,bpm\n0,70\n");
        assert!(record.heart_rates().unwrap_err().to_string().contains("window_start_s"));

        folder.file("beats_a.csv", "ecg_r_t_s,votes\n0.4,3\nsoon,2\n");
        let error = record.beats().unwrap_err().to_string();
        assert!(error.contains("beats_a.csv") && error.contains("line 3") && error.contains("\"soon\""), "{error}");
        folder.file("exclude_a.csv", "start_s,end_s\n1.0\n");
        assert!(record.excluded().unwrap_err().to_string().contains("line 2"));
        folder.file("beats_a.csv", "");
        assert!(record.beats().unwrap_err().to_string().contains("header"));
    }

    #[test]
    fn records_are_listed_in_order() {
        let folder = Folder::new("list");
        for name in ["b", "a"] {
            fs::create_dir_all(folder.0.join(name)).unwrap();
            folder.archive(&format!("{name}/2.npz"), |writer| put(writer, "fs", &[], ROWS, vec![1.0_f64]));
            folder.archive(&format!("{name}/1.npz"), |writer| put(writer, "fs", &[], ROWS, vec![1.0_f64]));
            folder.file(&format!("{name}/README.md"), "");
        }
        let found = records(&folder.0).unwrap();
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(&folder.0).unwrap().to_owned()).collect();
        assert_eq!(names, ["a/1.npz", "a/2.npz", "b/1.npz", "b/2.npz"].map(PathBuf::from));
        assert_eq!(records(&folder.0.join("a")).unwrap().len(), 2);
        assert_eq!(Record::read(&found[0]).unwrap().dataset, "a");
        assert!(records(&folder.0.join("none")).unwrap_err().to_string().contains("none"));
    }
}
