//! What a stream of frames is, and what is asked of it.

use alloc::vec::Vec;

use super::radiometry::{Encoding, Radiometry};
use super::region::{Region, Shape};
use crate::error::{ConfigError, in_range};
use crate::signal::Label;

/// Most regions, and most differences, of one monitor.
pub const MAX_REGIONS: usize = 64;
/// Fewest pixels from which a region's mean is more than a few detectors' errors; fewer are flagged.
pub const MIN_PIXELS: u32 = 25;
/// Fewest pixels of a frame in which a step of the whole scene can be told from one of a part of it.
pub(crate) const MIN_SCENE: usize = 256;

/// How a camera's shutter is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum ShutterRule {
    /// There is none: contact probes, thermopile arrays (MLX90640, AMG8833).
    None = 0,
    /// By the camera's telemetry.
    Telemetry = 1,
    /// By telemetry, and by the step of the whole scene that it leaves; frames of 256 pixels or more.
    Detect = 2,
}

/// A region of known or at least constant temperature, against which the camera's drift is corrected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// Name of the region.
    pub region: Label,
    /// Its temperature, °C; `None` where only its constancy is known: temperatures are then relative to its mean of the first 10 s.
    pub temperature: Option<f64>,
}

/// What a difference of two regions stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum DifferenceKind {
    /// Right minus left, mirrored sites.
    Side = 0,
    /// Distal minus proximal: toe minus shin, finger minus dorsum.
    Gradient = 1,
}

/// The difference of two regions in the same frame: what all of the scene shares (drift, shutter) cancels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Its name, once per configuration.
    pub name: Label,
    /// Name of the region from which the other is subtracted: right, or distal.
    pub of: Label,
    /// Name of the region that is subtracted: left, or proximal.
    pub minus: Label,
    /// What it stands for.
    pub kind: DifferenceKind,
}

/// A stream of frames, and what is measured on it; plain data, checked when a monitor is built.
///
/// ```
/// use plethys::thermal::{Encoding, Shape, ThermalConfig};
/// let config = ThermalConfig::new(120, 160, Encoding::LEPTON)
///     .region("right foot", Shape::Rectangle { top: 40, bottom: 80, left: 20, right: 60 })?
///     .mirrored("left foot", "right foot", 80.0)?
///     .difference("feet", "right foot", "left foot")?;
/// assert_eq!(config.regions.len(), 2);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ThermalConfig {
    /// Rows of a frame, 1 to 1280.
    pub rows: usize,
    /// Columns of a frame, 1 to 1280.
    pub columns: usize,
    /// How pixels become temperatures.
    pub radiometry: Radiometry,
    /// Regions, in the order of their codes in tables.
    pub regions: Vec<Region>,
    /// Differences of two regions, in the order of their codes in tables.
    pub differences: Vec<Difference>,
    /// A region of constant temperature.
    pub reference: Option<Reference>,
    /// Start and end of the person's own baseline, s, from which changes of differences are counted.
    pub baseline: Option<[f64; 2]>,
    /// Time since switching on, or else since the first frame, during which rows are flagged as warming, s.
    pub warm_up: f64,
    /// How the shutter is found.
    pub shutter: ShutterRule,
    /// Time before and after the shutter that is cut out, s: 0 to 10.
    pub cut: f64,
    /// Whether a frame with the very pixels of the one before is the same frame again; a counter in the telemetry goes before it.
    pub skip_repeated: bool,
    /// Pixels known to be bad: row, column.
    pub bad_pixels: Vec<[usize; 2]>,
    /// Whether stuck and outlying pixels are looked for, each second.
    pub find_bad_pixels: bool,
    /// Whether median and percentiles are given; without them rows are about five times cheaper.
    pub percentiles: bool,
    /// Whether it is watched that the limb has not left a region.
    pub watch_limb: bool,
    /// Whether regions follow the limb: each frame is registered to the first (feature `spectrum`, frames of 16 × 16 or more).
    pub follow: bool,
}

