//! The measuring path: a stretch of the stream, lightly smoothed, on a grid fine enough to read times from.
//!
//! Finding filters away what measuring needs. So a beat is read from the samples themselves, smoothed by a quartic
//! Savitzky–Golay kernel of 0.15 of the cycle to either side at most, less where the upstroke is steep (linear phase, no delay after
//! alignment) and, at low sample rates, interpolated by a windowed sinc to at least 100 Hz. Both are computed for the stretch of one
//! beat at a time, once per sample.
//!
//! Sources: Savitzky & Golay 1964, Anal. Chem. 36(8):1627, doi 10.1021/ac60214a047; Duchon 1979, J. Appl. Meteorol. 18(8):1016,
//! doi 10.1175/1520-0450(1979)018<1016:LFIOAT>2.0.CO;2 (Lanczos window).

use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::PI;

use crate::filter::{dot, mirrored};
use crate::signal::SampleRate;

/// Times are read on a grid of at least this rate, Hz.
const FINE_HZ: f64 = 100.0;
/// Half length of the interpolation kernel, samples.
pub(crate) const REACH: usize = 6;
/// Longest half length of the smoothing kernel as a share of the cycle.
const SMOOTHING_SHARE: f64 = 0.15;
/// The shortest, as a share of the longest.
const SMOOTHING_LEAST: f64 = 0.5;
/// Half length that suits a pulse whose samples, `SUITED_HZ` of them a second, carry noise of `SUITED_NOISE` of its height, as a share of
/// its rise from 10 to 90 %: a quartic takes 0.1 % of the height of a Gaussian peak there.
const SUITED_RISES: f64 = 0.75;
const SUITED_NOISE: f64 = 0.003;
const SUITED_HZ: f64 = 125.0;
/// What a quartic takes grows with the sixth power of the length, what it leaves of noise falls with its square root: their squares are
/// least in sum at a length that grows with this power of the noise.
const NOISE_POWER: f64 = 2.0 / 13.0;
/// Noise is estimated from about as many samples of a stretch.
const NOISE_SAMPLES: usize = 32;
/// Longest half length of the smoothing kernel, s.
const SMOOTHING_MAX_S: f64 = 0.08;

/// How far the smoothing reaches to either side in a cycle of `cycle` seconds, s, where `suited` would suit the usual pulse.
pub(crate) fn smoothing_reach(cycle: f64, suited: Option<f64>) -> f64 {
    let most = (SMOOTHING_SHARE * cycle).min(SMOOTHING_MAX_S);
    suited.map_or(most, |suited| suited.clamp(SMOOTHING_LEAST * most, most))
}

/// A stretch of a stream on a fine grid.
#[derive(Debug, Clone)]
pub(crate) struct Waveform {
    rate: f64,
    factor: usize,
    /// One kernel of `2 × REACH` weights for each position between two samples.
    kernels: Vec<[f64; 2 * REACH]>,
    weights: Vec<f64>,
    smooth: Vec<f64>,
    /// What stands in `smooth`, where it may be used again.
    known: Option<Known>,
    fine: Vec<f64>,
    longest: usize,
    start: f64,
    noise: Option<f64>,
    /// Share of the standard deviation of white noise that smoothing leaves.
    kept: f64,
}

/// A smoothed stretch: none of it rests on samples that were not there.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Index of its first sample, and how many they are.
    start: i64,
    count: usize,
    /// How it was smoothed and oriented.
    half: usize,
    sign: f64,
}

impl Waveform {
    /// For stretches of up to `longest` samples.
    pub(crate) fn new(rate: SampleRate, longest: usize) -> Self {
        let factor = (libm::ceil(FINE_HZ / rate.as_hz()) as usize).max(1);
        let kernels = (1..factor).map(|phase| lanczos(phase as f64 / factor as f64)).collect();
        let smoothing = libm::round(SMOOTHING_MAX_S * rate.as_hz()) as usize;
        Self {
            rate: rate.as_hz(),
            factor,
            kernels,
            weights: Vec::with_capacity(2 * smoothing + 1),
            smooth: vec![0.0; longest + 2 * REACH],
            known: None,
            fine: Vec::with_capacity(longest * factor),
            longest,
            start: 0.0,
            noise: None,
            kept: 1.0,
        }
    }

