//! The settled finder: each pulse judged in the light of what came before and after it.
//!
//! # Method
//!
//! 1. **Path.** The stream is decimated to 40–80 Hz and band-passed at 0.5–8 Hz, both linear phase and both direct sums, so that
//!    peaks stay where they are and a spike of any size is gone when it leaves the window (`path.rs`).
//!    A rough path that does not repeat is smoothed, the more the slower the pulse: raised-cosine weights that reach
//!    0.2 P (1 − confidence / 0.8) to either side, 0.2 s at most, where it climbs twice the height of a pulse in a
//!    period, none where it climbs once.
//!    A noisy pulse at 54 bpm loses its false maxima, a clean, a fast or an irregular one keeps all it has (`smooth.rs`).
//! 2. **Candidates** are all maxima at least 0.1 s apart. Their *rise* and *fall* reach down to the lowest point within 1 s, or to
//!    where the trace is higher again; the smaller of the two is the height, which is the prominence (`candidate.rs`).
//! 3. **Scale from both sides.** The usual height in the last 5 s, and that of the next period (1.2 P, where one pulse must
//!    lie). A candidate is measured by the *lower* of both: a small pulse behind an artefact by its followers, one before it by
//!    its forerunners, and a wave between large pulses by neither (`scale.rs`). Its evidence is 2.7 ln(height / 0.2 scale) +
//!    0.5 ln(rise / fall), less where the height is under 5 % of the median of 40 s, and at most
//!    what a wave two to three times lower than one within 0.37 s before it (0.37 √P s where P is above 1 s and has been there
//!    for a while) deserves: a rebound or a
//!    dicrotic wave, not a pulse.
//! 4. **Period.** Autocorrelation over 11 s of the *rising* slopes, cut off at three times the usual one: each pulse is one short
//!    bump, breathing and level steps are little. The period is the shortest lag within 75 % of the best, unless it is a third
//!    of it (three times the lag correlates better than it, and far better than twice the lag); its correlation is the
//!    confidence (`period.rs`).
//! 5. **Programme.** The chain of candidates with the largest sum of evidence and of what its intervals d earn, by dynamic
//!    programming (Bellman 1952, DOI 10.1073/pnas.38.8.716) (`programme.rs`): confidence × 3 for d near P, half of that for a pair
//!    of intervals which together are near P, and confidence × −20 (1 − d / min(0.55 P, 0.48 s)) for shorter ones. A long interval
//!    costs nothing: no pulse is forced. The chain starts at the last pulse handed out, so nothing is ever taken back.
//! 6. **Humps.** The top of a broad pulse has several maxima within 0.3 s, and noise decides which is the highest. Of those the one that,
//!    put at the peak's place, makes the pulse most like the running pulse is its time (`quality.rs`).
//! 7. **Quality**, the product of two logistic functions: that the stream carries a pulse, from three means over the last dozen
//!    pulses and half a minute, and that this is one of them, from six features around it (`quality.rs`).
//!
//! # What decides between a dicrotic wave and a premature beat
//!
//! Both are small waves that follow a large one at a fixed distance; in bigeminy the period found is that of the pair. Two things
//! separate them. A dicrotic wave belongs to the ejection before it and follows within 0.25–0.4 s at any rate, so the limit for
//! short intervals is in *seconds* where P is long; a premature beat needs 0.4 s and more. And a beat that splits a period in two
//! earns half the reward, so that leaving it out does not pay unless its evidence is poor. With a limit in periods alone bigeminy
//! (synthetic set) falls from 100 to 70 % F1; with the full reward the deep notch falls to 93 % and one recording at 41 bpm is
//! counted twice.
//!
//! # Delay
//!
//! 0.9 s band-pass, 0.1 s decimation, 0.2 s smoother, 2.35 s of future, 0.3 s from a first hump to the highest, 1 s until the next
//! decision: 4.9 s at most, see [`latency_samples`](FindPulses::latency_samples). A decision that is due while samples are missing is
//! made with what there is.
//!
//! # Ablation
//!
//! Mean (worst) F1 in % of everything found, before acceptance, as `benches/accuracy/ablation.py` prints it (22 Nov 2026): 26 BIDMC
//! recordings at their speed, stretched (rate declared ÷ 1.5) and squeezed (÷ 0.7), six of TROIKA without accelerometer, eleven of a
//! phone camera (welltory), and eight seeds each of two synthetic sets. Constants were chosen on these recordings, on their copies and
//! on synthetic sets, where the tables are flat; the rule on rebounds (shadow), that on thirds of the period and that on
//! roughness (no smoothing of what is only irregular) were found on one or two recordings each. They
//! were not fitted, so expect a little less on others.
//!
//! | variant | BIDMC | ÷ 1.5 | ÷ 0.7 | TROIKA | phones | bigeminy | deep notch |
//! |---|---|---|---|---|---|---|---|
//! | as it is | 99.39 (96.0) | 99.01 (95.2) | 99.22 (93.4) | 88.76 (80.1) | 94.25 (80.3) | 92.07 (67.1) | 100.0 |
//! | `smooth_share=0` | 99.40 (96.0) | 99.01 (95.2) | 99.26 (93.4) | 89.15 (80.2) | 92.59 (66.7) | 92.28 (67.3) | 100.0 |
//! | `smooth_from=-1 smooth_full=0` | 99.39 (96.1) | 99.01 (95.2) | 99.20 (93.4) | 89.28 (80.5) | 94.21 (80.3) | 91.54 (66.9) | 100.0 |
//! | `hump_reach=0` | 99.37 (95.9) | 98.98 (95.2) | 99.22 (93.4) | 88.97 (81.0) | 92.87 (78.9) | 92.07 (67.1) | 100.0 |
//! | `neutral_height=0.1` | 99.42 (97.0) | 97.70 (66.9) | 99.29 (93.7) | 88.91 (81.2) | 93.06 (75.4) | 99.82 (98.6) | 92.62 (69.0) |
//! | `neutral_height=0.3` | 99.36 (95.5) | 99.10 (96.5) | 99.11 (93.5) | 88.32 (78.6) | 94.64 (82.3) | 87.56 (66.7) | 100.0 |
//! | `rhythm_weight=0` | 99.30 (96.2) | 98.64 (89.7) | 99.10 (93.6) | 88.54 (81.0) | 93.39 (77.3) | 95.87 (77.4) | 99.99 (99.9) |
//! | `rhythm_weight=6` | 99.46 (95.7) | 99.06 (95.4) | 99.32 (93.9) | 88.37 (77.8) | 94.98 (81.4) | 88.02 (66.7) | 100.0 |
//! | `short_weight=0` | 99.36 (96.0) | 98.53 (90.0) | 99.30 (93.4) | 89.74 (82.6) | 93.04 (75.7) | 92.66 (67.1) | 78.94 (66.7) |
//! | `short_cap=9` | 99.25 (96.0) | 99.12 (96.5) | 98.99 (91.7) | 86.87 (77.3) | 94.24 (80.8) | 66.71 (66.7) | 100.0 |
//! | `over_share=0` | 99.40 (96.0) | 99.10 (96.3) | 99.19 (93.4) | 88.46 (79.3) | 94.35 (80.7) | 87.59 (66.7) | 100.0 |
//! | `over_share=1` | 99.38 (96.0) | 97.82 (66.9) | 99.23 (93.4) | 88.68 (79.7) | 93.50 (77.5) | 99.72 (97.7) | 95.83 (66.7) |
//! | `shadow_weight=0` | 99.42 (95.8) | 99.00 (95.2) | 99.38 (95.1) | 88.91 (80.5) | 94.03 (80.0) | 92.08 (67.2) | 100.0 |
//! | `side_weight=0` | 99.42 (96.1) | 98.93 (93.7) | 99.21 (93.4) | 88.84 (80.9) | 93.72 (76.5) | 94.79 (68.6) | 100.0 |
//! | `floor=0` | 99.42 (96.0) | 99.00 (95.2) | 99.23 (93.5) | 88.81 (80.2) | 94.25 (80.3) | 92.07 (67.1) | 100.0 |
//! | `band_high=5` | 99.41 (95.8) | 99.08 (95.3) | 99.10 (93.3) | 88.24 (78.6) | 95.01 (81.0) | 89.95 (66.7) | 100.0 |
//!
//! Accepted pulses, coefficients of the quality fitted without the recording (`fit_quality.py`): BIDMC 99.40 (worst 96.0), ÷ 1.5 99.07, ÷ 0.7
//! 99.18, TROIKA 88.4, phones 94.0; with all recordings 99.40, 99.07, 99.19, 88.8 and 94.8.
//!
//! # Where it fails
//!
//! Premature beats without a pulse (nothing can be seen of them); flat stretches; artefacts that look like a pulse; a second wave
//! that is as high as the first *and* 0.45 s behind it; in bigeminy a premature beat that is no higher than the dicrotic wave before it
//! (three of the eight seeds). A random walk, which in the band is as slow as pulses are, has up to 16 waves a minute accepted;
//! white and 1/f noise have none.
//!
//! # Cost
//!
//! The monitor as a whole takes 730 instructions per sample at 125 Hz (callgrind). Nothing is allocated after `new`.

