//! How far the limb has moved since the first frame (feature `spectrum`).
//!
//! *Coarsely* by phase correlation: the transform of the first frame against that of the frame now, each relative to its own mean under a
//! Hann window, the product's magnitudes taken out, and low-passed, because above a tenth of a cycle per pixel there is more of the sensor's
//! fixed pattern than of the scene, and a fixed pattern has not moved. *Finely* by Gauss–Newton steps from there and from where the
//! limb was a frame ago, on smoothed frames, with an offset and a gain for what the camera drifts and the limb warms, until a step is below
//! 0.005 pixels; the better of the two remains (less of the frame left unexplained).
//!
//! *What cannot be seen is said.* A shank that crosses both edges of the frame looks the same wherever it slides along itself. The
//! structure tensor of the first frame, with the part that offset and gain explain taken out, tells: where its smaller eigenvalue is
//! below 2 % of the larger one, or too small for the noise, movement along that direction is unobservable, left at 0 and flagged.
//!
//! Large frames are binned to at most 160 × 160 before. Nothing is allocated after construction.
//!
//! Sources: Kuglin & Hines 1975, Proc IEEE Conf Cybern Soc 163 (phase correlation); Lucas & Kanade 1981, Proc IJCAI 674, and Baker &
//! Matthews 2004, Int J Comput Vis 56:221, doi 10.1023/B:VISI.0000011205.11775.fd (Gauss–Newton with the first frame's gradients);
//! Shi & Tomasi 1994, Proc CVPR 593, doi 10.1109/CVPR.1994.323794 (eigenvalues of the structure tensor).

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::TAU;
use core::fmt;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlanner};

use crate::error::{ConfigError, in_range};

/// Most rows, or columns, that are registered; larger frames are binned.
const FINEST: usize = 160;
/// Cut-off of the phase correlation, cycles per pixel (1/e² of the power).
const CUT_OFF: f64 = 0.1;
/// Share of the larger eigenvalue below which the smaller one's direction is not seen.
const ROUND: f64 = 0.02;
/// Largest SD of a shift by noise, pixels.
const CERTAIN: f64 = 0.1;
/// Gauss–Newton steps at most.
const STEPS: usize = 20;
/// A step below this is the last, pixels.
const CLOSE: f64 = 0.005;

/// How far the limb has moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Pixels to the right since the first frame.
    pub x: f64,
    /// Pixels down.
    pub y: f64,
    /// Whether there is a direction along which movement is not seen; along it the shift is 0.
    pub is_unobservable: bool,
}

/// Directions along which movement is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen {
    Neither,
    /// Only along this unit vector (x, y).
    Along([f64; 2]),
    Both,
}

impl Seen {
    /// The part of a shift that is seen.
    fn of(self, [x, y]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::Both => [x, y],
            Self::Along([ex, ey]) => [ex * (ex * x + ey * y), ey * (ex * x + ey * y)],
            Self::Neither => [0.0, 0.0],
        }
    }
}

/// The first frame, smoothed, with its gradients along x and y.
#[derive(Debug, Clone)]
struct Anchor {
    frame: Vec<f64>,
    across: Vec<f64>,
    down: Vec<f64>,
    /// Its mean, subtracted.
    level: f64,
    seen: Seen,
}

/// Registers each frame to the first.
///
/// ```
/// use plethys::thermal::Follower;
/// let limb = |dx: f64| move |i: usize| {
///     let (row, column) = ((i / 80) as f64, (i % 80) as f64 - dx);
///     22.0 + 9.0 / (1.0 + ((column - 40.0).abs() - 12.0).exp()) / (1.0 + (20.0 - row).exp())
/// };
/// let mut follower = Follower::new(60, 80)?;
/// follower.image().iter_mut().enumerate().for_each(|(i, pixel)| *pixel = limb(0.0)(i));
/// follower.follow();
/// follower.image().iter_mut().enumerate().for_each(|(i, pixel)| *pixel = limb(2.5)(i));
/// let shift = follower.follow();
/// assert!((shift.x - 2.5).abs() < 0.05 && shift.y.abs() < 0.05 && !shift.is_unobservable);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Follower {
    columns: usize,
    /// Binned pixels along a side, and the size that gives.
    bin: usize,
    height: usize,
    width: usize,
    image: Vec<f64>,
    now: Vec<f64>,
    scratch: Vec<f64>,
    window: Vec<f64>,
    anchor: Anchor,
    is_anchored: bool,
    last: [f64; 2],
    correlation: Correlation,
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower")
            .field("bin", &self.bin)
            .field("height", &self.height)
            .field("width", &self.width)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

