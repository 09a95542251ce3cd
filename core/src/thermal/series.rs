//! A temperature over time on an even grid, which oscillations, flow and rewarming are computed from.

use alloc::vec;
use alloc::vec::Vec;

use crate::measure::robust::median_of_many;

/// Longest gap that a line bridges, s: a shutter's cut, a few lost frames.
const BRIDGED: f64 = 10.0;

/// Most places of the grid: stamps that span more are taken for no stamps.
const MOST: f64 = 1e7;

/// Values at `start`, `start + step`, …
#[derive(Debug, Clone, PartialEq)]
pub struct EvenSeries {
    /// Time of the first value, s.
    pub start: f64,
    /// Time between two values, s.
    pub step: f64,
    /// The values; none is missing.
    pub values: Vec<f64>,
}

impl EvenSeries {
    /// Lays values with rising time stamps onto a grid of `step` s: means of what lies within half a step of each grid time, lines across
    /// gaps of up to 10 s. Longer gaps part the series; the longest part is taken. Missing values are left out. Allocates.
    ///
    /// ```
    /// use plethys::thermal::EvenSeries;
    /// let time: Vec<f64> = (0..870).map(|i| f64::from(i) / 8.7).filter(|t| !(50.0..53.0).contains(t)).collect();
    /// let value: Vec<f64> = time.iter().map(|t| 30.0 + 0.01 * t).collect();
    /// let even = EvenSeries::new(&time, &value, 1.0);
    /// assert_eq!(even.values.len(), 101);
    /// assert!((even.values[51] - 30.51).abs() < 0.01); // bridged
    /// ```
    pub fn new(time: &[f64], value: &[f64], step: f64) -> Self {
        let nothing = Self { start: 0.0, step, values: Vec::new() };
        let pairs = || {
            let pairs = time.iter().copied().zip(value.iter().copied());
            pairs.filter(|(time, value)| time.is_finite() && value.is_finite())
        };
        let (first, last) = pairs().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), (t, _)| (l.min(t), h.max(t)));
        let count = libm::floor((last - first) / step + 0.5);
        if !(step > 0.0 && (0.0..MOST).contains(&count)) {
            return nothing;
        }
        let mut sums = vec![(0.0, 0_u32); count as usize + 1];
        let (mut early, mut taken) = (0.0, 0_u32);
        for (time, value) in pairs() {
            let place = libm::floor((time - first) / step + 0.5);
            if let Some((sum, count)) = sums.get_mut(place as usize) {
                *sum += value;
                *count += 1;
                early += time - first - place * step;
                taken += 1;
            }
        }
        // What lies within half a step of a grid time need not have its mean there: four values a step lie half of one before it.
        let first = first + early / f64::from(taken.max(1));
        let mut best = nothing;
        let mut part: Vec<f64> = Vec::new();
        let (mut part_start, mut previous) = (0, None::<usize>);
        for (place, (sum, count)) in sums.iter().enumerate().filter(|(_, (_, count))| *count > 0) {
            let value = sum / f64::from(*count);
            match (previous, part.last().copied()) {
                (Some(before), Some(from)) if (place - before) as f64 * step <= BRIDGED.max(1.5 * step) => {
                    let missing = place - before;
                    let line = |i: usize| from + (value - from) * i as f64 / missing as f64;
                    part.extend((1..missing).map(line));
                    part.push(value);
                }
                _ => {
                    part.clear();
                    part.push(value);
                    part_start = place;
                }
            }
            previous = Some(place);
            if part.len() > best.values.len() {
                // Grows in place where it is the same part.
                if best.values.is_empty() || best.start != first + part_start as f64 * step {
                    best.start = first + part_start as f64 * step;
                    best.values.clear();
                }
                let known = best.values.len();
                best.values.extend_from_slice(part.get(known..).unwrap_or_default());
            }
        }
        best
    }

    /// Length, s.
    pub fn duration(&self) -> f64 {
        self.values.len() as f64 * self.step
    }

    /// The part that two series on grids of the same step have in common, on the grid of the first; to half a step.
    pub fn common(&self, other: &Self) -> Option<(Self, Self)> {
        if self.step != other.step {
            return None;
        }
        let offset = libm::round((other.start - self.start) / self.step);
        let start = offset.max(0.0);
        let end = (self.values.len() as f64).min(offset + other.values.len() as f64);
        let part = |series: &Self, from: f64| -> Option<Self> {
            let values = series.values.get(from as usize..(from + end - start) as usize)?.to_vec();
            Some(Self { start: self.start + start * self.step, step: self.step, values })
        };
        if end <= start {
            return None;
        }
        Some((part(self, start)?, part(other, start - offset)?))
    }

    /// The values without their straight line of best fit.
    pub(crate) fn detrended(&self) -> Vec<f64> {
        let count = self.values.len() as f64;
        let middle = 0.5 * (count - 1.0);
        let (mut sum, mut along, mut squares) = (0.0, 0.0, 0.0);
        for (i, value) in self.values.iter().enumerate() {
            let x = i as f64 - middle;
            sum += value;
            along += x * value;
            squares += x * x;
        }
        let slope = if squares > 0.0 { along / squares } else { 0.0 };
        let line = |i: usize| sum / count + slope * (i as f64 - middle);
        self.values.iter().enumerate().map(|(i, value)| value - line(i)).collect()
    }
}

