//! Mean, spread and percentiles of a region's pixels.
//!
//! Counts are summed as integers, so the order of summation does not matter and four regions of 1000 pixels cost a few microseconds;
//! temperatures are summed in a fixed order, relative to the region's first valid pixel. Percentiles are interpolated between order
//! statistics (definition 7 of Hyndman & Fan 1996, Am Stat 50:361, doi 10.1080/00031305.1996.10473566), found by selection in a buffer
//! that was taken when the monitor was built.

use core::ops::Range;

use super::region::Run;

/// What is known of a region in raw units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    /// Sample standard deviation; 0 of one pixel.
    pub(crate) deviation: f64,
    pub(crate) count: u32,
}

/// Smallest and largest raw value that is a temperature.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<T> {
    pub(crate) low: T,
    pub(crate) high: T,
}

/// A raw pixel: counts or °C.
pub(crate) trait Raw: Copy {
    fn is_within(self, limits: Limits<Self>) -> bool;
    fn value(self) -> f64;
    fn order(&self, other: &Self) -> core::cmp::Ordering;
    /// Whether two frames are the same, bit for bit.
    fn same(a: &[Self], b: &[Self]) -> bool;
    /// Count, mean and SD over pieces of the frame.
    fn spread(frame: &[Self], pieces: impl Iterator<Item = Range<usize>> + Clone, limits: Limits<Self>) -> Spread;
    /// Mean of what has been added to each pixel, over those where it lies within `reach` of `middle`; `None` where none does.
    fn common(before: &[Self], now: &[Self], limits: Limits<Self>, middle: f64, reach: f64) -> Option<f64>;
}

impl Raw for u16 {
    #[inline]
    fn is_within(self, limits: Limits<Self>) -> bool {
        self.wrapping_sub(limits.low) <= limits.high.wrapping_sub(limits.low)
    }

    fn value(self) -> f64 {
        f64::from(self)
    }

    fn order(&self, other: &Self) -> core::cmp::Ordering {
        self.cmp(other)
    }

    fn same(a: &[Self], b: &[Self]) -> bool {
        a == b
    }

    fn spread(frame: &[Self], pieces: impl Iterator<Item = Range<usize>> + Clone, limits: Limits<Self>) -> Spread {
        let (mut sum, mut squares, mut count) = (0_u64, 0_u64, 0_u64);
        for piece in pieces {
            // A row has at most 1280 pixels: 32 bits hold its sum.
            let (mut row_sum, mut row_squares, mut row_count) = (0_u32, 0_u64, 0_u32);
            for &pixel in frame.get(piece).unwrap_or_default() {
                let keep = pixel.is_within(limits);
                let value = if keep { u32::from(pixel) } else { 0 };
                row_sum += value;
                row_squares += u64::from(value) * u64::from(value);
                row_count += u32::from(keep);
            }
            sum += u64::from(row_sum);
            squares += row_squares;
            count += u64::from(row_count);
        }
        if count == 0 {
            return Spread { mean: f64::NAN, deviation: f64::NAN, count: 0 };
        }
        let scatter = u128::from(count) * u128::from(squares) - u128::from(sum) * u128::from(sum);
        let pairs = (count * count.saturating_sub(1)).max(1);
        Spread {
            mean: sum as f64 / count as f64,
            deviation: libm::sqrt(scatter as f64 / pairs as f64),
            count: count as u32,
        }
    }

    fn common(before: &[Self], now: &[Self], limits: Limits<Self>, middle: f64, reach: f64) -> Option<f64> {
        let (low, high) = (libm::ceil(middle - reach) as i32, libm::floor(middle + reach) as i32);
        let (mut sum, mut count) = (0_i64, 0_u32);
        // 1024 differences of 16 bits fit into 32.
        for (before, now) in before.chunks(1024).zip(now.chunks(1024)) {
            let (mut part, mut kept) = (0_i32, 0_u32);
            for (&before, &now) in before.iter().zip(now) {
                let difference = i32::from(now) - i32::from(before);
                let is_usual = (low..=high).contains(&difference);
                let keep = before.is_within(limits) && now.is_within(limits) && is_usual;
                part += if keep { difference } else { 0 };
                kept += u32::from(keep);
            }
            sum += i64::from(part);
            count += kept;
        }
        (count > 0).then(|| sum as f64 / f64::from(count))
    }
}

impl Raw for f64 {
    #[inline]
    fn is_within(self, limits: Limits<Self>) -> bool {
        self >= limits.low && self <= limits.high
    }

