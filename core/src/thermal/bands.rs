//! Oscillation bands of skin temperature, and their power while values arrive.
//!
//! The vessels of the skin oscillate in bands that belong to the endothelium (without and with nitric oxide), to nerves, to the muscle of
//! their walls, to breathing and to the heart. [`BANDS`] are those of Liu et al. 2012 (Microvasc Res 83:304,
//! doi 10.1016/j.mvr.2012.02.003) below 0.06 Hz, and of Stefanovska, Bračič & Kvernmo 1999 (IEEE Trans Biomed Eng 46:1230,
//! doi 10.1109/10.790500) above.
//!
//! Power in a band is that of Morlet wavelets (ω₀ = 2π: six cycles, as a compromise between time and frequency), scaled such that a sine of
//! amplitude a adds a²/2:
//!
//! P = 1/C ∫ ⟨|W(f, t)|²⟩ df/f,  C = ∫ |ψ(x)|² dx/x.
//!
//! Below five cycles of a band's lower edge (17.5, 9, 4.2, 1.4 minutes for the slow ones) there is no power, but a reason.
//!
//! [`BandMeter`] is the streaming estimate: the same wavelets, cut at five cycles and made blind to level and slope, as filters on values of
//! one step; it gives each band's mean power since the start, [`BandMeter::latency`] late, without a transform, and without the heap.

use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::TAU;

use super::reason::ThermalReason;
use crate::error::{ConfigError, in_range};
use crate::filter::dot;

/// A band of frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Whose oscillation it is.
    pub name: &'static str,
    /// Lower edge, Hz.
    pub low: f64,
    /// Upper edge, Hz.
    pub high: f64,
}

/// The bands, from the slowest.
pub const BANDS: [Band; 6] = [
    Band { name: "endothelial", low: 0.005, high: 0.0095 },
    Band { name: "endothelial_no", low: 0.0095, high: 0.02 },
    Band { name: "neurogenic", low: 0.02, high: 0.06 },
    Band { name: "myogenic", low: 0.06, high: 0.15 },
    Band { name: "respiratory", low: 0.15, high: 0.4 },
    Band { name: "cardiac", low: 0.4, high: 1.6 },
];

/// Cycles of its lower edge that a band needs.
pub(crate) const CYCLES: f64 = 5.0;
/// Spacing of frequencies, as a share.
pub(crate) const SPACING: f64 = 0.05;

impl Band {
    /// Whether a record of `duration` s with values every `step` s can tell the band's power.
    pub(crate) fn is_computable(&self, duration: f64, step: f64) -> bool {
        // Three SDs of the wavelet's spectrum above the upper edge have to be below half the rate.
        duration * self.low >= CYCLES - 1e-9 && self.high * 1.34 <= 0.5 / step
    }

    /// Frequencies from edge to edge, evenly spaced in their logarithm, with their weights in ∫ df/f (trapezoid).
    pub(crate) fn frequencies(&self) -> Vec<(f64, f64)> {
        let width = libm::log(self.high / self.low);
        let count = libm::ceil(width / SPACING) as usize;
        let spacing = width / count as f64;
        let weight = |i: usize| if i == 0 || i == count { 0.5 * spacing } else { spacing };
        (0..=count).map(|i| (self.low * libm::exp(i as f64 * spacing), weight(i))).collect()
    }
}

/// C of a wavelet whose answer to a sine at x times its own frequency is `answer(x)`, 1 at x = 1.
pub(crate) fn admissibility(answer: impl Fn(f64) -> f64) -> f64 {
    let spacing = 0.002;
    let place = |i: i32| libm::exp(f64::from(i) * spacing);
    (-700..=700).map(|i| answer(place(i))).map(|answer| answer * answer * spacing).sum()
}

/// A wavelet as a filter.
#[derive(Debug, Clone)]
struct Wavelet {
    band: usize,
    weight: f64,
    cosine: Vec<f64>,
    sine: Vec<f64>,
    /// Values between two evaluations.
    every: usize,
    sum: f64,
    count: u32,
}

/// Power in each band while values arrive, one per step.
///
/// # Real-time
/// `new` allocates; `push` does not. At 1 s: 1000 taps at most, and 60 multiplications per value on average.
///
/// ```
/// use plethys::thermal::BandMeter;
/// let mut meter = BandMeter::new(1.0)?;
/// for second in 0..1200 {
///     meter.push(31.0 + 0.1 * (std::f64::consts::TAU * 0.04 * f64::from(second)).sin());
/// }
/// let neurogenic = meter.power(2).unwrap(); // K²
/// assert!((neurogenic / (0.1 * 0.1 / 2.0) - 1.0).abs() < 0.05);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct BandMeter {
    step: f64,
    wavelets: Vec<Wavelet>,
    scale: f64,
    history: Vec<f64>,
    longest: usize,
    filled: usize,
    seen: u64,
}

impl BandMeter {
    /// For values every `step` s: 0.1 to 10.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another step.
    pub fn new(step: f64) -> Result<Self, ConfigError> {
        in_range("step", step, 0.1, 10.0)?;
        let mut wavelets = Vec::new();
        for (band, edges) in BANDS.iter().enumerate() {
            if !edges.is_computable(f64::INFINITY, step) {
                continue;
            }
            for (frequency, weight) in edges.frequencies() {
                let [cosine, sine] = morlet(frequency * step);
                let every = ((0.1 / frequency / step) as usize).max(1);
                wavelets.push(Wavelet { band, weight, cosine, sine, every, sum: 0.0, count: 0 });
            }
        }
        let longest = wavelets.iter().map(|wavelet| wavelet.cosine.len()).max().unwrap_or(1);
        // Wavelets are scaled copies of each other, so one tells C.
        let [cosine, sine] = morlet(0.01);
        let answer = |x: f64| {
            let half = (cosine.len() / 2) as f64;
            let (mut re, mut im) = (0.0, 0.0);
            for (i, (c, s)) in cosine.iter().zip(&sine).enumerate() {
                let angle = TAU * 0.01 * x * (i as f64 - half);
                // Of a sine's two frequencies, the positive one; the cut wavelet all but misses the other.
                re += c * libm::cos(angle);
                im += s * libm::sin(angle);
            }
            0.5 * (re + im)
        };
        let scale = 1.0 / admissibility(answer);
        Ok(Self { step, wavelets, scale, history: vec![0.0; 2 * longest], longest, filled: 0, seen: 0 })
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.filled = 0;
        self.seen = 0;
        for wavelet in &mut self.wavelets {
            (wavelet.sum, wavelet.count) = (0.0, 0);
        }
    }

