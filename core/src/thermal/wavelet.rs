//! Oscillations of a whole record: Morlet wavelets by the fast Fourier transform (feature `spectrum`).
//!
//! The record is laid on an even grid, its straight line taken out, padded with zeros to more than twice the longest wavelet's reach, and
//! filtered with ψ(f) = exp(−½ (ω₀ (f'/f − 1))²), ω₀ = 2π, at frequencies 5 % apart. Within √2 periods of either end a wavelet sees the end
//! (the cone of influence, e-folding): those parts are left out. Power as in [`BANDS`](super::BANDS).
//!
//! *Is it more than noise?* Power is compared with surrogates of the record's red noise, a first-order autoregression with the record's
//! variance and its correlation of neighbours, treated as the record is; the threshold is their 95th percentile. (Surrogates with the
//! record's own spectrum and random phases have the record's own power by construction: they test when power comes, or whether two
//! series go together, and it is coherence that they are used for here.) The noise is taken from the whole record, its
//! oscillations included, so where these are most of it the threshold is higher than it need be: what exceeds it is real, what does not
//! may be. The seed is stored, so that a threshold can be had again.
//!
//! Sources: Torrence & Compo 1998, Bull Am Meteorol Soc 79:61, doi 10.1175/1520-0477(1998)079<0061:APGTWA>2.0.CO;2 (wavelets, cone, red
//! noise); Theiler et al. 1992, Physica D 58:77, doi 10.1016/0167-2789(92)90102-S (surrogates with random phases); Sheppard,
//! Stefanovska & `McClintock` 2012, Phys Rev E 85:046205, doi 10.1103/PhysRevE.85.046205 (coherence against them).

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::TAU;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlanner};

use super::bands::{BANDS, admissibility};
use super::random::{Random, threshold};
use super::reason::ThermalReason;
use super::series::EvenSeries;

/// ω₀.
const CYCLES_OF_BELL: f64 = TAU;
/// Reach of the cone of influence, periods: √2 SDs of the bell.
const CONE: f64 = core::f64::consts::SQRT_2;

/// What is asked of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaveletOptions {
    /// Surrogates behind a threshold: 19 to 999, or 0 for none.
    pub surrogates: u32,
    /// Their seed.
    pub seed: u64,
}

impl Default for WaveletOptions {
    fn default() -> Self {
        Self { surrogates: 99, seed: 1 }
    }
}

/// The power of one band in a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPower {
    /// Power, K²: a sine of amplitude a has a²/2.
    pub power: Option<f64>,
    /// What 95 % of red noise stays below, K².
    pub threshold: Option<f64>,
    /// Why the power is absent.
    pub reason: Option<ThermalReason>,
}

impl BandPower {
    /// Whether the power is more than red noise's.
    pub fn is_significant(&self) -> bool {
        self.power.zip(self.threshold).is_some_and(|(power, threshold)| power > threshold)
    }
}

/// The oscillations of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Oscillations {
    /// One entry for each of [`BANDS`](super::BANDS).
    pub bands: [BandPower; 6],
    /// The seed of the surrogates.
    pub seed: u64,
}

/// Power over time and frequency, for pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalogram {
    /// Frequencies of the rows, Hz, rising.
    pub frequency: Vec<f64>,
    /// Times of the columns, s.
    pub time: Vec<f64>,
    /// ½ |W|², K², row by row.
    pub power: Vec<f64>,
    /// For each column the lowest frequency outside the cone of influence, Hz.
    pub cone: Vec<f64>,
}

/// How two series go together in one band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandCoherence {
    /// Coherence, 0 to 1, over the time outside the cone.
    pub coherence: Option<f64>,
    /// What 95 % of series with random phases stay below.
    pub threshold: Option<f64>,
    /// How far the first series lags behind the second, rad; positive is later.
    pub lag: Option<f64>,
    /// Why they are absent.
    pub reason: Option<ThermalReason>,
}

/// A transform for records of one length.
struct Transform {
    count: usize,
    step: f64,
    forward: Arc<dyn Fft<f64>>,
    back: Arc<dyn Fft<f64>>,
    spectrum: Vec<Complex64>,
    wave: Vec<Complex64>,
    scratch: Vec<Complex64>,
}