mod candidate;
mod path;
mod period;
mod programme;
mod quality;
mod scale;
mod smooth;
#[cfg(test)]
mod tests;
mod trace;
mod tuning;

pub use self::tuning::Tuning;

use self::candidate::Candidates;
use self::path::FindingPath;
use self::period::{Period, PeriodFinder};
use self::programme::Programme;
use self::quality::{Features, Judge};
use self::scale::{Heights, LongScale, NO_HEIGHTS, usual_height};
use self::smooth::Smoother;
use self::trace::Trace;
use super::found::{FindPulses, Found, Segmented};
use crate::signal::SampleRate;

/// Pulses with a quality below this are not accepted.
///
/// Hours of white and 1/f noise yield a pulse or two above it (`benches/accuracy/fit_quality.py`).
pub const ACCEPT_QUALITY: f64 = 0.5;

/// Finds pulses with up to 5 s of delay, in the light of what came before and after each.
///
/// Band-pass, candidates measured by the pulses on both sides, period from the upstrokes, and dynamic programming over both; the
/// method, its constants and an ablation stand at the top of `beat/settled/mod.rs`. 20 to 250 pulses per minute, 20 Hz to 4 kHz.
///
/// # Real-time
/// Nothing is allocated after `new`.
///
/// ```
/// use plethys::SampleRate;
/// use plethys::beat::{FindPulses, Segmented, SettledFinder};
/// let mut finder = SettledFinder::new(SampleRate::hz(50.0)?);
/// let mut peaks = Vec::new();
/// for k in 0..1000 {
///     // One narrow wave at each full second.
///     let off = (k % 50) as f64 - 25.0;
///     finder.push(Segmented::new((-0.02 * off * off).exp2()), &mut |found| peaks.push(found.peak));
/// }
/// finder.finish(&mut |found| peaks.push(found.peak));
/// assert_eq!(peaks.len(), 20);
/// assert!((peaks[7] - 375.0).abs() < 0.1);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct SettledFinder {
    path: FindingPath,
    smoother: Smoother,
    /// Internal samples until the first one can be smoothed.
    waiting: usize,
    trace: Trace,
    candidates: Candidates,
    period_finder: PeriodFinder,
    period: Period,
    programme: Programme,
    judge: Judge,
    long_scale: LongScale,
    heights: Heights,
    internal_hz: f64,
    hop: u64,
    until_hop: u64,
    future: f64,
    /// A hump that is taken for the peak may lie this long before the highest, internal samples.
    hump: f64,
    /// Decided up to here, internal samples.
    decided: f64,
    last: Option<f64>,
    before_last: Option<f64>,
    tuning: Tuning,
}

