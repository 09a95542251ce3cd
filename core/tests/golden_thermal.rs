//! Golden vectors of thermography: what the monitor makes of small synthetic frames, byte for byte.
//!
//! `tests/golden/thermal/*.json` is written by this test (`PLETHYS_BLESS=1 cargo test -p plethys --test golden_thermal`) and checked by
//! it, by the Python tests and by the WASM tests: one truth for three languages. Pixels are integers times a scale, so that every
//! language reads the same number. Following the limb is left out: it rests on an FFT, whose bits differ by target.

use std::fmt::Write as _;
use std::path::PathBuf;

use ndarray::{Array3, Axis};
use plethys::thermal::{
    Emissivity, Encoding, Frame, Radiometry, Shape, Telemetry, ThermalAnalysis, ThermalConfig, analyze_thermal,
};
use plethys_datasets::Rng;
use serde::{Deserialize, Serialize};

/// A vector: what goes in, and the bytes that come out.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Golden {
    what: String,
    rows: usize,
    columns: usize,
    /// K per count; null: pixels are °C.
    kelvin_per_count: Option<f64>,
    /// Pixel = integer × scale; 65 535 is a missing pixel of °C.
    scale: f64,
    /// Pixels of all frames, four hexadecimal digits each.
    pixels: String,
    time_ms: Vec<i64>,
    /// Places of the frames that the camera marks as taken behind its shutter.
    shutter: Vec<usize>,
    /// Name, then top, bottom, left, right.
    rectangles: Vec<(String, [usize; 4])>,
    /// Name, region that is mirrored, axis.
    mirrored: Option<(String, String, f64)>,
    /// Name, region, region that is subtracted.
    difference: (String, String, String),
    /// Emissivity, reflected temperature.
    emissivity: Option<(f64, f64)>,
    /// Name of the region, its temperature.
    reference: Option<(String, f64)>,
    baseline: Option<(f64, f64)>,
    /// Bytes of the tables (`to_bytes`), hexadecimal.
    regions: String,
    means: String,
    differences: String,
    difference_means: String,
    events: String,
}

impl Golden {
    fn config(&self) -> ThermalConfig {
        let encoding =
            self.kelvin_per_count.map_or(Encoding::Celsius, |kelvin_per_count| Encoding::TLinear { kelvin_per_count });
        let mut config = ThermalConfig::new(self.rows, self.columns, encoding);
        for (name, [top, bottom, left, right]) in &self.rectangles {
            let shape = Shape::Rectangle { top: *top, bottom: *bottom, left: *left, right: *right };
            config = config.region(name, shape).expect("short");
        }
        if let Some((name, of, axis)) = &self.mirrored {
            config = config.mirrored(name, of, *axis).expect("short");
        }
        let (name, of, minus) = &self.difference;
        config = config.difference(name, of, minus).expect("short");
        if let Some((emissivity, reflected)) = self.emissivity {
            let surface = Emissivity { emissivity, reflected, transmission: 1.0, air: reflected };
            config.radiometry = Radiometry::new(encoding).corrected(surface).expect("in range");
        }
        if let Some((name, known)) = &self.reference {
            config = config.reference(name, Some(*known)).expect("short");
        }
        config.baseline = self.baseline.map(|(start, end)| [start, end]);
        config
    }

    fn analyze(&self) -> ThermalAnalysis {
        let digits = self.pixels.as_bytes().chunks(4);
        let integers = digits.map(|four| u16::from_str_radix(str::from_utf8(four).expect("ASCII"), 16).expect("hex"));
        let shape = (self.time_ms.len(), self.rows, self.columns);
        let counts = Array3::from_shape_vec(shape, integers.collect()).expect("all pixels");
        let celsius = counts.mapv(|raw| if raw == u16::MAX { f64::NAN } else { f64::from(raw) * self.scale });
        let times: Vec<f64> = self.time_ms.iter().map(|ms| *ms as f64 / 1000.0).collect();
        let frames = (0..times.len()).map(|place| {
            let telemetry = Telemetry { shutter: self.shutter.contains(&place), ..Telemetry::default() };
            if self.kelvin_per_count.is_some() {
                Frame::from(counts.index_axis(Axis(0), place)).with(telemetry)
            } else {
                Frame::from(celsius.index_axis(Axis(0), place)).with(telemetry)
            }
        });
        analyze_thermal(frames, &times, self.config()).expect("a valid configuration")
    }