impl Follower {
    /// For frames of `rows` × `columns` pixels, 16 to 1280 each.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another size: fewer than 16 pixels hold no limb that could be told from one half a pixel away.
    pub fn new(rows: usize, columns: usize) -> Result<Self, ConfigError> {
        in_range("rows to register", rows as f64, 16.0, 1280.0)?;
        in_range("columns to register", columns as f64, 16.0, 1280.0)?;
        let bin = rows.max(columns).div_ceil(FINEST);
        let (height, width) = (rows / bin, columns / bin);
        let size = height * width;
        let hann = |i: usize, n: usize| 0.5 - 0.5 * libm::cos(TAU * (i as f64 + 0.5) / n as f64);
        let window = (0..size).map(|i| hann(i / width, height) * hann(i % width, width)).collect();
        let frame = vec![0.0; size];
        Ok(Self {
            columns,
            bin,
            height,
            width,
            image: vec![0.0; rows * columns],
            now: frame.clone(),
            scratch: frame.clone(),
            window,
            anchor: Anchor {
                frame: frame.clone(),
                across: frame.clone(),
                down: frame,
                level: 0.0,
                seen: Seen::Neither,
            },
            is_anchored: false,
            last: [0.0; 2],
            correlation: Correlation::new(height, width),
        })
    }

    /// Where the pixels of the next frame go, row by row; any unit, all finite.
    pub fn image(&mut self) -> &mut [f64] {
        &mut self.image
    }

    /// Forgets the first frame.
    pub fn reset(&mut self) {
        self.is_anchored = false;
        self.last = [0.0; 2];
    }

    /// Registers the frame in [`Follower::image`]; the first one is what all others are registered to.
    ///
    /// # Real-time
    /// About 3 ms for 160 × 120 pixels; no heap use.
    pub fn follow(&mut self) -> Shift {
        self.shrink();
        if !self.is_anchored {
            self.is_anchored = true;
            self.correlation.transform(&self.now, &self.window, true);
            let noise = self.noise();
            self.smooth();
            self.learn(noise);
            return Shift { x: 0.0, y: 0.0, is_unobservable: self.anchor.seen != Seen::Both };
        }
        self.correlation.transform(&self.now, &self.window, false);
        let coarse = self.anchor.seen.of(self.correlation.peak());
        self.smooth();
        let candidates = [self.refine(self.last), self.refine(coarse)];
        let best = if candidates[1].1 < candidates[0].1 { candidates[1].0 } else { candidates[0].0 };
        self.last = best;
        let scale = self.bin as f64;
        Shift { x: best[0] * scale, y: best[1] * scale, is_unobservable: self.anchor.seen != Seen::Both }
    }

    /// Bins the image.
    fn shrink(&mut self) {
        if self.bin == 1 {
            self.now.copy_from_slice(&self.image);
            return;
        }
        let share = 1.0 / (self.bin * self.bin) as f64;
        for row in 0..self.height {
            for column in 0..self.width {
                let mut sum = 0.0;
                for r in row * self.bin..(row + 1) * self.bin {
                    let start = r * self.columns + column * self.bin;
                    sum += self.image[start..start + self.bin].iter().sum::<f64>();
                }
                self.now[row * self.width + column] = sum * share;
            }
        }
    }

    /// SD of white noise, from second differences along rows (which smooth scenes hardly have), by their median.
    fn noise(&mut self) -> f64 {
        let mut count = 0;
        for line in self.now.chunks_exact(self.width) {
            for triple in line.windows(3) {
                self.scratch[count] = (triple[0] - 2.0 * triple[1] + triple[2]).abs();
                count += 1;
            }
        }
        let (_, middle, _) = self.scratch[..count].select_nth_unstable_by(count / 2, f64::total_cmp);
        // The differences of white noise are √6 times as large.
        1.4826 * *middle / libm::sqrt(6.0)
    }