impl SettledFinder {
    /// A finder for streams of `sample_rate`.
    pub fn new(sample_rate: SampleRate) -> Self {
        Self::with_tuning(sample_rate, &Tuning::default())
    }

    /// With other constants: for ablations.
    #[doc(hidden)]
    pub fn with_tuning(sample_rate: SampleRate, tuning: &Tuning) -> Self {
        let path = FindingPath::new(sample_rate, tuning);
        let internal_hz = sample_rate.as_hz() / path.factor() as f64;
        let hop = libm::round(tuning.hop * internal_hz) as usize;
        let long = (tuning.long_scale / tuning.hop) as usize;
        let smoother = Smoother::new(internal_hz, tuning);
        Self {
            path,
            waiting: smoother.delay(),
            trace: Trace::new((tuning.memory * internal_hz) as usize + smoother.delay()),
            smoother,
            candidates: Candidates::new(internal_hz, tuning),
            period_finder: PeriodFinder::new(internal_hz, tuning),
            period: Period::default(),
            programme: Programme::new(internal_hz, tuning),
            judge: Judge::new(internal_hz),
            long_scale: LongScale::new(long),
            heights: NO_HEIGHTS,
            internal_hz,
            hop: hop as u64,
            until_hop: hop as u64,
            future: tuning.future * internal_hz,
            hump: tuning.hump_reach * internal_hz,
            decided: -1.0,
            last: None,
            before_last: None,
            tuning: *tuning,
        }
    }

    /// The most samples that can be taken without a decision before the last of them.
    pub(crate) fn until_decision(&self) -> u64 {
        self.path.until_output(self.until_hop)
    }

    /// Takes up to `BLOCK` plain samples, `sign` times each of `values`, with the same result as if they were pushed one by one.
    pub(crate) fn push_plain(&mut self, values: &[f64], sign: f64, found: &mut impl FnMut(Found)) {
        for number in 0..self.path.filter(values, sign) {
            if let Some(flags) = self.path.complete() {
                self.take(self.path.banded(number), flags, &mut |pulse, _| found(pulse));
            }
        }
    }