    fn value(self) -> f64 {
        self
    }

    fn order(&self, other: &Self) -> core::cmp::Ordering {
        self.total_cmp(other)
    }

    fn same(a: &[Self], b: &[Self]) -> bool {
        // Bits, so that a missing pixel equals itself.
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
    }

    fn spread(frame: &[Self], pieces: impl Iterator<Item = Range<usize>> + Clone, limits: Limits<Self>) -> Spread {
        let pixels = pieces.flat_map(|piece| frame.get(piece).unwrap_or_default()).filter(|p| p.is_within(limits));
        let Some(&first) = pixels.clone().next() else {
            return Spread { mean: f64::NAN, deviation: f64::NAN, count: 0 };
        };
        let (mut sum, mut squares, mut count) = (0.0, 0.0, 0_u32);
        for pixel in pixels {
            let value = pixel - first;
            sum += value;
            squares += value * value;
            count += 1;
        }
        let n = f64::from(count);
        let scatter = (squares - sum * sum / n).max(0.0);
        Spread { mean: first + sum / n, deviation: libm::sqrt(scatter / (n - 1.0).max(1.0)), count }
    }

    fn common(before: &[Self], now: &[Self], limits: Limits<Self>, middle: f64, reach: f64) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0_u32);
        for (before, now) in before.iter().zip(now) {
            let difference = now - before;
            if before.is_within(limits) && now.is_within(limits) && (difference - middle).abs() <= reach {
                sum += difference;
                count += 1;
            }
        }
        (count > 0).then(|| sum / f64::from(count))
    }
}

/// Values at these shares (rising) of the valid pixels in `scratch`, which is reordered; interpolated.
pub(crate) fn percentiles<T: Raw, const N: usize>(scratch: &mut [T], shares: [f64; N]) -> [f64; N] {
    let mut out = [f64::NAN; N];
    let count = scratch.len();
    let (mut rest, mut taken) = (scratch, 0);
    for (place, share) in out.iter_mut().zip(shares) {
        if rest.is_empty() {
            break;
        }
        let position = share * (count - 1) as f64;
        let whole = libm::floor(position) as usize;
        let index = whole.saturating_sub(taken).min(rest.len() - 1);
        let (_, value, right) = rest.select_nth_unstable_by(index, T::order);
        let value = value.value();
        let next = right.iter().copied().min_by(T::order).map_or(value, T::value);
        *place = value + (position - whole as f64) * (next - value);
        // What was selected stays at the front, as the next percentile may fall on it again.
        rest = &mut rest[index..];
        taken += index;
    }
    out
}

/// Where the pixels of a region are in a frame: its runs, moved, without bad pixels.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    bad: alloc::vec::Vec<bool>,
    bad_in_row: alloc::vec::Vec<u32>,
}

impl Grid {
    pub(crate) fn new(rows: usize, columns: usize) -> Self {
        Self { rows, columns, bad: alloc::vec![false; rows * columns], bad_in_row: alloc::vec![0; rows] }
    }

    pub(crate) fn is_bad(&self, place: usize) -> bool {
        self.bad.get(place).copied().unwrap_or(false)
    }

    /// Marks a pixel; false where it was marked before.
    pub(crate) fn mark_bad(&mut self, place: usize) -> bool {
        match self.bad.get_mut(place) {
            Some(bad) if !*bad => {
                *bad = true;
                if let Some(count) = self.bad_in_row.get_mut(place / self.columns.max(1)) {
                    *count += 1;
                }
                true
            }
            _ => false,
        }
    }

    pub(crate) fn forget_bad(&mut self) {
        self.bad.fill(false);
        self.bad_in_row.fill(0);
    }

    pub(crate) fn bad_count(&self) -> u32 {
        self.bad_in_row.iter().sum()
    }

    /// The part of a run, moved by (rows, columns), that lies in the frame.
    fn moved(&self, run: Run, shift: [i32; 2]) -> Option<(usize, Range<usize>)> {
        let row = i64::from(run.row) + i64::from(shift[0]);
        let row = usize::try_from(row).ok().filter(|&row| row < self.rows)?;
        let clip = |column: u32| {
            (i64::from(column) + i64::from(shift[1])).clamp(0, self.columns.cast_signed() as i64) as usize
        };
        let (start, end) = (clip(run.start), clip(run.end));
        (start < end).then(|| (row, row * self.columns + start..row * self.columns + end))
    }