    /// Two passes of a binomial of three pixels, both ways: noise falls to a fifth.
    fn smooth(&mut self) {
        for _ in 0..2 {
            binomial(&self.now, &mut self.scratch, self.height, self.width, 1);
            binomial(&self.scratch, &mut self.now, self.height, self.width, self.width);
        }
    }

    /// Takes the smoothed frame for the first one, and tells which directions are seen.
    fn learn(&mut self, noise: f64) {
        let (height, width) = (self.height, self.width);
        let anchor = &mut self.anchor;
        anchor.level = self.now.iter().sum::<f64>() / self.now.len().max(1) as f64;
        for (place, pixel) in anchor.frame.iter_mut().zip(&self.now) {
            *place = pixel - anchor.level;
        }
        for row in 0..height {
            for column in 0..width {
                let at = |r: usize, c: usize| anchor.frame[r.min(height - 1) * width + c.min(width - 1)];
                let place = row * width + column;
                anchor.across[place] = 0.5 * (at(row, column + 1) - at(row, column.saturating_sub(1)));
                anchor.down[place] = 0.5 * (at(row + 1, column) - at(row.saturating_sub(1), column));
            }
        }
        let [xx, xy, yy] = self.compare([0.0, 0.0]).tensor();
        let (middle, half) = (0.5 * (xx + yy), 0.5 * (xx - yy));
        let radius = libm::sqrt(half * half + xy * xy);
        let (large, small) = (middle + radius, middle - radius);
        let is_certain = |eigenvalue: f64| eigenvalue > 0.0 && noise <= CERTAIN * libm::sqrt(eigenvalue);
        self.anchor.seen = if !is_certain(large) {
            Seen::Neither
        } else if small >= ROUND * large && is_certain(small) {
            Seen::Both
        } else {
            // The eigenvector of the larger eigenvalue, from the row of the tensor that defines it better.
            let [x, y] = if half >= 0.0 { [half + radius, xy] } else { [xy, radius - half] };
            let length = libm::sqrt(x * x + y * y);
            Seen::Along([x / length, y / length])
        };
    }

    /// Gauss–Newton from `start`: the shift, and what remains unexplained per pixel.
    fn refine(&self, start: [f64; 2]) -> ([f64; 2], f64) {
        let mut best = (start, f64::INFINITY);
        let mut shift = start;
        for _ in 0..STEPS {
            let Some((step, remains)) = self.compare(shift).solve(self.anchor.seen) else {
                break;
            };
            let is_close = step[0].abs() + step[1].abs() < CLOSE;
            if remains < best.1 {
                best = (if is_close { [shift[0] - step[0], shift[1] - step[1]] } else { shift }, remains);
            }
            if is_close {
                break;
            }
            shift = [shift[0] - step[0], shift[1] - step[1]];
            // Half of the frame has to be left to compare.
            if shift[0].abs() > 0.5 * self.width as f64 || shift[1].abs() > 0.5 * self.height as f64 {
                break;
            }
        }
        best
    }

    /// Weighted moments of the frame now, moved back by `shift`, with the first frame and its gradients.
    fn compare(&self, shift: [f64; 2]) -> Moments {
        let whole = [libm::floor(shift[0]), libm::floor(shift[1])];
        let [part_x, part_y] = [shift[0] - whole[0], shift[1] - whole[1]];
        let [dx, dy] = [whole[0] as isize, whole[1] as isize];
        let upper_left = (1.0 - part_y) * (1.0 - part_x);
        let weights = [upper_left, (1.0 - part_y) * part_x, part_y * (1.0 - part_x), part_y * part_x];
        let (width, height) = (self.width.cast_signed(), self.height.cast_signed());
        let first = (-dx).clamp(0, width);
        let end = (width - 1 - dx).clamp(first, width);
        let anchor = &self.anchor;
        let mut moments = Moments::default();
        for row in (-dy).clamp(0, height)..(height - 1 - dy).clamp(0, height) {
            let line = (row * width) as usize;
            let from = ((row + dy) * width + dx) as usize;
            for column in first as usize..end as usize {
                let (place, at) = (line + column, from.wrapping_add(column));
                let [a, b] = [&self.now[at..at + 2], &self.now[at + self.width..at + self.width + 2]];
                let now = weights[0] * a[0] + weights[1] * a[1] + weights[2] * b[0] + weights[3] * b[1];
                let values = [now - anchor.level, anchor.frame[place], anchor.across[place], anchor.down[place]];
                moments.add(self.window[place], values);
            }
        }
        moments
    }
}

