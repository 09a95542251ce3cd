//! The limb against its background: an automatic mask, and a watch that a region does not lose its limb.
//!
//! The threshold is Otsu's: the one that parts the histogram of a frame into two classes with the largest variance between them. How much
//! of the whole variance that is says whether there are two classes at all (a uniform spread has 0.75, one bell 0.64, a limb on a cool
//! background 0.9 and more); below 0.8 nothing is claimed.
//!
//! Source: Otsu 1979, IEEE Trans Syst Man Cybern 9:62, doi 10.1109/TSMC.1979.4310076.

use alloc::vec;
use alloc::vec::Vec;

use ndarray::ArrayView2;

use super::statistics::{Limits, Raw};

const BINS: usize = 256;
/// Share of the variance that lies between the classes, from which there are two of them.
const SEPARABLE: f64 = 0.8;
/// Most pixels that enter a histogram of the watch.
const SAMPLES: usize = 4096;
/// A region is of one class, and watched, from this share on.
const PURE: f64 = 0.9;
/// How far that share may fall before the limb has left.
const LOSS: f64 = 0.1;
/// Time between two looks for the threshold, s.
const RENEWED: f64 = 10.0;

/// The threshold between two classes, and the share of the variance between them; `None` without two different values.
fn otsu(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let (low, high) = values.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low >= high {
        return None;
    }
    let width = (high - low) / BINS as f64;
    let mut histogram = [0_u32; BINS];
    for value in values {
        if let Some(count) = histogram.get_mut((((value - low) / width) as usize).min(BINS - 1)) {
            *count += 1;
        }
    }
    let weighted = |(bin, count): (usize, &u32)| (bin as f64 + 0.5) * f64::from(*count);
    let count = f64::from(histogram.iter().sum::<u32>());
    let mean = histogram.iter().enumerate().map(weighted).sum::<f64>() / count;
    let distance = |(bin, count): (usize, &u32)| {
        let away = bin as f64 + 0.5 - mean;
        away * away * f64::from(*count)
    };
    let variance = histogram.iter().enumerate().map(distance).sum::<f64>() / count;
    let (mut below, mut sum_below) = (0.0, 0.0);
    let (mut best, mut first, mut last) = (0.0, 0, 0);
    for (bin, &number) in histogram.iter().enumerate().take(BINS - 1) {
        below += f64::from(number) / count;
        sum_below += (bin as f64 + 0.5) * f64::from(number) / count;
        if below > 0.0 && below < 1.0 {
            let away = mean * below - sum_below;
            let between = away * away / (below * (1.0 - below));
            if between > best {
                (best, first, last) = (between, bin, bin);
            } else if between == best {
                // Empty bins between the classes: the threshold lies in their middle.
                last = bin;
            }
        }
    }
    let threshold = low + (0.5 * (first + last) as f64 + 1.0) * width;
    (variance > 0.0).then(|| (threshold, best / variance))
}

/// The limb in a frame of temperatures, °C, as a mask for [`Shape::Mask`](super::Shape::Mask): the largest connected part of the warmer
/// class, or of the colder one where `is_warmer` is false (a limb that comes out of cold water).
///
/// `None` where the frame does not part into two classes. Allocates.
///
/// ```
/// use ndarray::Array2;
/// let frame = Array2::from_shape_fn((24, 32), |(row, column)| if row > 8 && column < 20 { 31.0 } else { 22.0 + 0.01 * row as f64 });
/// let mask = plethys::thermal::limb_mask(frame.view(), true).unwrap();
/// assert_eq!(mask.iter().filter(|inside| **inside).count(), 15 * 20);
/// assert!(plethys::thermal::limb_mask(Array2::from_elem((24, 32), 22.0).view(), true).is_none());
/// ```
pub fn limb_mask(frame: ArrayView2<'_, f64>, is_warmer: bool) -> Option<Vec<bool>> {
    let (rows, columns) = frame.dim();
    let finite = frame.iter().copied().filter(|value| value.is_finite());
    let (threshold, share) = otsu(finite)?;
    if share < SEPARABLE {
        return None;
    }
    let class: Vec<bool> = frame.iter().map(|&value| value.is_finite() && (value > threshold) == is_warmer).collect();
    Some(largest_part(&class, rows, columns))
}

