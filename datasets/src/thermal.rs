//! Synthetic thermal cameras with their truth.
//!
//! A scene of limbs on a cool background, each site's temperature driven by what its [`Course`] says (level, rewarming, vasomotion, blood
//! flow through the thermal-wave model of skin), is seen by a camera with everything that uncooled cameras add: noise, fixed pattern,
//! drift, shutters that calibrate it and freeze the picture, repeated frames, dead pixels, quantisation. Truth is what the scene was
//! before the camera.

mod camera;
mod course;
mod scene;

pub use camera::{ThermalCamera, ThermalFrame};
pub use course::{Course, FlowDrive, Line, Rewarming, resonance};
pub use scene::{Outline, Scene, Site};

use crate::check::{SynthError, within};

/// What a camera hands out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ThermalOutput {
    /// Counts, linear in temperature from 0 K.
    Counts {
        /// K per count.
        kelvin_per_count: f64,
    },
    /// °C in steps; 0 is not quantised.
    Celsius {
        /// K per step.
        step: f64,
    },
}

/// A shutter that calibrates the camera from time to time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shutter {
    /// Time between two of them, s.
    pub interval: f64,
    /// How long the picture stands still, s.
    pub freeze: f64,
    /// SD of the level that the camera has after each, K.
    pub level: f64,
    /// SD of the side-to-side slope over the frame that each leaves, K from edge to edge.
    pub residue: f64,
}

/// A limb in front of a thermal camera.
///
/// ```
/// use plethys_datasets::ThermalSynth;
/// let mut camera = ThermalSynth::lepton(1, 30.0).camera()?;
/// let frame = camera.next_frame().unwrap();
/// assert_eq!((frame.counts.len(), frame.time), (120 * 160, 0.0));
/// assert!((frame.counts[60 * 160 + 45] as f64 * 0.01 - 273.15 - 31.5).abs() < 1.0); // the right foot
/// # Ok::<(), plethys_datasets::SynthError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ThermalSynth {
    /// Makes everything random.
    pub seed: u64,
    /// Rows of a frame.
    pub rows: usize,
    /// Columns of a frame.
    pub columns: usize,
    /// Frames that differ, per second.
    pub frame_rate: f64,
    /// How often each is sent.
    pub repeats: usize,
    /// Length, s.
    pub duration: f64,
    /// What is in front of the camera; later ones lie over earlier ones.
    pub sites: Vec<Site>,
    /// Temperature of the background, °C.
    pub background: f64,
    /// What it hands out.
    pub output: ThermalOutput,
    /// Noise of a pixel in a frame, K (SD).
    pub netd: f64,
    /// Fixed pattern of the sensor, K (SD).
    pub fixed_pattern: f64,
    /// Drift of the level, K (SD): a sum of slow waves of 10 minutes to 4 hours.
    pub drift: f64,
    /// Drift of the side-to-side slope, K from edge to edge (SD).
    pub slope_drift: f64,
    /// The shutter.
    pub shutter: Option<Shutter>,
    /// Pixels that hold one value.
    pub dead_pixels: usize,
    /// Where the limb is: (time s, pixels to the right, pixels down), lines between; at rest before the first.
    pub motion: Vec<[f64; 3]>,
}

impl ThermalSynth {
    /// Two feet before a Lepton: 160 × 120 at 8.7 Hz, counts of 0.01 K, NETD 50 mK, a shutter every 3 minutes, each frame sent three
    /// times, and a plate of constant 30 °C between the feet.
    pub fn lepton(seed: u64, duration: f64) -> Self {
        let plate =
            Site::new("reference", Outline::Rectangle { top: 4.0, bottom: 26.0, left: 64.0, right: 96.0 }, 30.0);
        let mut sites = feet(120.0, 160.0);
        sites.push(Site { is_fixed: true, ..plate });
        Self {
            seed,
            rows: 120,
            columns: 160,
            frame_rate: 8.7,
            repeats: 3,
            duration,
            sites,
            background: 22.0,
            output: ThermalOutput::Counts { kelvin_per_count: 0.01 },
            netd: 0.05,
            fixed_pattern: 0.02,
            drift: 0.3,
            slope_drift: 0.0,
            shutter: Some(Shutter { interval: 180.0, freeze: 0.7, level: 0.1, residue: 0.0 }),
            dead_pixels: 6,
            motion: Vec::new(),
        }
    }