/// One pass of (1 2 1)/4 along `stride`; edges keep their value.
fn binomial(from: &[f64], to: &mut [f64], height: usize, width: usize, stride: usize) {
    for row in 0..height {
        for column in 0..width {
            let place = row * width + column;
            let is_edge = if stride == 1 { column == 0 || column + 1 == width } else { row == 0 || row + 1 == height };
            to[place] = if is_edge {
                from[place]
            } else {
                0.25 * from[place - stride] + 0.5 * from[place] + 0.25 * from[place + stride]
            };
        }
    }
}

/// Weighted sums of (now, frame, gradient x, gradient y), and of their products.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    weight: f64,
    sums: [f64; 4],
    /// nn nf nx ny ff fx fy xx xy yy.
    products: [f64; 10],
}

impl Moments {
    #[inline]
    fn add(&mut self, weight: f64, [n, f, x, y]: [f64; 4]) {
        self.weight += weight;
        let (wn, wf, wx, wy) = (weight * n, weight * f, weight * x, weight * y);
        let products = [wn * n, wn * f, wn * x, wn * y, wf * f, wf * x, wf * y, wx * x, wx * y, wy * y];
        self.sums.iter_mut().zip([wn, wf, wx, wy]).for_each(|(sum, value)| *sum += value);
        self.products.iter_mut().zip(products).for_each(|(sum, value)| *sum += value);
    }

    /// The products about the means.
    fn central(&self) -> [f64; 10] {
        let [n, f, x, y] = self.sums;
        let pairs = [n * n, n * f, n * x, n * y, f * f, f * x, f * y, x * x, x * y, y * y];
        let mut central = self.products;
        central.iter_mut().zip(pairs).for_each(|(product, pair)| *product -= pair / self.weight);
        central
    }

    /// The structure tensor without what offset and gain explain: xx, xy, yy.
    fn tensor(&self) -> [f64; 3] {
        if self.weight <= 0.0 {
            return [0.0; 3];
        }
        let [_, _, _, _, ff, fx, fy, xx, xy, yy] = self.central();
        if ff <= 0.0 {
            return [0.0; 3];
        }
        [xx - fx * fx / ff, xy - fx * fy / ff, yy - fy * fy / ff]
    }

