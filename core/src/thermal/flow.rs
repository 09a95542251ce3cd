//! Relative blood flow from skin temperature: the thermal wave, undone.
//!
//! Skin over a vessel bed at depth z is a low pass: a wave of frequency f arrives as H(f) = exp(−(1 + i) κ), κ = z √(π f/χ), χ = 1e-7 m²/s.
//! Undoing it multiplies noise by eˣ (14 at 0.1 Hz and 1.5 mm, 10 000 at the pulse), so the inverse is Wiener's: for flow that is level up
//! to 0.1 Hz and nothing beyond, noise such that the gain never exceeds 15, and drift that grows as 1/f² below 0.002 Hz,
//!
//! G(f) = H* / (|H|² + 1/900 + (0.002 Hz/f)² |H|²)  up to 0.1 Hz.
//!
//! Its response begins *before* the sample that it answers: warmth that is on its way has not arrived. Without look-ahead the correlation
//! with the true flow is negative; with 25 s it is what an acausal filter reaches. So the streaming filter is the best one (least squares, by
//! Levinson's recursion) among those that may look 25 s ahead and 240 s back, and its output is **25 s late by design**
//! ([`FlowFilter::latency`]).
//!
//! The depth differs between persons and sites and is fitted to a simultaneous trend of PPG amplitude ([`fit_depth`]): the depth at which the
//! undone temperature correlates best with it in 0.005 to 0.05 Hz. What comes out is *relative* flow in arbitrary units, not mL/min.
//!
//! Sources: Sagaidachnyi et al. 2014, Physiol Meas 35:153, doi 10.1088/0967-3334/35/2/153 (the model, measured on ten hands);
//! Levinson 1946, J Math Phys 25:261, doi 10.1002/sapm1946251261.

use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::{PI, TAU};

use super::random::{Random, threshold};
use super::reason::ThermalReason;
use super::series::EvenSeries;
use crate::error::{ConfigError, in_range};
use crate::filter::dot;

/// Diffusivity of skin, m²/s.
pub const DIFFUSIVITY: f64 = 1e-7;
/// Highest frequency that is undone, Hz.
pub const FLOW_CAP: f64 = 0.1;
/// Step of the grid that flow is computed on, s.
pub const FLOW_STEP: f64 = 1.0;
/// How far the filter looks ahead, s: its latency.
const AHEAD: usize = 25;
/// How far it looks back, s.
const BACK: usize = 240;
/// Noise relative to the drive: gain of at most 15.
const NOISE: f64 = 1.0 / 900.0;
/// Frequency below which drift exceeds the drive, Hz.
const DRIFT: f64 = 0.002;
/// The band in which depth is fitted, Hz.
const FITTED: [f64; 2] = [0.005, 0.05];
/// Shallowest and deepest bed, m.
const DEPTHS: [f64; 2] = [0.3e-3, 4.0e-3];
/// Surrogates for the threshold of a fit.
const SURROGATES: usize = 99;

/// κ at a frequency.
fn kappa(depth: f64, frequency: f64) -> f64 {
    depth * libm::sqrt(PI * frequency / DIFFUSIVITY)
}

/// G at a frequency: real and imaginary part.
fn inverse(depth: f64, frequency: f64) -> [f64; 2] {
    if frequency > FLOW_CAP {
        return [0.0; 2];
    }
    let kappa = kappa(depth, frequency);
    let damped = libm::exp(-kappa);
    let square = damped * damped;
    let drift = DRIFT * DRIFT / (frequency * frequency);
    let gain = damped / (square + NOISE + drift * square);
    let (sine, cosine) = libm::sincos(kappa);
    [gain * cosine, gain * sine]
}

