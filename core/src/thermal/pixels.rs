//! Bad pixels: those that stand out, and those that stand still.
//!
//! Once per second of stream each pixel is looked at. It *stands out* if it lies beyond all of its neighbours by more than eight times the
//! noise (by fifty times, once is enough): an edge of the scene never does, its pixels lie between their neighbours. It *stands still* if it shows the very number of a
//! second ago, while most of the frame does not. Five looks in a row, or as many as chance does not explain in the whole frame
//! (p^n · pixels < 1e-6, p being the share of pixels that have not changed), make it bad; it is left out from then on, and not taken back.

use alloc::vec;
use alloc::vec::Vec;

use super::statistics::{Grid, Limits, Raw};

/// Times in a row that a pixel has to stand out.
const LOOKS: u8 = 5;
/// How far, in SDs of the noise.
const OUTLIER: f64 = 8.0;
/// As far as this once is enough: a dead pixel of 25 would spoil their mean for seconds.
const DEAD: f64 = 50.0;

/// Looks for bad pixels.
#[derive(Debug, Clone)]
pub(crate) struct PixelWatch {
    stands_out: Vec<u8>,
    stands_still: Vec<u8>,
    /// Time of the last look, s.
    last: Option<f64>,
}

impl PixelWatch {
    pub(crate) fn new(pixels: usize) -> Self {
        Self { stands_out: vec![0; pixels], stands_still: vec![0; pixels], last: None }
    }

    pub(crate) fn reset(&mut self) {
        self.stands_out.fill(0);
        self.stands_still.fill(0);
        self.last = None;
    }

    /// Whether it is time for a look.
    pub(crate) fn is_due(&self, time: f64) -> bool {
        self.last.is_none_or(|last| time - last >= 1.0)
    }

    /// Looks at a frame, `earlier` being that of the last look; calls `found` for each pixel that has become bad.
    pub(crate) fn look<T: Raw>(
        &mut self,
        time: f64,
        [earlier, now]: [&[T]; 2],
        limits: Limits<T>,
        noise: f64,
        grid: &mut Grid,
        mut found: impl FnMut(usize),
    ) {
        let is_first = self.last.replace(time).is_none();
        let (rows, columns) = (grid.rows, grid.columns);
        let pixels = now.len().min(earlier.len());
        if rows < 3 || columns < 3 || pixels < rows * columns {
            return;
        }
        let same = |place: usize| now[place].value() == earlier[place].value();
        let unchanged = (0..pixels).filter(|&place| same(place)).count() as f64 / pixels as f64;
        let enough_still = if is_first || unchanged >= 0.5 {
            None
        } else {
            let chance = unchanged.max(1e-3);
            Some(libm::ceil(libm::log(1e-6 / pixels as f64) / libm::log(chance)).clamp(f64::from(LOOKS), 250.0) as u8)
        };
        let beyond = [OUTLIER * noise, DEAD * noise];
        for row in 0..rows {
            for column in 0..columns {
                let place = row * columns + column;
                if grid.is_bad(place) {
                    continue;
                }
                let is_out = |beyond| is_outlier(now, limits, [row, column], [rows, columns], beyond);
                let out = noise > 0.0 && is_out(beyond[0]);
                let count = &mut self.stands_out[place];
                *count = match out {
                    // What is no temperature enters no mean: it may be missing once, and is not dead for that.
                    true if now[place].is_within(limits) && is_out(beyond[1]) => LOOKS,
                    true => count.saturating_add(1),
                    false => 0,
                };
                let is_out = *count >= LOOKS;
                let count = &mut self.stands_still[place];
                *count = if enough_still.is_some() && same(place) { count.saturating_add(1) } else { 0 };
                if (is_out || enough_still.is_some_and(|enough| *count >= enough)) && grid.mark_bad(place) {
                    found(place);
                }
            }
        }
    }
}

/// Whether a pixel is no temperature, or lies beyond all of its neighbours that are.
fn is_outlier<T: Raw>(frame: &[T], limits: Limits<T>, at: [usize; 2], size: [usize; 2], beyond: f64) -> bool {
    let [row, column] = at;
    let [rows, columns] = size;
    let pixel = frame[row * columns + column];
    // Most pixels are near their left neighbour, and need no further look.
    if column > 0 {
        let left = frame[row * columns + column - 1];
        let is_near = (pixel.value() - left.value()).abs() <= beyond;
        if is_near && left.is_within(limits) && pixel.is_within(limits) {
            return false;
        }
    }
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for r in row.saturating_sub(1)..(row + 2).min(rows) {
        for c in column.saturating_sub(1)..(column + 2).min(columns) {
            let neighbour = frame[r * columns + c];
            if (r, c) != (row, column) && neighbour.is_within(limits) {
                low = low.min(neighbour.value());
                high = high.max(neighbour.value());
            }
        }
    }
    if low > high {
        return false;
    }
    !pixel.is_within(limits) || pixel.value() > high + beyond || pixel.value() < low - beyond
}

#[cfg(test)]
mod tests {
    use super::*;
    use plethys_datasets::Rng;

    #[test]
    fn hot_dead_and_stuck_pixels_are_found_and_no_others() {
        let mut rng = Rng::new(5);
        let (rows, columns) = (60, 80);
        let limits = Limits { low: 21_315, high: 47_315 };
        let mut frame = |_: u32| -> Vec<u16> {
            let warm = |i: usize| if i % columns < 40 && i / columns > 20 { 30_500.0 } else { 29_500.0 };
            let mut frame: Vec<u16> = (0..rows * columns).map(|i| (warm(i) + 5.0 * rng.normal()) as u16).collect();
            frame[1000] = 30_900; // hot
            frame[2000] = 0; // dead
            frame[3210] = 30_502; // stuck at a likely value
            frame
        };
        let (mut grid, mut watch) = (Grid::new(rows, columns), PixelWatch::new(rows * columns));
        let mut found = Vec::new();
        let mut earlier = frame(0);
        for second in 1..60 {
            let now = frame(second);
            watch.look(f64::from(second), [&earlier, &now], limits, 5.0, &mut grid, |place| found.push(place));
            earlier = now;
        }
        found.sort_unstable();
        assert_eq!(found, [1000, 2000, 3210]);
        assert_eq!(grid.bad_count(), 3);
    }
}