    /// The step of the shift along what is seen, and the mean square that offset and gain alone leave.
    fn solve(&self, seen: Seen) -> Option<([f64; 2], f64)> {
        if self.weight <= 0.0 {
            return None;
        }
        let [nn, nf, nx, ny, ff, fx, fy, ..] = self.central();
        if ff <= 0.0 {
            return None;
        }
        let [xx, xy, yy] = self.tensor();
        let [x, y] = [nx - fx * nf / ff, ny - fy * nf / ff];
        let step = match seen {
            Seen::Neither => [0.0, 0.0],
            Seen::Along([ex, ey]) => {
                let along = (ex * x + ey * y) / (ex * ex * xx + 2.0 * ex * ey * xy + ey * ey * yy);
                [ex * along, ey * along]
            }
            Seen::Both => {
                let determinant = xx * yy - xy * xy;
                [(yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant]
            }
        };
        let gain = (nf - fx * step[0] - fy * step[1]) / ff;
        let remains = (nn - nf * nf / ff) / self.weight;
        // Without contrast, or with limb and background exchanged, there is nothing to go by.
        (gain > 0.1 && step[0].is_finite() && step[1].is_finite())
            .then(|| ([step[0] / gain, step[1] / gain], remains.max(0.0) / (gain * gain)))
    }
}

/// Phase correlation with the first frame.
#[derive(Clone)]
struct Correlation {
    height: usize,
    width: usize,
    /// Forward and back, along rows and along columns.
    plans: [Arc<dyn Fft<f64>>; 4],
    first: Vec<Complex64>,
    now: Vec<Complex64>,
    turned: Vec<Complex64>,
    scratch: Vec<Complex64>,
    low_pass: Vec<f64>,
}

impl Correlation {
    fn new(height: usize, width: usize) -> Self {
        let mut planner = FftPlanner::new();
        let plans = [
            planner.plan_fft_forward(width),
            planner.plan_fft_forward(height),
            planner.plan_fft_inverse(width),
            planner.plan_fft_inverse(height),
        ];
        let scratch = plans.iter().map(|plan| plan.get_inplace_scratch_len()).max().unwrap_or(0);
        let frame = vec![Complex64::new(0.0, 0.0); height * width];
        let frequency = |i: usize, n: usize| i.min(n - i) as f64 / n as f64;
        // Spectra lie turned: column frequencies along the lines.
        let low_pass = (0..height * width)
            .map(|place| {
                let (x, y) = (frequency(place / height, width), frequency(place % height, height));
                libm::exp(-(x * x + y * y) / (CUT_OFF * CUT_OFF))
            })
            .collect();
        let zero = Complex64::new(0.0, 0.0);
        Self {
            height,
            width,
            plans,
            first: frame.clone(),
            now: frame.clone(),
            turned: frame,
            scratch: vec![zero; scratch],
            low_pass,
        }
    }

    /// The spectrum of a frame under the window, relative to its own mean there.
    fn transform(&mut self, frame: &[f64], window: &[f64], is_first: bool) {
        let weight = window.iter().sum::<f64>();
        let mean = frame.iter().zip(window).map(|(pixel, weight)| pixel * weight).sum::<f64>() / weight;
        for ((place, pixel), weight) in self.turned.iter_mut().zip(frame).zip(window) {
            *place = Complex64::new(weight * (pixel - mean), 0.0);
        }
        self.plans[0].process_with_scratch(&mut self.turned, &mut self.scratch);
        turn(&self.turned, &mut self.now, self.height, self.width);
        self.plans[1].process_with_scratch(&mut self.now, &mut self.scratch);
        if is_first {
            self.first.copy_from_slice(&self.now);
        }
    }

    /// Where the correlation is highest, x and y, to a fraction of a pixel.
    fn peak(&mut self) -> [f64; 2] {
        for ((now, first), share) in self.now.iter_mut().zip(&self.first).zip(&self.low_pass) {
            let cross = *now * first.conj();
            let size = libm::sqrt(cross.norm_sqr());
            *now = if size > 0.0 { cross * (share / size) } else { Complex64::new(0.0, 0.0) };
        }
        self.plans[3].process_with_scratch(&mut self.now, &mut self.scratch);
        turn(&self.now, &mut self.turned, self.width, self.height);
        self.plans[2].process_with_scratch(&mut self.turned, &mut self.scratch);
        let mut best = 0;
        for place in 0..self.turned.len() {
            if self.turned[place].re > self.turned[best].re {
                best = place;
            }
        }
        let (row, column) = (best / self.width, best % self.width);
        let at = |row: usize, column: usize| self.turned[(row % self.height) * self.width + column % self.width].re;
        let signed = |i: usize, n: usize| if 2 * i > n { i as f64 - n as f64 } else { i as f64 };
        let x = vertex(at(row, column + self.width - 1), at(row, column), at(row, column + 1));
        let y = vertex(at(row + self.height - 1, column), at(row, column), at(row + 1, column));
        [signed(column, self.width) + x, signed(row, self.height) + y]
    }
}

/// Writes `from` (lines of `width`) turned into `to` (lines of `height`).
fn turn(from: &[Complex64], to: &mut [Complex64], height: usize, width: usize) {
    for row in 0..height {
        for column in 0..width {
            to[column * height + row] = from[row * width + column];
        }
    }
}

/// Place of the vertex of the parabola through three equidistant values, -0.5 to 0.5.
fn vertex(before: f64, peak: f64, after: f64) -> f64 {
    let bend = before - 2.0 * peak + after;
    if bend < 0.0 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 }
}