impl Transform {
    fn new(count: usize, step: f64, lowest: f64) -> Self {
        let reach = libm::ceil(4.0 / (lowest * step)) as usize;
        let size = (count + reach).next_power_of_two();
        let mut planner = FftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let zero = Complex64::new(0.0, 0.0);
        let scratch = vec![zero; forward.get_inplace_scratch_len().max(back.get_inplace_scratch_len())];
        Self { count, step, forward, back, spectrum: vec![zero; size], wave: vec![zero; size], scratch }
    }

    fn load(&mut self, values: &[f64]) {
        self.spectrum.fill(Complex64::new(0.0, 0.0));
        for (place, value) in self.spectrum.iter_mut().zip(values) {
            place.re = *value;
        }
        self.forward.process_with_scratch(&mut self.spectrum, &mut self.scratch);
    }

    /// W at one frequency: the analytic signal of what the wavelet lets through.
    fn wave(&mut self, frequency: f64) -> &[Complex64] {
        let size = self.spectrum.len();
        let scale = 2.0 / size as f64;
        self.wave.fill(Complex64::new(0.0, 0.0));
        for bin in 1..size / 2 {
            let own = bin as f64 / (size as f64 * self.step);
            let away = CYCLES_OF_BELL * (own / frequency - 1.0);
            if away.abs() < 8.0 {
                self.wave[bin] = self.spectrum[bin] * (scale * libm::exp(-0.5 * away * away));
            }
        }
        self.back.process_with_scratch(&mut self.wave, &mut self.scratch);
        &self.wave[..self.count]
    }

    /// Values outside the cone at one frequency: from, to.
    fn outside_cone(&self, frequency: f64) -> (usize, usize) {
        let reach = libm::ceil(CONE / (frequency * self.step)) as usize;
        (reach.min(self.count / 2), self.count - reach.min(self.count / 2))
    }

    /// Power of a band, of what was loaded.
    fn power(&mut self, frequencies: &[(f64, f64)], scale: f64) -> f64 {
        let mut total = 0.0;
        for &(frequency, weight) in frequencies {
            let (from, to) = self.outside_cone(frequency);
            let wave = self.wave(frequency).get(from..to).unwrap_or_default();
            let mean = wave.iter().map(Complex64::norm_sqr).sum::<f64>() / wave.len().max(1) as f64;
            total += weight * 0.5 * mean;
        }
        total * scale
    }
}

fn answer(x: f64) -> f64 {
    let away = CYCLES_OF_BELL * (x - 1.0);
    libm::exp(-0.5 * away * away)
}

/// The oscillations of a record, band by band. Allocates.
///
/// ```
/// use plethys::thermal::{EvenSeries, WaveletOptions, oscillations};
/// let values = (0..1200).map(|i| 31.0 + 0.1 * (std::f64::consts::TAU * 0.04 * f64::from(i)).sin()).collect();
/// let found = oscillations(&EvenSeries { start: 0.0, step: 1.0, values }, WaveletOptions::default());
/// assert!((found.bands[2].power.unwrap() / 0.005 - 1.0).abs() < 0.05 && found.bands[2].is_significant());
/// assert!(found.bands[5].power.is_none()); // values each second hold no pulse
/// ```
pub fn oscillations(series: &EvenSeries, options: WaveletOptions) -> Oscillations {
    let values = series.detrended();
    let scale = 1.0 / admissibility(answer);
    let mut out = Oscillations {
        bands: [BandPower { power: None, threshold: None, reason: Some(ThermalReason::NotComputable) }; 6],
        seed: options.seed,
    };
    let computable: Vec<usize> =
        (0..BANDS.len()).filter(|&band| BANDS[band].is_computable(series.duration(), series.step)).collect();
    let Some(&lowest) = computable.first() else {
        return out;
    };
    let mut transform = Transform::new(values.len(), series.step, BANDS[lowest].low);
    transform.load(&values);
    let frequencies: Vec<Vec<(f64, f64)>> = BANDS.iter().map(super::bands::Band::frequencies).collect();
    for &band in &computable {
        let power = transform.power(&frequencies[band], scale);
        out.bands[band] = BandPower { power: Some(power), threshold: None, reason: None };
    }
    if options.surrogates == 0 {
        return out;
    }
    let count = options.surrogates.clamp(19, 999);
    let mut powers: Vec<Vec<f64>> = vec![Vec::with_capacity(count as usize); BANDS.len()];
    let mut noise = RedNoise::of(&values, options.seed);
    for _ in 0..count {
        let surrogate = EvenSeries { start: 0.0, step: series.step, values: noise.take(values.len()) };
        transform.load(&surrogate.detrended());
        for &band in &computable {
            // Every other frequency: an average over surrogates does not need all.
            let coarse: Vec<(f64, f64)> = frequencies[band].iter().step_by(2).copied().collect();
            let whole: f64 = frequencies[band].iter().map(|(_, weight)| weight).sum();
            let sampled: f64 = coarse.iter().map(|(_, weight)| weight).sum();
            powers[band].push(transform.power(&coarse, scale) * whole / sampled);
        }
    }
    for band in computable {
        out.bands[band].threshold = threshold(&mut powers[band]);
    }
    out
}