    fn answered(mut self) -> Self {
        let result = self.analyze();
        assert!(result.regions.len() > 50, "{}: {} rows", self.what, result.regions.len());
        self.regions = hex(&result.regions.to_bytes());
        self.means = hex(&result.means.to_bytes());
        self.differences = hex(&result.differences.to_bytes());
        self.difference_means = hex(&result.difference_means.to_bytes());
        self.events = hex(&result.notices.to_bytes());
        self
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

fn pixels(integers: &[u16]) -> String {
    integers.iter().fold(String::with_capacity(4 * integers.len()), |mut text, pixel| {
        write!(text, "{pixel:04x}").expect("a String takes everything");
        text
    })
}

/// A camera of counts over two feet: a shutter with a step, a frame that repeats, a stamp that goes back, dead and hot pixels.
fn camera() -> Golden {
    let (rows, columns, frames) = (16, 18, 80_usize);
    let mut rng = Rng::new(41);
    let mut integers = Vec::new();
    for frame in 0..frames {
        if frame == 20 {
            integers.extend_from_within(integers.len() - rows * columns..);
            continue;
        }
        let drift = if frame >= 50 { 0.35 } else { 0.0 };
        for row in 0..rows {
            for column in 0..columns {
                let is_foot = (4..14).contains(&row) && ((1..7).contains(&column) || (11..17).contains(&column));
                let warmer = if column < 9 { 0.005 * frame as f64 } else { 0.0 };
                let celsius = if is_foot { 31.0 + warmer } else { 22.0 } + drift + 0.05 * rng.normal();
                integers.push(libm::round((celsius + 273.15) / 0.01) as u16);
            }
        }
        let start = integers.len() - rows * columns;
        integers[start + 5 * columns + 3] = 0; // dead
        integers[start + 6 * columns + 12] = 31_900; // hot
    }
    let mut time_ms: Vec<i64> = (0..frames).map(|frame| libm::round(frame as f64 * 1000.0 / 4.0) as i64).collect();
    time_ms[33] = time_ms[31];
    Golden {
        what: "two feet in counts of 0.01 K: shutter, repeated frame, backward stamp, bad pixels, reference".to_owned(),
        rows,
        columns,
        kelvin_per_count: Some(0.01),
        scale: 1.0,
        pixels: pixels(&integers),
        time_ms,
        shutter: vec![49],
        rectangles: vec![("right".to_owned(), [5, 13, 2, 6]), ("plate".to_owned(), [0, 3, 0, 18])],
        mirrored: Some(("left".to_owned(), "right".to_owned(), 9.0)),
        difference: ("feet".to_owned(), "right".to_owned(), "left".to_owned()),
        emissivity: Some((0.98, 21.5)),
        reference: Some(("plate".to_owned(), 22.0)),
        baseline: Some((0.0, 6.0)),
        regions: String::new(),
        means: String::new(),
        differences: String::new(),
        difference_means: String::new(),
        events: String::new(),
    }
}

/// An array of 8 × 8 thermopiles in quarters of a degree, uneven stamps, missing pixels, a pause.
fn array() -> Golden {
    let frames = 90_usize;
    let mut rng = Rng::new(42);
    let mut integers = Vec::new();
    for frame in 0..frames {
        for pixel in 0..64 {
            let is_hand = (16..48).contains(&pixel) && pixel % 8 < 7;
            let celsius = if is_hand { 28.0 } else { 19.0 } + 0.16 * rng.normal();
            let is_missing = frame % 17 == 3 && pixel % 5 == 0 || (60..63).contains(&frame) && is_hand;
            integers.push(if is_missing { u16::MAX } else { libm::round(celsius / 0.25) as u16 });
        }
    }
    let stamp = |frame: i64| 100 * frame + 37 * (frame % 3) + if frame >= 70 { 14_000 } else { 0 };
    Golden {
        what: "an array of 8 x 8 in steps of 0.25 degrees: uneven stamps, missing pixels, a pause".to_owned(),
        rows: 8,
        columns: 8,
        kelvin_per_count: None,
        scale: 0.25,
        pixels: pixels(&integers),
        time_ms: (0_i64..).take(frames).map(stamp).collect(),
        shutter: Vec::new(),
        rectangles: vec![("hand".to_owned(), [2, 6, 0, 3]), ("finger".to_owned(), [2, 6, 4, 7])],
        mirrored: None,
        difference: ("distal".to_owned(), "finger".to_owned(), "hand".to_owned()),
        emissivity: None,
        reference: None,
        baseline: None,
        regions: String::new(),
        means: String::new(),
        differences: String::new(),
        difference_means: String::new(),
        events: String::new(),
    }
}

fn vectors() -> Vec<(&'static str, Golden)> {
    vec![("camera", camera()), ("array", array())]
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/thermal").join(format!("{name}.json"))
}

#[test]
fn the_kernel_still_gives_the_golden_bytes() {
    let bless = std::env::var_os("PLETHYS_BLESS").is_some();
    for (name, vector) in vectors() {
        let now = vector.answered();
        if bless {
            let text = serde_json::to_string(&now).expect("serialises");
            std::fs::create_dir_all(path(name).parent().expect("a folder")).expect("a writable folder");
            std::fs::write(path(name), text + "\n").expect("a writable file");
        }
        let text = std::fs::read_to_string(path(name)).expect("bless first");
        let golden: Golden = serde_json::from_str(&text).expect("a vector");
        assert!(
            golden == now,
            "{name}: differs from the golden vector; if that is meant, bless it and say so in the changelog"
        );
    }
}

#[test]
fn the_vectors_hold_what_they_say() {
    let result = camera().analyze();
    let counts = result.end.counts;
    assert_eq!((counts.repeated, counts.backward), (1, 1));
    assert!(counts.shutters >= 1 && counts.bad_pixels >= 1 && result.end.segment >= 1, "{counts:?}");
    assert!(result.regions.number("correction").iter().any(|shift| *shift != 0.0));
    assert!(result.difference_means.len() > 10 && result.notices.len() >= 3);
    let result = array().analyze();
    assert!(result.regions.flag("accepted").iter().any(|accepted| !accepted));
    assert_eq!(result.notices.len(), 1);
}

#[test]
fn a_changed_pixel_changes_the_bytes() {
    let mut vector = array();
    let before = vector.analyze().regions.to_bytes();
    vector.pixels.replace_range(4 * 64 + 4 * 17..4 * 64 + 4 * 18, "0090");
    assert_ne!(vector.analyze().regions.to_bytes(), before);
}
