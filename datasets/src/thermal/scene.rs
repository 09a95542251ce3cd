//! Where sites lie, and what is seen of them.

use core::f64::consts::TAU;

use super::ThermalSynth;
use super::course::Course;
use crate::rng::Rng;

/// The outline of a site, in pixels; x to the right, y down. Edges are one pixel soft.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outline {
    /// Everything within `radius` of the line from one point to another: a foot, a finger.
    Capsule {
        /// One end (x, y).
        from: [f64; 2],
        /// The other.
        to: [f64; 2],
        /// Half of its width.
        radius: f64,
    },
    /// A rectangle; beyond the frame it crosses its edge.
    Rectangle {
        /// Upper edge.
        top: f64,
        /// Lower edge.
        bottom: f64,
        /// Left edge.
        left: f64,
        /// Right edge.
        right: f64,
    },
}

impl Outline {
    /// How much of the pixel at (x, y) is the site, 0 to 1.
    fn cover(&self, x: f64, y: f64) -> f64 {
        let outside = match *self {
            Self::Capsule { from, to, radius } => {
                let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
                let length = (dx * dx + dy * dy).max(1e-12);
                let along = (((x - from[0]) * dx + (y - from[1]) * dy) / length).clamp(0.0, 1.0);
                libm::hypot(x - from[0] - along * dx, y - from[1] - along * dy) - radius
            }
            Self::Rectangle { top, bottom, left, right } => (left - x).max(x - right).max(top - y).max(y - bottom),
        };
        // Beyond a few pixels the logistic edge is 0 or 1 to 1e-9.
        if outside > 8.0 {
            0.0
        } else if outside < -8.0 {
            1.0
        } else {
            1.0 / (1.0 + libm::exp(outside / 0.4))
        }
    }
}

/// A part of the scene with one temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub outline: Outline,
    /// What its temperature does.
    pub course: Course,
    /// Warm and cool patches on it, K (SD); they move along.
    pub texture: f64,
    /// Whether it stays where it is when the limb moves.
    pub is_fixed: bool,
}

impl Site {
    /// A site of constant temperature, °C.
    pub fn new(name: &str, outline: Outline, celsius: f64) -> Self {
        Self { name: name.to_owned(), outline, course: Course::constant(celsius), texture: 0.0, is_fixed: false }
    }
}

/// Patches: a few plane waves.
#[derive(Debug, Clone)]
struct Texture {
    waves: Vec<[f64; 4]>,
}

impl Texture {
    fn new(rng: &mut Rng, size: f64, frame: f64) -> Self {
        let wave = |_| {
            let wavelength = frame * rng.between(0.15, 0.6);
            let (sine, cosine) = libm::sincos(rng.phase());
            [TAU * cosine / wavelength, TAU * sine / wavelength, rng.phase(), size * libm::sqrt(2.0 / 6.0)]
        };
        Self { waves: (0..6).map(wave).collect() }
    }

    fn at(&self, x: f64, y: f64) -> f64 {
        self.waves.iter().map(|[kx, ky, phase, size]| size * libm::sin(kx * x + ky * y + phase)).sum()
    }
}

/// The scene before the camera: the truth.
#[derive(Debug, Clone)]
pub struct Scene {
    rows: usize,
    columns: usize,
    background: f64,
    sites: Vec<Site>,
    textures: Vec<Option<Texture>>,
    motion: Vec<[f64; 3]>,
    /// Shift that the maps below are of.
    laid: Option<[f64; 2]>,
    /// Of each site: weight of its temperature in each pixel, and the part that does not change.
    weights: Vec<Vec<f64>>,
    fixed: Vec<f64>,
}

impl Scene {
    pub(super) fn new(synth: &ThermalSynth) -> Self {
        let frame = synth.rows.max(synth.columns) as f64;
        let texture = |(place, site): (usize, &Site)| {
            (site.texture > 0.0)
                .then(|| Texture::new(&mut Rng::stream(synth.seed, &format!("texture {place}")), site.texture, frame))
        };
        let pixels = synth.rows * synth.columns;
        Self {
            rows: synth.rows,
            columns: synth.columns,
            background: synth.background,
            textures: synth.sites.iter().enumerate().map(texture).collect(),
            weights: vec![vec![0.0; pixels]; synth.sites.len()],
            fixed: vec![0.0; pixels],
            sites: synth.sites.clone(),
            motion: synth.motion.clone(),
            laid: None,
        }
    }

    /// How far the limb has moved at `time`: pixels to the right, and down.
    pub fn shift(&self, time: f64) -> [f64; 2] {
        let along = |axis: usize| -> Vec<[f64; 2]> { self.motion.iter().map(|p| [p[0], p[axis]]).collect() };
        if self.motion.is_empty() {
            return [0.0; 2];
        }
        [super::course::between(&along(1), time), super::course::between(&along(2), time)]
    }

    /// The temperature of the site with this name at `time`, °C, without its patches.
    pub fn temperature(&self, site: &str, time: f64) -> Option<f64> {
        Some(self.sites.iter().find(|other| other.name == site)?.course.at(time))
    }

    /// The blood flow that drives the site with this name at `time`.
    pub fn flow(&self, site: &str, time: f64) -> Option<f64> {
        Some(self.sites.iter().find(|other| other.name == site)?.course.flow.as_ref()?.flow(time))
    }

    /// Lays the sites onto the grid, moved by `shift`.
    fn lay(&mut self, shift: [f64; 2]) {
        if self.laid == Some(shift) {
            return;
        }
        self.laid = Some(shift);
        self.fixed.fill(self.background);
        for weights in &mut self.weights {
            weights.fill(0.0);
        }
        for place in 0..self.sites.len() {
            let site = &self.sites[place];
            let [dx, dy] = if site.is_fixed { [0.0; 2] } else { shift };
            for pixel in 0..self.fixed.len() {
                let x = (pixel % self.columns) as f64 + 0.5 - dx;
                let y = (pixel / self.columns) as f64 + 0.5 - dy;
                let cover = site.outline.cover(x, y);
                if cover > 0.0 {
                    let patch = self.textures[place].as_ref().map_or(0.0, |texture| texture.at(x, y));
                    for weights in &mut self.weights[..place] {
                        weights[pixel] *= 1.0 - cover;
                    }
                    self.weights[place][pixel] = cover;
                    self.fixed[pixel] = self.fixed[pixel] * (1.0 - cover) + cover * patch;
                }
            }
        }
    }

    /// Writes the scene at `time` into `frame`, °C, row by row.
    pub fn render(&mut self, time: f64, frame: &mut [f64]) {
        self.lay(self.shift(time));
        frame.copy_from_slice(&self.fixed);
        for (site, weights) in self.sites.iter().zip(&self.weights) {
            let celsius = site.course.at(time);
            for (pixel, weight) in frame.iter_mut().zip(weights) {
                *pixel += weight * celsius;
            }
        }
    }

    /// Mean of the scene over the pixels of `mask` at `time`, the limb at rest, °C; NaN of an empty mask.
    pub fn mean_over(&mut self, mask: &[bool], time: f64) -> f64 {
        self.lay([0.0; 2]);
        let count = mask.iter().filter(|inside| **inside).count() as f64;
        let mean = |values: &[f64]| values.iter().zip(mask).filter(|(_, m)| **m).map(|(v, _)| v).sum::<f64>() / count;
        let sites = self.sites.iter().zip(&self.weights);
        mean(&self.fixed) + sites.map(|(site, weights)| mean(weights) * site.course.at(time)).sum::<f64>()
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }
}