    /// A stretch that is already on a grid of `hz`, smoothed over `reach` seconds to either side; allocates.
    pub(crate) fn of(values: &[f64], hz: f64, reach: f64) -> Self {
        let half = (reach * hz) as usize;
        let half = if half < 3 { 0 } else { half };
        let mut waveform = Self {
            rate: hz,
            factor: 1,
            kernels: Vec::new(),
            weights: Vec::with_capacity(2 * half + 1),
            smooth: Vec::new(),
            known: None,
            fine: Vec::with_capacity(values.len()),
            longest: values.len(),
            start: 0.0,
            noise: None,
            kept: 1.0,
        };
        waveform.weigh(half, 1.0);
        let held = |at: usize| values[at.max(half).min(values.len() - 1 + half) - half];
        for place in 0..values.len() {
            let smooth = waveform.weights.iter().zip(place..).fold(0.0, |sum, (weight, at)| sum + weight * held(at));
            waveform.fine.push(smooth);
        }
        waveform
    }

    /// Samples beside a stretch that its edges are computed from, each side.
    pub(crate) fn margin(&self) -> usize {
        REACH + libm::round(SMOOTHING_MAX_S * self.rate) as usize
    }

    /// Most samples in a stretch.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Most values of a stretch.
    pub(crate) fn most(&self) -> usize {
        self.longest * self.factor
    }

    /// The next stretch belongs to another stream, or to another place of this one with the same index.
    pub(crate) fn forget(&mut self) {
        self.known = None;
    }

    /// Takes the stretch `from..to` of `samples`, whose first has the index `first`; what lies beyond them is held. Samples with the same
    /// index are the same from one stretch to the next, see [`forget`](Self::forget).
    /// `sign` orients, the smoothing reaches `reach` seconds to either side, see [`smoothing_reach`].
    pub(crate) fn load(&mut self, samples: &[f64], first: u64, from: u64, to: u64, sign: f64, reach: f64) {
        self.fine.clear();
        self.start = from as f64;
        self.noise = None;
        let count = (to.saturating_sub(from) as usize).min(self.longest);
        if samples.is_empty() || count == 0 {
            return;
        }
        // A quartic through five samples is those samples.
        let half = (reach.min(SMOOTHING_MAX_S) * self.rate) as usize;
        let half = if half < 3 { 0 } else { half };
        let known = self.known.take().filter(|known| (known.half, known.sign) == (half, sign));
        if known.is_none() {
            self.weigh(half, sign);
            self.kept = libm::sqrt(sign * self.weights[half]);
        }
        let last = samples.len() - 1;
        // The first smoothed value lies REACH before `from`; index into `samples` of its first neighbour.
        let start = from.cast_signed() - REACH.cast_signed() as i64;
        let origin = start - first.cast_signed() - half.cast_signed() as i64;
        let around = count + 2 * (REACH + half);
        let inside = usize::try_from(origin).ok().and_then(|low| samples.get(low..low + around));
        if let Some(inside) = inside {
            // What was smoothed for the stretch before stays.
            let before = known.and_then(|known| Some((known.count, usize::try_from(start - known.start).ok()?)));
            let (before, gone) = before.unwrap_or_default();
            let stays = before.saturating_sub(gone).min(count + 2 * REACH);
            self.smooth.copy_within(gone.min(before)..gone.min(before) + stays, 0);
            let smooth = &mut self.smooth[..count + 2 * REACH];
            mirrored(&mut smooth[stays..], &inside[stays..], &self.weights);
            self.noise = noise(smooth, &inside[half..], &self.weights, sign);
            self.known = Some(Known { start, count: smooth.len(), half, sign });
        } else {
            let held = |index: i64| samples[index.clamp(0, last.cast_signed() as i64) as usize];
            for (low, place) in (origin..).zip(&mut self.smooth[..count + 2 * REACH]) {
                *place = self.weights.iter().zip(low..).fold(0.0, |sum, (w, index)| sum + w * held(index));
            }
        }
        if self.kernels.is_empty() {
            self.fine.extend_from_slice(&self.smooth[REACH..count + REACH]);
            return;
        }
        for i in 0..count {
            self.fine.push(self.smooth[i + REACH]);
            for kernel in &self.kernels {
                let window = &self.smooth[i + 1..=i + 2 * REACH];
                self.fine.push(dot(window, kernel));
            }
        }
    }