/// Temperature to relative flow, while it arrives: one value per second in, one out, 25 s later.
///
/// # Real-time
/// `new` allocates and solves for the filter (a millisecond), `push` takes 266 multiplications and no heap.
///
/// ```
/// use plethys::thermal::FlowFilter;
/// let mut flow = FlowFilter::new(1.5e-3)?;
/// // A wave of 0.02 Hz through 1.5 mm: 9.5 s late and damped 3.3 times.
/// let kappa = 1.5e-3 * (std::f64::consts::PI * 0.02 / 1e-7).sqrt();
/// let wave = |t: f64, late: f64| (std::f64::consts::TAU * 0.02 * t - late).sin();
/// let mut worst = 0.0_f64;
/// for second in 0..1000 {
///     let t = f64::from(second);
///     if let Some(value) = flow.push(30.0 + (-kappa).exp() * wave(t, kappa)) {
///         worst = worst.max((value - wave(t - flow.latency(), 0.0)).abs());
///     }
/// }
/// assert!(worst < 0.2, "{worst}");
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct FlowFilter {
    depth: f64,
    /// Weight of the oldest value first.
    taps: Vec<f64>,
    history: Vec<f64>,
    filled: usize,
}

impl FlowFilter {
    /// For a bed `depth` m below the surface: 0.3 to 4 mm.
    ///
    /// # Errors
    /// [`ConfigError::OutOfRange`] for another depth.
    pub fn new(depth: f64) -> Result<Self, ConfigError> {
        in_range("depth", depth, DEPTHS[0], DEPTHS[1])?;
        let taps = design(depth);
        Ok(Self { depth, history: vec![0.0; 2 * taps.len()], taps, filled: 0 })
    }

    /// The depth, m.
    pub fn depth(&self) -> f64 {
        self.depth
    }

    /// How much later than its temperature a flow comes, s.
    pub fn latency(&self) -> f64 {
        AHEAD as f64 * FLOW_STEP
    }

    /// Forgets all values.
    pub fn reset(&mut self) {
        self.filled = 0;
    }

    /// Takes the mean temperature of the next second, °C; hands out the relative flow 25 s before it, once 266 s have come. A missing
    /// value (NaN) begins anew.
    pub fn push(&mut self, celsius: f64) -> Option<f64> {
        if !celsius.is_finite() {
            self.filled = 0;
            return None;
        }
        let count = self.taps.len();
        if self.filled == self.history.len() {
            // The newest move to the front once in a while, so that the window is always contiguous.
            self.history.copy_within(self.filled - count + 1.., 0);
            self.filled = count - 1;
        }
        *self.history.get_mut(self.filled)? = celsius;
        self.filled += 1;
        let window = self.history.get(self.filled.checked_sub(count)?..self.filled)?;
        Some(dot(&self.taps, window))
    }
}

/// The best filter that looks `AHEAD` ahead and `BACK` back; oldest first, its sum zero: a level is not a flow.
fn design(depth: f64) -> Vec<f64> {
    let count = AHEAD + BACK + 1;
    // Spectra by the midpoint rule, fine enough for lags of 266 s (aliases begin at 1/step = 4000 s).
    let step = 0.000_25;
    let bins = (0.5 / FLOW_STEP / step) as usize;
    let mut own = vec![0.0; count];
    let mut cross = vec![0.0; count];
    for bin in 0..bins {
        let frequency = (bin as f64 + 0.5) * step;
        let is_flow = frequency <= FLOW_CAP;
        let kappa = kappa(depth, frequency);
        let damped = if is_flow { libm::exp(-kappa) } else { 0.0 };
        let drift = DRIFT * DRIFT / (frequency * frequency);
        // Noise everywhere, drift with the drive's own damping, so that the optimum is G.
        let power = damped * damped * (1.0 + drift) + NOISE;
        for lag in 0..count {
            let angle = TAU * frequency * lag as f64 * FLOW_STEP;
            own[lag] += power * libm::cos(angle);
            // Temperature `lag - AHEAD` seconds before the flow that is asked for.
            let ahead = TAU * frequency * (lag as f64 - AHEAD as f64) * FLOW_STEP;
            cross[lag] += damped * libm::cos(ahead + kappa);
        }
    }
    let mut taps = levinson(&own, &cross);
    // Weights that answer a constant are taken out along the answer to a constant: the least change in the filter's own norm.
    let ones = levinson(&own, &vec![1.0; count]);
    let share = taps.iter().sum::<f64>() / ones.iter().sum::<f64>();
    for (tap, one) in taps.iter_mut().zip(&ones) {
        *tap -= share * one;
    }
    taps.reverse();
    taps
}