    /// Two feet before an MLX90640: 32 × 24 at 4 Hz, °C, 100 mK of noise, no shutter.
    pub fn mlx90640(seed: u64, duration: f64) -> Self {
        Self {
            rows: 24,
            columns: 32,
            frame_rate: 4.0,
            repeats: 1,
            sites: feet(24.0, 32.0),
            output: ThermalOutput::Celsius { step: 0.01 },
            netd: 0.1,
            shutter: None,
            dead_pixels: 1,
            ..Self::lepton(seed, duration)
        }
    }

    /// Two feet before an AMG8833: 8 × 8 at 10 Hz, steps of 0.25 K, 160 mK of noise, no shutter.
    pub fn amg8833(seed: u64, duration: f64) -> Self {
        Self {
            rows: 8,
            columns: 8,
            frame_rate: 10.0,
            sites: feet(8.0, 8.0),
            output: ThermalOutput::Celsius { step: 0.25 },
            netd: 0.16,
            fixed_pattern: 0.0,
            dead_pixels: 0,
            ..Self::mlx90640(seed, duration)
        }
    }

    /// The scene alone.
    ///
    /// # Errors
    /// As [`ThermalSynth::camera`].
    pub fn scene(&self) -> Result<Scene, SynthError> {
        self.check()?;
        Ok(Scene::new(self))
    }

    /// The camera, before its first frame.
    ///
    /// # Errors
    /// [`SynthError::OutOfRange`] for a number that no camera has.
    pub fn camera(&self) -> Result<ThermalCamera, SynthError> {
        Ok(ThermalCamera::new(self.clone(), self.scene()?))
    }

    fn check(&self) -> Result<(), SynthError> {
        within("rows", self.rows as f64, 1.0, 1280.0)?;
        within("columns", self.columns as f64, 1.0, 1280.0)?;
        within("frame_rate", self.frame_rate, 0.01, 200.0)?;
        within("repeats", self.repeats as f64, 1.0, 100.0)?;
        within("duration", self.duration, 0.0, 86_400.0)?;
        within("background", self.background, -50.0, 100.0)?;
        let sizes = [self.netd, self.fixed_pattern, self.drift, self.slope_drift];
        let names = ["netd", "fixed_pattern", "drift", "slope_drift"];
        for (name, size) in names.into_iter().zip(sizes) {
            within(name, size, 0.0, 10.0)?;
        }
        if let Some(shutter) = self.shutter {
            within("shutter.interval", shutter.interval, 5.0, 86_400.0)?;
            within("shutter.freeze", shutter.freeze, 0.0, 5.0)?;
        }
        let step = match self.output {
            ThermalOutput::Counts { kelvin_per_count } => within("kelvin_per_count", kelvin_per_count, 1e-3, 1.0),
            ThermalOutput::Celsius { step } => within("step", step, 0.0, 1.0),
        };
        step?;
        self.sites.iter().try_for_each(|site| site.course.check())
    }
}

/// A right foot at the left of the frame, a left foot at its right, soles towards the camera.
fn feet(rows: f64, columns: f64) -> Vec<Site> {
    let foot = |name: &str, x: f64| {
        let outline = Outline::Capsule {
            from: [x * columns, 0.40 * rows],
            to: [x * columns, 0.72 * rows],
            radius: 0.16 * columns,
        };
        Site { texture: 0.2, ..Site::new(name, outline, 31.5) }
    };
    vec![foot("right", 0.27), foot("left", 0.73)]
}