    /// Weights of the quartic Savitzky–Golay smoother over `2 × half + 1` samples, in closed form, times `sign`.
    fn weigh(&mut self, half: usize, sign: f64) {
        self.weights.clear();
        if half == 0 {
            self.weights.push(sign);
            return;
        }
        let m = half as f64;
        let m2 = m * m;
        let scale =
            sign * 3.75 / ((2.0 * m + 5.0) * (2.0 * m + 3.0) * (2.0 * m + 1.0) * (2.0 * m - 1.0) * (2.0 * m - 3.0));
        for j in 0..=2 * half {
            let x = j as f64 - m;
            let x2 = x * x;
            let constant = 15.0 * m2 * m2 + 30.0 * m2 * m - 35.0 * m2 - 50.0 * m + 12.0;
            self.weights.push(scale * (constant - 35.0 * (2.0 * m2 + 2.0 * m - 3.0) * x2 + 63.0 * x2 * x2));
        }
    }

    /// How far smoothing should reach for pulses of `height` that rise in `rise` seconds, amid the noise of this stretch, s.
    pub(crate) fn suited_reach(&self, rise: f64, height: f64) -> f64 {
        let noise = self.noise.map_or(SUITED_NOISE, |noise| noise / height * libm::sqrt(SUITED_HZ / self.rate));
        SUITED_RISES * rise * libm::exp(NOISE_POWER * libm::log(noise / SUITED_NOISE))
    }

    /// Standard deviation of the noise of a sample; `None` where nothing was smoothed, or too little to tell.
    pub(crate) fn noise(&self) -> Option<f64> {
        self.noise
    }

    /// Standard deviation of the noise that is left in the values; `None` where nothing was smoothed, or too little to tell.
    pub(crate) fn left_noise(&self) -> Option<f64> {
        self.noise.map(|noise| noise * self.kept)
    }

    /// The values, [`Waveform::rate`] per second.
    pub(crate) fn values(&self) -> &[f64] {
        &self.fine
    }

    /// Values per second.
    pub(crate) fn rate(&self) -> f64 {
        self.rate * self.factor as f64
    }

    /// Samples of the stream per second.
    pub(crate) fn sample_rate(&self) -> f64 {
        self.rate
    }

    /// Sample index (fractional) of the place `at` in the values.
    pub(crate) fn index_of(&self, at: f64) -> f64 {
        self.start + at / self.factor as f64
    }

    /// Place (fractional) of a sample index.
    pub(crate) fn at(&self, index: f64) -> f64 {
        (index - self.start) * self.factor as f64
    }

    /// Place in the values nearest to a sample index, clamped to them.
    pub(crate) fn place_of(&self, index: f64) -> usize {
        let place = libm::round(self.at(index));
        if place > 0.0 { (place as usize).min(self.fine.len().saturating_sub(1)) } else { 0 }
    }
}

/// Standard deviation of the noise of a sample, from what smoothing has taken from `samples`; `None` where it has taken nothing.
fn noise(smooth: &[f64], samples: &[f64], weights: &[f64], sign: f64) -> Option<f64> {
    // A projection: of the noise's variance the share of the middle weight remains.
    let kept = weights.get(weights.len() / 2).map_or(1.0, |weight| sign * weight);
    let every = (smooth.len() / NOISE_SAMPLES).max(1);
    let mut count = 0.0;
    let mut squares = 0.0;
    for (smooth, sample) in smooth.iter().zip(samples).step_by(every) {
        let taken = sign * sample - smooth;
        squares += taken * taken;
        count += 1.0;
    }
    (weights.len() > 1).then(|| libm::sqrt(squares / (count * (1.0 - kept))))
}

