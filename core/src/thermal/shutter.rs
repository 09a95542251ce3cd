//! The shutter, from the step that it leaves in the whole scene.
//!
//! Uncooled cameras drop a shutter before their sensor every few minutes and take what they then see for uniform (flat-field
//! correction): the picture stands still for up to a second, and when it goes on, the drift that had gathered since the last time is
//! gone at once. From one frame to the next every pixel has moved by the same amount, which nothing else does: a moving limb changes its
//! edges, blood flow changes slowly.
//!
//! So: median and robust SD of the differences of up to 512 pixels spread over the frame, to the frame before; the mean difference of all
//! pixels within three such SDs of the median (160 × 120 pixels with a NETD of 50 mK leave it half a millikelvin uncertain); a step where
//! it lies beyond eight robust SDs of the last 64 such means, and beyond what camera makers call stable, 10 mK. Steps smaller than that
//! are only known from telemetry.
//!
//! Found and told for nothing, by size of the step, before feet at rest, feet that warm, limbs that move:
//! `cargo run --release -p plethys-benches --bin thermal_seeds 200 shutters`.

use alloc::vec;
use alloc::vec::Vec;

use super::statistics::{Limits, Raw};

/// Most pixels that are compared.
const SAMPLES: usize = 512;
/// Frame-to-frame changes from which their usual size is known.
const HISTORY: usize = 64;
/// Fewest of them.
const FEWEST: usize = 16;
/// A step lies beyond so many of their robust SDs: six would be a false one in every hour.
const BEYOND: f64 = 8.0;
/// No camera has finer steps, counts or K: smaller differences are those of rounding.
const FINEST: f64 = 1e-3;
/// From a median absolute deviation to a standard deviation, of normal noise.
const MAD_TO_SD: f64 = 1.4826;

/// How one frame differs from the one before, raw units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change {
    /// What all pixels have in common.
    pub(crate) common: f64,
    /// Noise of one pixel in one frame (SD).
    pub(crate) noise: f64,
}

/// The scene, as spread-out samples of it.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    places: Vec<usize>,
    differences: Vec<f64>,
    history: [f64; HISTORY],
    seen: usize,
}

impl Scene {
    pub(crate) fn new(pixels: usize) -> Self {
        let count = pixels.min(SAMPLES);
        // The golden ratio spreads samples evenly over rows and columns alike.
        let spread = |i: usize| ((i as f64 * 0.618_033_988_749_894_9) % 1.0 * pixels as f64) as usize;
        let mut places: Vec<usize> =
            if count == pixels { (0..pixels).collect() } else { (0..count).map(spread).collect() };
        places.sort_unstable();
        Self { differences: vec![0.0; places.len()], places, history: [0.0; HISTORY], seen: 0 }
    }

    pub(crate) fn reset(&mut self) {
        self.seen = 0;
    }

    /// Share of the samples that are finite or integer, but no temperature: the frame is in another unit.
    pub(crate) fn out_of_range<T: Raw>(&self, frame: &[T], limits: Limits<T>) -> f64 {
        let outside = |place: &&usize| {
            frame.get(**place).is_some_and(|pixel| pixel.value().is_finite() && !pixel.is_within(limits))
        };
        self.places.iter().filter(outside).count() as f64 / self.places.len().max(1) as f64
    }

    /// Noise of a pixel from one frame alone: from second differences along rows, by their median, which edges of the scene do not move. NaN
    /// where there are too few pixels.
    pub(crate) fn roughness<T: Raw>(&mut self, frame: &[T], limits: Limits<T>) -> f64 {
        let mut count = 0;
        for &place in &self.places {
            if let Some([before, here, after]) = place.checked_sub(1).and_then(|from| frame.get(from..from + 3))
                && [before, here, after].iter().all(|pixel| pixel.is_within(limits))
            {
                self.differences[count] = before.value() - 2.0 * here.value() + after.value();
                count += 1;
            }
        }
        if count < 32 {
            return f64::NAN;
        }
        // Second differences of white noise are √6 times as large.
        MAD_TO_SD * median_distance(&self.differences[..count], 0.0) / libm::sqrt(6.0)
    }

    /// The change between two frames; `None` where fewer than half of the samples hold temperatures in both.
    pub(crate) fn change<T: Raw>(&mut self, before: &[T], now: &[T], limits: Limits<T>) -> Option<Change> {
        let mut count = 0;
        for &place in &self.places {
            if let (Some(&before), Some(&now)) = (before.get(place), now.get(place))
                && before.is_within(limits)
                && now.is_within(limits)
            {
                self.differences[count] = now.value() - before.value();
                count += 1;
            }
        }
        if count * 2 < self.places.len() || count == 0 {
            return None;
        }
        let differences = &mut self.differences[..count];
        let middle = middle(differences);
        let spread = MAD_TO_SD * median_distance(differences, middle);
        // In coarse steps most pixels do not change at all, and those that do change by one.
        let changed = || differences.iter().map(|difference| (difference - middle).abs()).filter(|by| *by > FINEST);
        let is_coarse = 2 * changed().count() <= differences.len();
        let reach = if is_coarse { 1.5 * changed().fold(f64::INFINITY, f64::min) } else { 3.0 * spread };
        let common = if reach.is_finite() { T::common(before, now, limits, middle, reach) } else { None };
        let common = common.unwrap_or(middle);
        Some(Change { common, noise: spread * core::f64::consts::FRAC_1_SQRT_2 })
    }