/// A first-order autoregression like a record.
struct RedNoise {
    random: Random,
    keep: f64,
    sd: f64,
}

impl RedNoise {
    fn of(values: &[f64], seed: u64) -> Self {
        let power = values.iter().map(|v| v * v).sum::<f64>();
        let neighbours = values.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>();
        let keep = if power > 0.0 { (neighbours / power).clamp(0.0, 0.999) } else { 0.0 };
        Self { random: Random::new(seed), keep, sd: libm::sqrt(power / values.len().max(1) as f64) }
    }

    fn take(&mut self, count: usize) -> Vec<f64> {
        let fresh = libm::sqrt(1.0 - self.keep * self.keep);
        let mut value = self.random.normal();
        let mut next = || {
            value = self.keep * value + fresh * self.random.normal();
            self.sd * value
        };
        (0..count).map(|_| next()).collect()
    }
}

/// Power over time and frequency in the bands that the record can tell, frequencies 5 % apart; every `every`-th column. `None` where it can
/// tell none. Allocates.
pub fn scalogram(series: &EvenSeries, every: usize) -> Option<Scalogram> {
    let bands = BANDS.iter().filter(|band| band.is_computable(series.duration(), series.step));
    let mut frequency: Vec<f64> = bands.flat_map(|band| band.frequencies().into_iter().map(|(f, _)| f)).collect();
    frequency.dedup_by(|a, b| (*a / *b - 1.0).abs() < 1e-9);
    let mut transform = Transform::new(series.values.len(), series.step, *frequency.first()?);
    transform.load(&series.detrended());
    let every = every.max(1);
    let columns: Vec<usize> = (0..series.values.len()).step_by(every).collect();
    let mut power = Vec::with_capacity(frequency.len() * columns.len());
    for &f in &frequency {
        let wave = transform.wave(f);
        power.extend(columns.iter().map(|&column| 0.5 * wave[column].norm_sqr()));
    }
    let to_end = |column: &usize| (*column + 1).min(series.values.len() - column) as f64 * series.step;
    Some(Scalogram {
        time: columns.iter().map(|&column| series.start + column as f64 * series.step).collect(),
        cone: columns.iter().map(|column| CONE / to_end(column)).collect(),
        frequency,
        power,
    })
}

/// How a temperature goes together with a reference (the trend of PPG amplitude) in each of [`BANDS`](super::BANDS), where they overlap.
/// Allocates.
pub fn coherence(one: &EvenSeries, other: &EvenSeries, options: WaveletOptions) -> [BandCoherence; 6] {
    let absent = |reason| BandCoherence { coherence: None, threshold: None, lag: None, reason: Some(reason) };
    let Some((one, other)) = one.common(other) else {
        return [absent(ThermalReason::NoOverlap); 6];
    };
    let mut out = [absent(ThermalReason::NotComputable); 6];
    let count = options.surrogates.min(999);
    let (first, second) = (one.detrended(), other.detrended());
    let mut random = Random::new(options.seed);
    let surrogates: Vec<Vec<f64>> = (0..count).map(|_| turned(&second, &mut random)).collect();
    for (place, band) in BANDS.iter().enumerate() {
        if !band.is_computable(one.duration(), one.step) {
            continue;
        }
        let mut transform = Transform::new(first.len(), one.step, band.low);
        let frequencies = band.frequencies();
        let mut waves = |values: &[f64]| -> Vec<Vec<Complex64>> {
            transform.load(values);
            let cut = |(f, _): &(f64, f64)| {
                let (from, to) = transform.outside_cone(*f);
                transform.wave(*f).get(from..to).unwrap_or_default().to_vec()
            };
            frequencies.iter().map(cut).collect()
        };
        let own = waves(&first);
        let whole = together(&own, &waves(&second));
        let Some(whole) = whole else {
            out[place] = absent(ThermalReason::Flat);
            continue;
        };
        let mut others: Vec<f64> = surrogates
            .iter()
            .filter_map(|surrogate| together(&own, &waves(surrogate)))
            .map(|cross| libm::sqrt(cross.norm_sqr()))
            .collect();
        out[place] = BandCoherence {
            coherence: Some(libm::sqrt(whole.norm_sqr())),
            threshold: threshold(&mut others),
            lag: Some(-libm::atan2(whole.im, whole.re)),
            reason: None,
        };
    }
    out
}