/// The largest part that is connected by edges.
fn largest_part(class: &[bool], rows: usize, columns: usize) -> Vec<bool> {
    let mut label = vec![0_u32; class.len()];
    let mut stack = Vec::new();
    let (mut parts, mut best, mut best_size) = (0, 0, 0);
    for start in 0..class.len() {
        if !class[start] || label[start] != 0 {
            continue;
        }
        parts += 1;
        let mut size = 0;
        label[start] = parts;
        stack.push(start);
        while let Some(place) = stack.pop() {
            size += 1;
            let (row, column) = (place / columns, place % columns);
            let neighbours = [
                (row > 0).then(|| place - columns),
                (row + 1 < rows).then(|| place + columns),
                (column > 0).then(|| place - 1),
                (column + 1 < columns).then(|| place + 1),
            ];
            for next in neighbours.into_iter().flatten() {
                if class[next] && label[next] == 0 {
                    label[next] = parts;
                    stack.push(next);
                }
            }
        }
        if size > best_size {
            (best, best_size) = (parts, size);
        }
    }
    label.iter().map(|&part| part != 0 && part == best).collect()
}

/// What the watch knows of one region.
#[derive(Debug, Clone, Copy, Default)]
struct Home {
    /// The class that it belonged to, and the share of its pixels that did.
    warm: bool,
    share: f64,
    is_known: bool,
    has_left: bool,
}

/// Watches that regions do not lose their limb.
#[derive(Debug, Clone)]
pub(crate) struct LimbWatch {
    homes: Vec<Home>,
    threshold: Option<f64>,
    renewed: Option<f64>,
}

impl LimbWatch {
    pub(crate) fn new(regions: usize) -> Self {
        Self { homes: vec![Home::default(); regions], threshold: None, renewed: None }
    }

    pub(crate) fn reset(&mut self) {
        self.homes.fill(Home::default());
        self.threshold = None;
        self.renewed = None;
    }

    /// Looks for the threshold anew where it is time. While limb and background cannot be told apart (rewarming through the
    /// temperature of the room), nothing is watched, and what is home is learned anew afterwards.
    pub(crate) fn renew<T: Raw>(&mut self, time: f64, frame: &[T], limits: Limits<T>) {
        if self.renewed.is_some_and(|last| time - last < RENEWED) {
            return;
        }
        self.renewed = Some(time);
        let step = frame.len().div_ceil(SAMPLES).max(1);
        let values = frame.iter().step_by(step).filter(|pixel| pixel.is_within(limits)).map(|pixel| pixel.value());
        self.threshold = otsu(values).filter(|(_, share)| *share >= SEPARABLE).map(|(threshold, _)| threshold);
        if self.threshold.is_none() {
            for home in &mut self.homes {
                home.is_known &= home.has_left;
            }
        }
    }

    pub(crate) fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    pub(crate) fn has_left(&self, region: usize) -> bool {
        self.homes.get(region).is_some_and(|home| home.has_left)
    }

    /// Takes the share of a region's pixels above the threshold; true where the region has just lost its limb or got it back.
    pub(crate) fn judge(&mut self, region: usize, warm_share: f64) -> bool {
        let Some(home) = self.homes.get_mut(region) else {
            return false;
        };
        if !home.is_known {
            let warm = warm_share >= 0.5;
            let share = if warm { warm_share } else { 1.0 - warm_share };
            if share >= PURE {
                *home = Home { warm, share, is_known: true, has_left: false };
            }
            return false;
        }
        let share = if home.warm { warm_share } else { 1.0 - warm_share };
        let left = share < home.share - LOSS;
        core::mem::replace(&mut home.has_left, left) != left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bell_is_not_two_classes() {
        let mut rng = plethys_datasets::Rng::new(2);
        let noise: Vec<f64> = (0..5000).map(|_| rng.normal()).collect();
        let (_, share) = otsu(noise.iter().copied()).expect("values differ");
        assert!((share - 0.64).abs() < 0.03, "{share}");
        let two = noise.iter().enumerate().map(|(i, v)| 0.5 * v + if i % 3 == 0 { 31.0 } else { 22.0 });
        let (threshold, share) = otsu(two).expect("values differ");
        assert!(share > 0.95 && (threshold - 26.5).abs() < 1.5, "{threshold} {share}");
    }

    #[test]
    fn small_warm_things_are_not_the_limb() {
        let frame = ndarray::Array2::from_shape_fn((40, 40), |(row, column)| {
            if (10..30).contains(&row) && column < 25 || (row < 4 && column > 34) { 31.0 } else { 22.0 }
        });
        let mask = limb_mask(frame.view(), true).expect("two classes");
        assert_eq!(mask.iter().filter(|inside| **inside).count(), 20 * 25);
        assert!(!mask[36]);
        assert_eq!(limb_mask(frame.view(), false).expect("two classes").iter().filter(|i| **i).count(), 1600 - 520);
    }

    #[test]
    fn leaving_and_coming_back_is_told_once_each() {
        let mut watch = LimbWatch::new(1);
        let told: Vec<bool> = [1.0, 1.0, 0.95, 0.6, 0.0, 0.5, 0.97].map(|share| watch.judge(0, share)).to_vec();
        assert_eq!(told, [false, false, false, true, false, false, true]);
    }
}