    /// Takes the next value; a missing one (NaN) begins a new stretch, and powers go on from before.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            self.filled = 0;
            return;
        }
        if self.filled == self.history.len() {
            self.history.copy_within(self.filled - self.longest + 1.., 0);
            self.filled = self.longest - 1;
        }
        if let Some(place) = self.history.get_mut(self.filled) {
            *place = value;
            self.filled += 1;
        }
        self.seen += 1;
        let history = &self.history[..self.filled];
        for wavelet in &mut self.wavelets {
            if !self.seen.is_multiple_of(wavelet.every as u64) {
                continue;
            }
            let Some(window) = self.filled.checked_sub(wavelet.cosine.len()).map(|start| &history[start..]) else {
                continue;
            };
            // Relative to the newest, so that a level of 300 K costs no digits; the filters are blind to it.
            let (re, im) = (dot(&wavelet.cosine, window), dot(&wavelet.sine, window));
            wavelet.sum += 0.5 * (re * re + im * im);
            wavelet.count += 1;
        }
    }

    /// Mean power of band `band` of [`BANDS`] so far, K² (a sine of amplitude a has a²/2).
    ///
    /// # Errors
    /// [`ThermalReason::NotComputable`] before five cycles of its lower edge, and where values come too slowly for it.
    pub fn power(&self, band: usize) -> Result<f64, ThermalReason> {
        let mut total = 0.0;
        let mut any = false;
        for wavelet in self.wavelets.iter().filter(|wavelet| wavelet.band == band) {
            if wavelet.count == 0 {
                return Err(ThermalReason::NotComputable);
            }
            total += wavelet.weight * wavelet.sum / f64::from(wavelet.count);
            any = true;
        }
        if any { Ok(total * self.scale) } else { Err(ThermalReason::NotComputable) }
    }

    /// How late the power of a band is, s: 2.5 cycles of its lower edge.
    pub fn latency(&self, band: usize) -> Option<f64> {
        let wavelets = self.wavelets.iter().filter(|wavelet| wavelet.band == band);
        wavelets.map(|wavelet| wavelet.cosine.len() / 2).max().map(|half| half as f64 * self.step)
    }
}

/// Even and odd part of the wavelet of `frequency` cycles per value, over five cycles, oldest first; blind to level and slope, and with an
/// answer of 1 to a sine of its frequency.
fn morlet(frequency: f64) -> [Vec<f64>; 2] {
    let half = libm::floor(0.5 * CYCLES / frequency) as usize;
    let place = |i: usize| (i as f64 - half as f64) * frequency;
    let bell = |t: f64| libm::exp(-0.5 * t * t);
    let times = || (0..=2 * half).map(place);
    let mut cosine: Vec<f64> = times().map(|t| bell(t) * libm::cos(TAU * t)).collect();
    let mut sine: Vec<f64> = times().map(|t| bell(t) * libm::sin(TAU * t)).collect();
    // What a level, or a slope, would answer is taken out along the bell, or along the bell times time.
    let level = cosine.iter().sum::<f64>() / times().map(bell).sum::<f64>();
    let slope =
        sine.iter().zip(times()).map(|(s, t)| s * t).sum::<f64>() / times().map(|t| t * t * bell(t)).sum::<f64>();
    for (i, (c, s)) in cosine.iter_mut().zip(&mut sine).enumerate() {
        let t = place(i);
        *c -= level * bell(t);
        *s -= slope * t * bell(t);
    }
    let gain = |part: &[f64], wave: fn(f64) -> f64| -> f64 {
        part.iter().zip(times()).map(|(value, t)| value * wave(TAU * t)).sum()
    };
    let [for_cosine, for_sine] = [gain(&cosine, libm::cos), gain(&sine, libm::sin)];
    for (c, s) in cosine.iter_mut().zip(&mut sine) {
        *c /= for_cosine;
        *s /= for_sine;
    }
    [cosine, sine]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_meet_and_know_their_length() {
        for pair in BANDS.windows(2) {
            assert_eq!(pair[0].high, pair[1].low);
        }
        // 17.5, 9, 4.2 and 1.4 minutes, as the project's notes say.
        for (band, minutes) in BANDS.iter().zip([17.5, 9.0, 4.2, 1.4]) {
            assert!(band.is_computable(60.0 * minutes, 0.5) && !band.is_computable(0.9 * 60.0 * minutes, 0.5));
        }
        assert!(!BANDS[5].is_computable(3600.0, 0.5) && BANDS[5].is_computable(3600.0, 0.1));
    }

    #[test]
    fn level_and_slope_have_no_power() {
        let mut meter = BandMeter::new(1.0).expect("in range");
        for i in 0..1500 {
            meter.push(300.0 + 0.01 * f64::from(i));
        }
        for band in 0..5 {
            let power = meter.power(band);
            assert!(band == 4 || power.is_ok_and(|power| power < 1e-9), "{band}: {power:?}");
        }
    }
}