    /// Decides, with what there is, what would be due by now if the last `missing` samples had come. They may come still.
    pub(crate) fn miss(&mut self, missing: u64, found: &mut impl FnMut(Found)) {
        let until = (self.trace.end() + self.until_hop) as f64 - self.future;
        if self.waiting == 0 && missing >= self.until_decision() && until > self.decided {
            self.decide(until, &mut |pulse, _| found(pulse));
        }
    }

    #[inline]
    fn take(&mut self, fine: f64, flags: u8, found: &mut impl FnMut(Found, &Features)) {
        self.trace.store(fine, flags);
        if self.waiting > 0 {
            self.waiting -= 1;
            return;
        }
        let value = self.smoother.next(&self.trace);
        self.trace.push(value);
        if let Some(period) = self.period_finder.push(value) {
            self.smoother.follow(period, self.long_scale.median(), &self.trace);
            self.period = period;
        }
        self.candidates.watch(&self.trace);
        self.until_hop -= 1;
        if self.until_hop == 0 {
            self.until_hop = self.hop;
            let until = self.trace.end() as f64 - self.future;
            self.decide(until, found);
        }
    }

    /// Decides the candidates up to `until`, internal samples.
    fn decide(&mut self, until: f64, found: &mut impl FnMut(Found, &Features)) {
        let oldest = self.decided - (self.tuning.past_scale + 1.0) * self.internal_hz;
        self.candidates.complete(&self.trace, oldest.max(0.0) as u64);
        let usual = self.usual();
        self.programme.run(self.candidates.all(), self.decided, self.last, self.before_last, self.period, usual);
        let factor = self.path.factor() as f64;
        let nodes = self.programme.nodes();
        for (at, node) in nodes.iter().enumerate() {
            if !node.chosen || node.time > until {
                continue;
            }
            let Some(chosen) = self.candidates.all().get(node.at) else { break };
            let own = self.judge.hump(*chosen, self.candidates.all(), &self.trace, self.last, &self.tuning);
            let time = own.time;
            let (quality, doubt) = self.judge.judge(own, nodes, at, self.candidates.all(), &self.trace, self.period);
            self.before_last = self.last.replace(time);
            found(Found { peak: (time * factor).max(0.0), quality, doubt }, self.judge.features());
        }
        self.decided = self.decided.max(until);
    }

    /// Median over the last 40 s of the usual height of the last 5 s.
    fn usual(&mut self) -> f64 {
        let from = self.trace.end() as f64 - self.tuning.past_scale * self.internal_hz;
        let recent = self.candidates.all().iter().filter(|c| c.time >= from && c.settled);
        if let Some(height) = usual_height(recent, self.tuning.scale_share, 1, &mut self.heights) {
            self.long_scale.push(height);
        }
        self.long_scale.median()
    }
}

/// The finder as the fit of its quality sees it: each pulse comes with the features that its quality rests on (see `quality.rs`).
#[doc(hidden)]
impl SettledFinder {
    /// As [`FindPulses::push`].
    pub fn push_explained(&mut self, sample: Segmented, found: &mut impl FnMut(Found, &Features)) {
        if let Some((fine, flags)) = self.path.push(sample) {
            self.take(fine, flags, found);
        }
    }

    /// As [`FindPulses::finish`].
    pub fn finish_explained(&mut self, found: &mut impl FnMut(Found, &Features)) {
        let Some(last) = self.path.last() else { return };
        for _ in 0..self.path.delay() + self.smoother.delay() * self.path.factor() {
            if let Some((fine, flags)) = self.path.push(Segmented::new(last)) {
                self.take(fine, flags, found);
            }
        }
        self.decide(self.trace.end() as f64, found);
    }
}

impl FindPulses for SettledFinder {
    fn push(&mut self, sample: Segmented, found: &mut impl FnMut(Found)) {
        self.push_explained(sample, &mut |pulse, _| found(pulse));
    }

    fn finish(&mut self, found: &mut impl FnMut(Found)) {
        self.finish_explained(&mut |pulse, _| found(pulse));
    }

    fn reset(&mut self) {
        self.path.reset();
        self.smoother.reset();
        self.waiting = self.smoother.delay();
        self.trace.reset();
        self.candidates.reset();
        self.period_finder.reset();
        self.period = Period::default();
        self.judge.reset();
        self.long_scale.reset();
        self.until_hop = self.hop;
        self.decided = -1.0;
        self.last = None;
        self.before_last = None;
    }

    fn latency_samples(&self) -> usize {
        self.path.delay()
            + self.path.factor()
                * (self.smoother.delay() + libm::ceil(self.future + self.hump) as usize + self.hop as usize)
    }
}