/// Weights on the samples −REACH+1 … REACH around a position `shift` (0 to 1) after sample 0; they add up to one.
pub(crate) fn lanczos(shift: f64) -> [f64; 2 * REACH] {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
    let mut weights: [f64; 2 * REACH] = core::array::from_fn(|i| {
        let x = shift - (i as f64 - (REACH as f64 - 1.0));
        sinc(x) * sinc(x / REACH as f64)
    });
    let sum = weights.iter().fold(0.0, |sum, w| sum + w);
    for weight in &mut weights {
        *weight /= sum;
    }
    weights
}

/// Offset (−0.5 to 0.5) and height of the vertex of the parabola through three equidistant values around an extremum.
pub(crate) fn vertex(before: f64, at: f64, after: f64) -> (f64, f64) {
    let bend = before - 2.0 * at + after;
    if bend == 0.0 {
        return (0.0, at);
    }
    let shift = (0.5 * (before - after) / bend).clamp(-0.5, 0.5);
    (shift, at - 0.25 * (before - after) * shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_at_a_fifth_of_the_rate_is_interpolated_to_half_a_percent() {
        let rate = SampleRate::hz(25.0).expect("in range");
        let mut waveform = Waveform::new(rate, 100);
        let wave = |index: f64| libm::sin(2.0 * PI * 5.0 * index / 25.0);
        let samples: Vec<f64> = (0..100).map(|i| wave(f64::from(i))).collect();
        waveform.load(&samples, 0, 20, 60, 1.0, 0.0);
        assert_eq!(waveform.rate(), 100.0);
        let worst = waveform
            .values()
            .iter()
            .enumerate()
            .map(|(i, v)| (v - wave(waveform.index_of(i as f64))).abs())
            .fold(0.0, f64::max);
        assert!(worst < 5e-3, "{worst}");
    }

    #[test]
    fn a_parabola_passes_the_smoother_unchanged() {
        let rate = SampleRate::hz(250.0).expect("in range");
        let mut waveform = Waveform::new(rate, 100);
        let samples: Vec<f64> = (0..100).map(|i| f64::from(i * i)).collect();
        waveform.load(&samples, 0, 20, 60, -1.0, 0.08);
        for (i, v) in waveform.values().iter().enumerate() {
            let index = 20.0 + i as f64;
            approx::assert_abs_diff_eq!(*v, -index * index, epsilon = 1e-8);
        }
    }

    #[test]
    fn the_noise_that_is_left_is_what_white_noise_leaves() {
        let rate = SampleRate::hz(250.0).expect("in range");
        let mut waveform = Waveform::new(rate, 4000);
        // Uniform between −0.5 and 0.5 on a slow wave.
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let wave = |i: i32| 65.0 + libm::sin(2.0 * PI * f64::from(i) / 250.0);
        let samples: Vec<f64> = (0..40_200).map(|i| wave(i) + random()).collect();
        for sign in [1.0, -1.0] {
            // Thirty-two places are looked at in each stretch.
            let mut told = 0.0;
            let mut truth = 0.0;
            for stretch in 0..400 {
                let from = 40 + 100 * stretch;
                waveform.load(&samples, 0, from, from + 100, sign, 0.08);
                let off = waveform.values().iter().zip(from as i32..).map(|(v, i)| v - sign * wave(i));
                truth += off.map(|off| off * off).sum::<f64>() / 100.0;
                let left = waveform.left_noise().expect("smoothed");
                told += left * left;
            }
            assert!((told / truth - 1.0).abs() < 0.15, "{told} is not {truth}");
        }
        // Reaching over less than three samples smooths nothing and tells nothing.
        waveform.load(&samples, 0, 100, 200, 1.0, 0.01);
        assert_eq!(waveform.left_noise(), None);
    }

    #[test]
    fn the_vertex_of_a_parabola_is_exact() {
        let parabola = |x: f64| 3.0 - 2.0 * (x - 0.2) * (x - 0.2);
        let (shift, height) = vertex(parabola(-1.0), parabola(0.0), parabola(1.0));
        approx::assert_abs_diff_eq!(shift, 0.2, epsilon = 1e-12);
        approx::assert_abs_diff_eq!(height, 3.0, epsilon = 1e-12);
    }
}