impl ThermalConfig {
    /// Frames of `rows` × `columns` pixels, without regions. A camera of 256 pixels or more may have a shutter, warms up for 10 minutes
    /// and may have bad pixels; frames of 16 pixels or more that repeat are the same frame again.
    pub fn new(rows: usize, columns: usize, encoding: Encoding) -> Self {
        let pixels = rows.saturating_mul(columns);
        let is_camera = pixels >= MIN_SCENE;
        Self {
            rows,
            columns,
            radiometry: Radiometry::new(encoding),
            regions: Vec::new(),
            differences: Vec::new(),
            reference: None,
            baseline: None,
            warm_up: if is_camera { 600.0 } else { 0.0 },
            shutter: if is_camera { ShutterRule::Detect } else { ShutterRule::None },
            cut: 1.0,
            skip_repeated: pixels >= 16,
            bad_pixels: Vec::new(),
            find_bad_pixels: is_camera,
            percentiles: true,
            watch_limb: is_camera,
            follow: false,
        }
    }

    /// A contact probe (°C): frames of one pixel, and one region of this name.
    ///
    /// # Errors
    /// [`ConfigError::TooLong`] for a name above 24 bytes.
    pub fn probe(name: &str) -> Result<Self, ConfigError> {
        Self::new(1, 1, Encoding::Celsius).region(name, Shape::Whole)
    }

    /// With one more region, its edge taken as it is.
    ///
    /// # Errors
    /// [`ConfigError::TooLong`] for a name above 24 bytes; all else is checked when a monitor is built.
    pub fn region(self, name: &str, shape: Shape) -> Result<Self, ConfigError> {
        self.eroded_region(name, shape, 0)
    }

    /// With one more region, `erode` pixels taken off its edge; 2 or 3 where it follows the outline of a limb.
    ///
    /// # Errors
    /// As [`ThermalConfig::region`].
    pub fn eroded_region(mut self, name: &str, shape: Shape, erode: usize) -> Result<Self, ConfigError> {
        self.regions.push(Region { name: Label::new("region", name)?, shape, erode });
        Ok(self)
    }

    /// With the mirror image of region `of` across the vertical line x = `axis`, eroded as that is.
    ///
    /// # Errors
    /// As [`ThermalConfig::region`].
    pub fn mirrored(self, name: &str, of: &str, axis: f64) -> Result<Self, ConfigError> {
        let of = Label::new("region", of)?;
        let erode = self.regions.iter().find(|region| region.name == of).map_or(0, |region| region.erode);
        self.eroded_region(name, Shape::Mirrored { of, axis }, erode)
    }

    /// With the side difference of two regions: `right` minus `left`.
    ///
    /// # Errors
    /// As [`ThermalConfig::region`].
    pub fn difference(self, name: &str, right: &str, left: &str) -> Result<Self, ConfigError> {
        self.pair(name, right, left, DifferenceKind::Side)
    }

    /// With the gradient along a limb: `distal` minus `proximal`.
    ///
    /// # Errors
    /// As [`ThermalConfig::region`].
    pub fn gradient(self, name: &str, distal: &str, proximal: &str) -> Result<Self, ConfigError> {
        self.pair(name, distal, proximal, DifferenceKind::Gradient)
    }

    fn pair(mut self, name: &str, of: &str, minus: &str, kind: DifferenceKind) -> Result<Self, ConfigError> {
        let (name, of) = (Label::new("difference", name)?, Label::new("region", of)?);
        self.differences.push(Difference { name, of, minus: Label::new("region", minus)?, kind });
        Ok(self)
    }

    /// With a region of constant temperature (°C where it is known), against which the camera's drift is corrected.
    ///
    /// # Errors
    /// As [`ThermalConfig::region`].
    pub fn reference(mut self, region: &str, temperature: Option<f64>) -> Result<Self, ConfigError> {
        self.reference = Some(Reference { region: Label::new("region", region)?, temperature });
        Ok(self)
    }