/// ⟨W₁ W₂*⟩ / √(⟨|W₁|²⟩⟨|W₂|²⟩) over a band.
fn together(one: &[Vec<Complex64>], other: &[Vec<Complex64>]) -> Option<Complex64> {
    let mut cross = Complex64::new(0.0, 0.0);
    let (mut first, mut second) = (0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        // Each frequency counts alike, however long its part outside the cone.
        let share = 1.0 / a.len().max(1) as f64;
        for (a, b) in a.iter().zip(b) {
            cross += a * b.conj() * share;
            first += a.norm_sqr() * share;
            second += b.norm_sqr() * share;
        }
    }
    let power = libm::sqrt(first * second);
    (power > 0.0).then(|| cross / power)
}

/// A series with the same spectrum and random phases.
fn turned(values: &[f64], random: &mut Random) -> Vec<f64> {
    let count = values.len();
    let mut planner = FftPlanner::new();
    let mut spectrum: Vec<Complex64> = values.iter().map(|value| Complex64::new(*value, 0.0)).collect();
    planner.plan_fft_forward(count).process(&mut spectrum);
    for bin in 1..count.div_ceil(2) {
        let (sine, cosine) = libm::sincos(TAU * random.uniform());
        let turned = spectrum[bin] * Complex64::new(cosine, sine);
        spectrum[bin] = turned;
        spectrum[count - bin] = turned.conj();
    }
    planner.plan_fft_inverse(count).process(&mut spectrum);
    spectrum.iter().map(|value| value.re / count as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64) -> EvenSeries {
        let mut red = RedNoise { random: Random::new(seed), keep: 0.9, sd: 0.05 };
        EvenSeries { start: 0.0, step: 1.0, values: red.take(1200) }
    }

    #[test]
    fn red_noise_is_seldom_called_an_oscillation() {
        let options = WaveletOptions { surrogates: 39, seed: 5 };
        let called = (0..40).flat_map(|seed| oscillations(&noise(1000 + seed), options).bands);
        let called = called.filter(BandPower::is_significant).count();
        // Four bands in forty records, 5 % each: 8 expected.
        assert!(called < 20, "{called} of 160");
    }

    #[test]
    fn coherence_finds_what_is_shared_and_its_lag() {
        let (a, b) = (noise(1), noise(2));
        let shared = |t: f64| 0.1 * libm::sin(TAU * 0.015 * t + libm::sin(TAU * 0.002 * t));
        let with = |series: &EvenSeries, late: f64| EvenSeries {
            values: series.values.iter().enumerate().map(|(i, v)| v + shared(i as f64 - late)).collect(),
            ..series.clone()
        };
        let options = WaveletOptions { surrogates: 39, seed: 5 };
        let found = coherence(&with(&a, 10.0), &with(&b, 0.0), options)[1];
        assert!(found.coherence > found.threshold && found.coherence.is_some_and(|c| c > 0.7), "{found:?}");
        assert!((found.lag.expect("computed") - TAU * 0.015 * 10.0).abs() < 0.3, "{found:?}");
        let chance = coherence(&a, &b, options);
        assert!(chance.iter().filter(|band| band.coherence > band.threshold && band.coherence.is_some()).count() <= 1);
    }
}