    /// Whether a common change is a step; changes that are not become part of what is usual.
    pub(crate) fn is_step(&mut self, common: f64, floor: f64) -> bool {
        let filled = self.seen.min(HISTORY);
        if filled >= FEWEST {
            let mut usual = self.history;
            let usual = &mut usual[..filled];
            let centre = middle(usual);
            let spread = MAD_TO_SD * median_distance(usual, centre);
            if (common - centre).abs() > (BEYOND * spread).max(floor) {
                return true;
            }
        }
        self.history[self.seen % HISTORY] = common;
        self.seen += 1;
        false
    }
}

/// The upper median; reorders.
fn middle(values: &mut [f64]) -> f64 {
    let place = values.len() / 2;
    if values.is_empty() { f64::NAN } else { *values.select_nth_unstable_by(place, f64::total_cmp).1 }
}

/// Median distance of `values` from `centre`, without a second buffer: by halving, to a thousandth of the largest.
fn median_distance(values: &[f64], centre: f64) -> f64 {
    let distances = values.iter().map(|value| (value - centre).abs());
    let half = values.len().div_ceil(2);
    let (mut low, mut high) = (0.0, distances.clone().fold(0.0, f64::max));
    for _ in 0..10 {
        let probe = 0.5 * (low + high);
        if distances.clone().filter(|distance| *distance <= probe).count() >= half { high = probe } else { low = probe }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use plethys_datasets::Rng;

    const LIMITS: Limits<f64> = Limits { low: -60.0, high: 200.0 };

    #[test]
    fn a_shutter_is_told_from_a_limb_that_moves() {
        let mut rng = Rng::new(3);
        let mut scene = Scene::new(19_200);
        let frame = |rng: &mut Rng, level: f64, edge: usize| -> Vec<f64> {
            let warm = |i: usize| if i % 160 < edge { 31.0 } else { 22.0 };
            (0..19_200).map(|i| warm(i) + level + 0.05 * rng.normal()).collect()
        };
        let mut before = frame(&mut rng, 0.0, 80);
        for i in 0..200 {
            // The limb trembles by three pixels, the level drifts by 1 mK per frame.
            let now = frame(&mut rng, 0.001 * f64::from(i), 80 + i as usize % 4);
            let change = scene.change(&before, &now, LIMITS).expect("temperatures");
            assert!(!scene.is_step(change.common, 0.01), "frame {i}: {change:?}");
            assert!((change.noise - 0.05).abs() < 0.02, "{change:?}");
            before = now;
        }
        // A hand that comes and goes over a sixth of the picture.
        for _ in 0..20 {
            let mut now = frame(&mut rng, 0.2, 80);
            now[..3200].fill(33.0);
            for pair in [[&before, &now], [&now, &before]] {
                let change = scene.change(pair[0], pair[1], LIMITS).expect("temperatures");
                assert!(change.common.abs() < 0.004, "{change:?}");
                assert!(!scene.is_step(change.common, 0.01), "{change:?}");
            }
        }
        // Twelve millikelvin, a quarter of the noise of a pixel.
        let now = frame(&mut rng, 0.2 + 0.012, 80);
        let change = scene.change(&before, &now, LIMITS).expect("temperatures");
        assert!((change.common - 0.012).abs() < 0.002, "{change:?}");
        assert!(scene.is_step(change.common, 0.01));
    }

    #[test]
    fn steps_are_seen_in_coarse_counts_and_rounded_degrees() {
        // Steps of 0.1 K, twice and five times the noise of a pixel.
        for noise in [0.05, 0.02] {
            steps_of_tenths(noise, Limits { low: 2000, high: 4700 }, 0.1, |tenths| tenths as u16);
            steps_of_tenths(noise, Limits { low: 200.0, high: 470.0 }, 1.0, |tenths| 0.1 * tenths);
        }
        // Whole degrees, of which no pixel but those at an edge of rounding says anything.
        let mut scene = Scene::new(768);
        let mut rng = Rng::new(5);
        let mut frame = || -> Vec<f64> { (0..768).map(|_| libm::floor(30.0 + 0.05 * rng.normal())).collect() };
        for _ in 0..300 {
            let change = scene.change(&frame(), &frame(), LIMITS).expect("temperatures");
            assert!(!scene.is_step(change.common, 0.01), "{change:?}");
        }
    }

    fn steps_of_tenths<T: Raw>(noise: f64, limits: Limits<T>, kelvin_per_raw: f64, raw: impl Fn(f64) -> T) {
        let mut rng = Rng::new(4);
        let mut scene = Scene::new(19_200);
        let scenery: Vec<f64> = (0..19_200).map(|_| 304.0 + rng.normal()).collect();
        let mut frame = |level: f64| -> Vec<T> {
            scenery.iter().map(|kelvin| raw(libm::round(10.0 * (kelvin + level + noise * rng.normal())))).collect()
        };
        let mut before = frame(0.0);
        for _ in 0..100 {
            let now = frame(0.0);
            let change = scene.change(&before, &now, limits).expect("temperatures");
            assert!(!scene.is_step(change.common, 0.01 / kelvin_per_raw), "{change:?}");
            before = now;
        }
        let now = frame(0.03);
        let change = scene.change(&before, &now, limits).expect("temperatures");
        assert!((kelvin_per_raw * change.common - 0.03).abs() < 0.005, "{change:?}");
        assert!(scene.is_step(change.common, 0.01 / kelvin_per_raw));
    }

    #[test]
    fn median_distance_is_the_median_of_distances() {
        let mut rng = Rng::new(1);
        let values: Vec<f64> = (0..501).map(|_| rng.normal()).collect();
        let mut distances: Vec<f64> = values.iter().map(|v| v.abs()).collect();
        distances.sort_by(f64::total_cmp);
        assert!((median_distance(&values, 0.0) - distances[250]).abs() < 0.005);
    }
}