    /// Pixels of the region that lie in the frame.
    pub(crate) fn covered(&self, runs: &[Run], shift: [i32; 2]) -> u32 {
        runs.iter().filter_map(|run| self.moved(*run, shift)).map(|(_, range)| range.len() as u32).sum()
    }

    /// Stretches of good pixels.
    pub(crate) fn pieces<'a>(
        &'a self,
        runs: &'a [Run],
        shift: [i32; 2],
    ) -> impl Iterator<Item = Range<usize>> + Clone + 'a {
        runs.iter().filter_map(move |run| self.moved(*run, shift)).flat_map(|(row, range)| Pieces {
            bad: if self.bad_in_row.get(row).is_some_and(|&count| count > 0) { &self.bad } else { &[] },
            rest: range,
        })
    }
}

/// A range, cut at bad pixels.
#[derive(Clone)]
struct Pieces<'a> {
    bad: &'a [bool],
    rest: Range<usize>,
}

impl Iterator for Pieces<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        if self.rest.is_empty() {
            return None;
        }
        if self.bad.is_empty() {
            return Some(core::mem::replace(&mut self.rest, 0..0));
        }
        let is_bad = |place: &usize| self.bad.get(*place).copied().unwrap_or(true);
        let start = self.rest.clone().find(|place| !is_bad(place))?;
        let end = (start..self.rest.end).find(is_bad).unwrap_or(self.rest.end);
        self.rest.start = end;
        Some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(count: usize) -> core::iter::Once<Range<usize>> {
        core::iter::once(0..count)
    }

    #[test]
    fn counts_are_summed_exactly_and_temperatures_alike() {
        let counts: Vec<u16> = (0..4000_u32).map(|i| 30_000 + (i * 7919 % 800) as u16).collect();
        let exact: Vec<f64> = counts.iter().map(|c| f64::from(*c)).collect();
        let a = u16::spread(&counts, whole(4000), Limits { low: 1, high: 65_534 });
        let b = f64::spread(&exact, whole(4000), Limits { low: 0.0, high: 1e5 });
        let mean = exact.iter().sum::<f64>() / 4000.0;
        let square = exact.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 3999.0;
        for spread in [a, b] {
            approx::assert_abs_diff_eq!(spread.mean, mean, epsilon = 1e-9);
            approx::assert_abs_diff_eq!(spread.deviation, libm::sqrt(square), epsilon = 1e-9);
            assert_eq!(spread.count, 4000);
        }
    }

    #[test]
    fn what_is_no_temperature_is_left_out() {
        let frame = [20.0, f64::NAN, 22.0, f64::INFINITY, 30_615.0];
        let spread = f64::spread(&frame, whole(5), Limits { low: -60.0, high: 200.0 });
        assert_eq!((spread.mean, spread.count), (21.0, 2));
        assert_eq!(u16::spread(&[0, 65_535], whole(2), Limits { low: 1, high: 65_534 }).count, 0);
    }

    #[test]
    fn percentiles_are_those_of_sorted_values() {
        for count in [1_usize, 2, 3, 20, 101, 1000] {
            let values: Vec<f64> = (0..count).map(|i| ((i * 7919) % 1009) as f64).collect();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let expected = [0.05, 0.5, 0.95].map(|share| {
                let position = share * (count - 1) as f64;
                let low = position as usize;
                sorted[low] + (position - low as f64) * (sorted[(low + 1).min(count - 1)] - sorted[low])
            });
            assert_eq!(percentiles(&mut values.clone(), [0.05, 0.5, 0.95]), expected, "{count} values");
        }
        assert!(percentiles::<u16, 1>(&mut [], [0.5])[0].is_nan());
    }

    #[test]
    fn bad_pixels_and_the_frame_cut_runs() {
        let mut grid = Grid::new(4, 10);
        let runs = [Run { row: 1, start: 2, end: 8 }];
        assert!(grid.mark_bad(14) && !grid.mark_bad(14));
        assert_eq!(grid.pieces(&runs, [0, 0]).collect::<Vec<_>>(), [12..14, 15..18]);
        assert!(grid.pieces(&runs, [0, 5]).eq(core::iter::once(17..20)));
        assert_eq!(grid.pieces(&runs, [-2, 0]).count(), 0);
        assert_eq!((grid.covered(&runs, [0, 5]), grid.covered(&runs, [3, 0])), (3, 0));
    }
}