/// Solves the symmetric Toeplitz system whose first row is `row`.
fn levinson(row: &[f64], right: &[f64]) -> Vec<f64> {
    let count = right.len();
    let mut solution = vec![0.0; count];
    let mut predictor = vec![0.0; count];
    let mut before = vec![0.0; count];
    let mut error = row[0];
    solution[0] = right[0] / error;
    for n in 1..count {
        let mut sum = row[n];
        for i in 1..n {
            sum += predictor[i] * row[n - i];
        }
        let reflection = -sum / error;
        before[..n].copy_from_slice(&predictor[..n]);
        for i in 1..n {
            predictor[i] = before[i] + reflection * before[n - i];
        }
        predictor[n] = reflection;
        error *= 1.0 - reflection * reflection;
        let mut left = right[n];
        for i in 0..n {
            left -= solution[i] * row[n - i];
        }
        let share = left / error;
        solution[n] = share;
        for i in 0..n {
            let weight = if i == n { 1.0 } else { predictor[n - i] };
            solution[i] += share * weight;
        }
    }
    solution
}

/// Relative flow behind a series of 1 s, stamped with the time of the flow; the streaming filter's own output. Allocates.
///
/// # Errors
/// As [`FlowFilter::new`]; [`ConfigError::OutOfRange`] for a series of another step.
pub fn relative_flow(temperature: &EvenSeries, depth: f64) -> Result<EvenSeries, ConfigError> {
    in_range("step", temperature.step, FLOW_STEP, FLOW_STEP)?;
    let mut filter = FlowFilter::new(depth)?;
    let values = temperature.values.iter().filter_map(|celsius| filter.push(*celsius)).collect();
    Ok(EvenSeries { start: temperature.start + BACK as f64 * FLOW_STEP, step: FLOW_STEP, values })
}

/// A depth that was fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepthFit {
    /// Depth of the bed, m.
    pub depth: f64,
    /// Correlation of undone temperature and reference in 0.005 to 0.05 Hz at this depth.
    pub correlation: f64,
    /// Correlation of the temperature as it is.
    pub raw_correlation: f64,
    /// What 95 % of references with random phases stay below, fitted likewise.
    pub threshold: f64,
    /// The seed of their phases.
    pub seed: u64,
}

impl DepthFit {
    /// Whether the temperature goes with the reference at all.
    pub fn is_significant(&self) -> bool {
        self.correlation > self.threshold
    }
}

/// Fits the depth to a simultaneous reference of flow: the trend of PPG amplitude, laser Doppler flux. Both on a grid of 1 s, at least
/// 1000 s in common (5 cycles of 0.005 Hz). Allocates.
///
/// # Errors
/// [`ThermalReason::NoOverlap`] for less in common, [`ThermalReason::Flat`] where one of them does not change in the band.
pub fn fit_depth(temperature: &EvenSeries, reference: &EvenSeries, seed: u64) -> Result<DepthFit, ThermalReason> {
    let (temperature, reference) = temperature.common(reference).ok_or(ThermalReason::NoOverlap)?;
    if temperature.step != FLOW_STEP || temperature.duration() < 5.0 / FITTED[0] {
        return Err(ThermalReason::NoOverlap);
    }
    let (warmth, flow) = (lines(&temperature), lines(&reference));
    let power = |lines: &[Coefficient]| lines.iter().map(|line| line.re * line.re + line.im * line.im).sum::<f64>();
    if !(power(&warmth) > 0.0 && power(&flow) > 0.0) {
        return Err(ThermalReason::Flat);
    }
    let (depth, best) = best_depth(&warmth, &flow);
    let mut random = Random::new(seed);
    let mut others: Vec<f64> = (0..SURROGATES)
        .map(|_| {
            let turned: Vec<Coefficient> = flow
                .iter()
                .map(|line| {
                    let size = libm::sqrt(line.re * line.re + line.im * line.im);
                    let (sine, cosine) = libm::sincos(TAU * random.uniform());
                    Coefficient { frequency: line.frequency, re: size * cosine, im: size * sine }
                })
                .collect();
            best_depth(&warmth, &turned).1
        })
        .collect();
    Ok(DepthFit {
        depth,
        correlation: best,
        raw_correlation: correlation(&warmth, &flow, |_| [1.0, 0.0]),
        threshold: threshold(&mut others).unwrap_or(1.0),
        seed,
    })
}