/// Places of `time` (s, rising) before which nothing was measured for so long that a line drawn through it would claim what is not known:
/// more than 10 s, as in [`EvenSeries::new`], and more than five usual steps (their median). Allocates.
///
/// ```
/// let time = [0.0, 1.0, 2.0, 11.0, 12.0, 23.0, 24.0];
/// assert_eq!(plethys::thermal::holes(&time), [5]);
/// ```
pub fn holes(time: &[f64]) -> Vec<usize> {
    let steps = || time.windows(2).map(|pair| pair[1] - pair[0]);
    let Some(usual) = median_of_many(&mut steps().filter(|step| step.is_finite()).collect::<Vec<f64>>()) else {
        return Vec::new();
    };
    let longest = BRIDGED.max(5.0 * usual);
    steps().enumerate().filter(|(_, step)| *step > longest).map(|(place, _)| place + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_gaps_part_a_series_and_the_longest_part_stays() {
        let time: Vec<f64> = (0..400).map(f64::from).filter(|t| !(100.0..130.0).contains(t)).collect();
        let even = EvenSeries::new(&time, &time, 2.0);
        // Two values a step: their mean lies half a second before the grid's even seconds.
        assert!((even.start - 129.5).abs() < 0.01 && even.values.len() == 136, "{} {}", even.start, even.values.len());
        assert!(
            even.values
                .iter()
                .enumerate()
                .all(|(i, v)| i == 0 || i == 135 || (v - 129.5 - 2.0 * i as f64).abs() < 1e-9)
        );
        assert_eq!(EvenSeries::new(&[], &[], 1.0).values.len(), 0);
        assert_eq!(EvenSeries::new(&[1.0, f64::NAN], &[2.0, 3.0], 1.0).values, [2.0]);
    }

    #[test]
    fn common_part_is_on_one_grid() {
        let series = |start: f64, count: usize| EvenSeries {
            start,
            step: 1.0,
            values: (0..count).map(|i| start + i as f64).collect(),
        };
        let (a, b) = series(0.0, 100).common(&series(40.0, 100)).expect("overlap");
        assert_eq!((a.start, a.values.len()), (40.0, 60));
        assert_eq!(a.values, b.values);
        let (a, b) = series(40.0, 100).common(&series(0.0, 100)).expect("overlap");
        assert_eq!(a.values, b.values);
        assert!(series(0.0, 10).common(&series(20.0, 10)).is_none());
    }
}