    /// Names of the regions, in the order of their codes.
    pub fn region_names(&self) -> impl Iterator<Item = &str> {
        self.regions.iter().map(|region| region.name.as_str())
    }

    /// Place of the region with this name.
    pub fn region_place(&self, name: &str) -> Option<usize> {
        self.regions.iter().position(|region| region.name.as_str() == name)
    }

    /// The pixels of a region, row by row, eroded as it is: for pictures. `None` for an unknown name.
    ///
    /// # Errors
    /// As [`ThermalMonitor::new`](super::ThermalMonitor::new), for regions that cannot be laid onto the grid.
    pub fn mask(&self, region: &str) -> Result<Option<Vec<bool>>, ConfigError> {
        let Some(place) = self.region_place(region) else { return Ok(None) };
        Ok(super::region::masks(&self.regions, self.rows, self.columns)?.into_iter().nth(place))
    }

    pub(crate) fn place(&self, name: Label) -> Result<usize, ConfigError> {
        let unknown = ConfigError::Region { region: name, problem: "is not one of the regions" };
        self.regions.iter().position(|region| region.name == name).ok_or(unknown)
    }

    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        in_range("rows", self.rows as f64, 1.0, 1280.0)?;
        in_range("columns", self.columns as f64, 1.0, 1280.0)?;
        in_range("number of regions", self.regions.len() as f64, 1.0, MAX_REGIONS as f64)?;
        in_range("number of differences", self.differences.len() as f64, 0.0, MAX_REGIONS as f64)?;
        in_range("warm_up", self.warm_up, 0.0, 86_400.0)?;
        in_range("cut", self.cut, 0.0, 10.0)?;
        self.radiometry.check()?;
        for (place, pair) in self.differences.iter().enumerate() {
            let (of, minus) = (self.place(pair.of)?, self.place(pair.minus)?);
            if of == minus {
                return Err(ConfigError::Region { region: pair.of, problem: "is subtracted from itself" });
            }
            if self.differences[..place].iter().any(|other| other.name == pair.name) {
                return Err(ConfigError::Region { region: pair.name, problem: "is the name of two differences" });
            }
        }
        if let Some(reference) = self.reference {
            self.place(reference.region)?;
            if let Some(temperature) = reference.temperature {
                in_range("reference temperature", temperature, COLDEST, HOTTEST)?;
            }
        }
        if let Some([start, end]) = self.baseline
            && !(start.is_finite() && end.is_finite() && start < end)
        {
            return Err(ConfigError::NotIncreasing { argument: "baseline", low: start, high: end });
        }
        for &[row, column] in &self.bad_pixels {
            in_range("row of a bad pixel", row as f64, 0.0, self.rows as f64 - 1.0)?;
            in_range("column of a bad pixel", column as f64, 0.0, self.columns as f64 - 1.0)?;
        }
        if self.shutter == ShutterRule::Detect && self.rows * self.columns < MIN_SCENE {
            let because = "frames of fewer than 256 pixels do not tell a step of the whole scene";
            return Err(ConfigError::Conflict { argument: "shutter detection", because });
        }
        if self.follow {
            if !cfg!(feature = "spectrum") {
                return Err(ConfigError::Conflict { argument: "follow", because: "feature `spectrum` is off" });
            }
            if self.rows.min(self.columns) < 16 {
                let because = "frames of fewer than 16 x 16 pixels cannot be registered";
                return Err(ConfigError::Conflict { argument: "follow", because });
            }
        }
        Ok(())
    }
}

/// No skin, ice pack, wall or lamp in a room is colder, °C.
pub(crate) const COLDEST: f64 = -60.0;
/// Nor hotter, °C.
pub(crate) const HOTTEST: f64 = 200.0;