/// Correlation of two series of 1 s in 0.005 to 0.05 Hz, where they overlap; `None` below 1000 s, or where one does not change. Allocates.
pub fn band_correlation(one: &EvenSeries, other: &EvenSeries) -> Option<f64> {
    let (one, other) = one.common(other).filter(|(one, _)| one.duration() >= 5.0 / FITTED[0])?;
    Some(correlation(&lines(&one), &lines(&other), |_| [1.0, 0.0])).filter(|value| value.is_finite())
}

/// A line of a spectrum.
#[derive(Debug, Clone, Copy)]
struct Coefficient {
    frequency: f64,
    re: f64,
    im: f64,
}

/// The lines of a series within the band, under a Hann window, without its trend.
fn lines(series: &EvenSeries) -> Vec<Coefficient> {
    let values = series.detrended();
    let count = values.len() as f64;
    let spacing = 1.0 / series.duration();
    let (first, last) = (libm::ceil(FITTED[0] / spacing) as usize, libm::floor(FITTED[1] / spacing) as usize);
    let line = |bin: usize| {
        let frequency = bin as f64 * spacing;
        let (mut re, mut im) = (0.0, 0.0);
        for (i, value) in values.iter().enumerate() {
            let hann = 0.5 - 0.5 * libm::cos(TAU * (i as f64 + 0.5) / count);
            let (sine, cosine) = libm::sincos(TAU * frequency * i as f64 * series.step);
            re += hann * value * cosine;
            im -= hann * value * sine;
        }
        Coefficient { frequency, re, im }
    };
    (first..=last).map(line).collect()
}

/// Correlation after one of the two has passed a filter.
fn correlation(one: &[Coefficient], other: &[Coefficient], filter: impl Fn(f64) -> [f64; 2]) -> f64 {
    let (mut cross, mut own, mut others) = (0.0, 0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        let [gain_re, gain_im] = filter(a.frequency);
        let (re, im) = (a.re * gain_re - a.im * gain_im, a.re * gain_im + a.im * gain_re);
        cross += re * b.re + im * b.im;
        own += re * re + im * im;
        others += b.re * b.re + b.im * b.im;
    }
    cross / libm::sqrt(own * others)
}

/// The depth of the highest correlation, to a hundredth of a millimetre, and that correlation.
fn best_depth(warmth: &[Coefficient], flow: &[Coefficient]) -> (f64, f64) {
    let at = |depth: f64| correlation(warmth, flow, |frequency| inverse(depth, frequency));
    let finest = 1e-5;
    let count = libm::round((DEPTHS[1] - DEPTHS[0]) / finest) as u32;
    let place = |i: u32| DEPTHS[0] + f64::from(i) * finest;
    let better = |a: (f64, f64), i: u32| {
        let found = at(place(i));
        if found > a.1 { (place(i), found) } else { a }
    };
    let coarse = (0..=count).step_by(10).fold((DEPTHS[0], f64::NEG_INFINITY), better);
    let middle = libm::round((coarse.0 - DEPTHS[0]) / finest) as u32;
    (middle.saturating_sub(10)..=(middle + 10).min(count)).fold(coarse, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levinson_solves_its_system() {
        let row = [4.0, 2.0, 1.0, 0.5];
        let right = [1.0, -2.0, 3.0, 0.5];
        let x = levinson(&row, &right);
        for (i, expected) in right.iter().enumerate() {
            let sum: f64 = x.iter().enumerate().map(|(j, x)| row[i.abs_diff(j)] * x).sum();
            approx::assert_abs_diff_eq!(sum, *expected, epsilon = 1e-12);
        }
    }

    #[test]
    fn gain_is_capped_and_a_level_is_no_flow() {
        for depth in [0.3e-3, 1.5e-3, 4e-3] {
            for bin in 1..2000 {
                let [re, im] = inverse(depth, f64::from(bin) * 1e-4);
                assert!(re * re + im * im <= 15.0 * 15.0 + 1e-9);
            }
            let mut filter = FlowFilter::new(depth).expect("in range");
            let last = (0..400).filter_map(|_| filter.push(31.0)).last().expect("filled");
            assert!(last.abs() < 1e-6, "{last}");
        }
        assert!(FlowFilter::new(0.01).is_err());
    }
}
