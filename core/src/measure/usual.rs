//! The usual pulse of a noisy stream, and what it tells of the levels of a single one.
//!
//! A pulse that noise of a few percent lies on cannot be smoothed more without losing height. But it looks like those before it: what it
//! has in common with them is known from their mean, with little noise, and what is its own (the sway of breathing, a drift, its own height)
//! is slow and may be smoothed much longer. So the usual pulse is subtracted, scaled to the pulse as far as noise can tell its scale, the
//! rest is smoothed, and both are added again. The levels of a pulse of 0.05 mmHg on 16 bits are half as uncertain then (`cargo run
//! --release -p plethys-benches --example pvr`). A pulse of another shape is read as it stands: its rest is more than noise.
//!
//! The mean is that of the rises from place to place, so that sway and drift, which differ from pulse to pulse, leave no steps in it.
//! Sources: Rompelman & Ros 1986, J. Biomed. Eng. 8(1):24, doi 10.1016/0141-5425(86)90026-9 (coherent averaging of aligned waves, and what
//! jitter does to it); James & Stein 1961, Proc. 4th Berkeley Symp. 1:361 (an estimate drawn to the mean by its own uncertainty).

use alloc::vec;
use alloc::vec::Vec;

use super::pulse::Reading;
use super::waveform::{Waveform, vertex};

/// It is asked where the noise left in the values is at least this share of the pulse's height …
const NOISY: f64 = 0.005;
/// … and known from this many pulses; …
const FEWEST: u32 = 5;
/// … each new one counts as one of so many: what it tells of noise is enough, and a pulse that has changed for good is soon the usual one.
const MOST: u32 = 16;
/// A pulse begins this share of the cycle before the middle of its upstroke …
const BEFORE: f64 = 0.4;
/// … and is learnt this much further to either side.
const OVERLAP: f64 = 0.1;
/// The middle of an upstroke is the centre of its slopes above this share of the steepest.
const STEEP: f64 = 0.5;
/// How far smoothing of the rest reaches to either side, as a share of the cycle and at most, s.
const REST_SHARE: f64 = 0.15;
const REST_S: f64 = 0.15;
/// The scale of a pulse is told from that of the usual one by so many standard deviations of it.
const TOLD: f64 = 2.0;
/// Going back from the steepest rise, the foot is passed once the values are so many standard deviations of their noise above it, …
const FOOT_PASSED_NOISE: f64 = 2.0;
/// … at most this share of the pulse's height.
const FOOT_PASSED: f64 = 0.08;
/// The foot is in the middle of the values that lie within so many standard deviations of their noise of the lowest.
const FOOT_NOISE: f64 = 1.5;
/// A pulse is read again as at least this share of what it was.
const LEAST_HEIGHT: f64 = 0.5;
/// A rest whose quick part is so many times its noise (in standard deviations) is not noise: that of white noise lies below, for less of it
/// is quick.
const FITS: f64 = 1.3;

/// The mean of the last pulses, by place from the middle of the upstroke.
#[derive(Debug, Clone)]
pub(crate) struct UsualPulse {
    /// Mean rise from each place to the next, and how many pulses it is the mean of.
    rises: Vec<f64>,
    counts: Vec<u32>,
    /// Number of the place in the middle of the upstroke.
    middle: usize,
    /// Level at each place above the middle.
    levels: Vec<f64>,
    /// The pulse that is read: its model, and what is left of it.
    model: Vec<f64>,
    rest: Vec<f64>,
    smooth: Vec<f64>,
    noisy: bool,
    /// Peak of the pulse that is read next, and the middle of the upstroke before it; sample indices.
    before: Option<(f64, f64)>,
}

impl UsualPulse {
    /// For cycles of up to `longest` places, in stretches of up to `most`.
    pub(crate) fn new(longest: usize, most: usize) -> Self {
        let middle = longest / 2 + 2;
        let places = middle + longest + 2;
        Self {
            rises: vec![0.0; places],
            counts: vec![0; places],
            middle,
            levels: vec![0.0; places],
            model: Vec::with_capacity(most),
            rest: Vec::with_capacity(most),
            smooth: Vec::with_capacity(most + 1),
            noisy: false,
            before: None,
        }
    }

    /// No pulse is known.
    pub(crate) fn reset(&mut self) {
        self.rises.fill(0.0);
        self.counts.fill(0);
        self.noisy = false;
        self.before = None;
    }

    /// How far before a foot a stretch has to begin, s.
    pub(crate) fn reach(&self, cycle: f64) -> f64 {
        if self.noisy { rest_reach(cycle) + 2.0 * OVERLAP * cycle } else { 0.0 }
    }

    /// Says whether the pulse that was read last is noisy.
    pub(crate) fn look(&mut self, waveform: &Waveform, reading: &Reading) {
        self.noisy = waveform.left_noise().is_some_and(|noise| noise > NOISY * reading.amplitude());
    }

    /// The two pulses at the ends of a cycle as the usual one shows them: both feet, and the peak of the first. `None` where it does not.
    pub(crate) fn read(&mut self, waveform: &Waveform, this: &Reading, next: &Reading) -> Option<(Reading, Reading)> {
        let noise = waveform.noise().filter(|_| self.noisy)?;
        let values = waveform.values();
        let place = |index: f64| waveform.place_of(index);
        let (first, second) = (middle(waveform, this)?, middle(waveform, next)?);
        let cycle = second - first;
        if cycle <= 0.0 || self.counts.get(self.middle).is_none_or(|&count| count < FEWEST) {
            return None;
        }
        // Samples are further apart than places where the waveform was interpolated.
        let per_place = noise * noise * waveform.rate() / waveform.sample_rate();
        self.sum_up();
        let before =
            self.before.filter(|(peak, _)| *peak == this.peak).map_or(first - cycle, |(_, before)| waveform.at(before));
        self.lay(values.len(), [before, first, second]);
        self.scale(values, place(this.foot), place(next.foot), per_place);
        let half = (0.5 * rest_reach(cycle / waveform.rate()) * waveform.rate()) as usize;
        self.smooth_rest(values, half);
        if !self.fits(values, place(this.foot), place(next.foot), waveform.left_noise()?) {
            return None;
        }
        let left = libm::sqrt(2.0 / 3.0 * per_place / (2 * half + 1) as f64);
        let inside = 2 * half..values.len().checked_sub(2 * half)?;
        let smooth = &self.smooth;
        let foot = |reading: &Reading, bound: usize| {
            let steepest = place(reading.steepest);
            let height = reading.amplitude();
            let passed = (FOOT_PASSED_NOISE * left).min(FOOT_PASSED * height);
            let mut foot = steepest;
            for at in (bound.max(inside.start)..steepest).rev() {
                if smooth[at] < smooth[foot] {
                    foot = at;
                } else if smooth[at] - smooth[foot] > passed {
                    break;
                }
            }
            (foot > inside.start && steepest < inside.end).then_some(foot)
        };
        let (this_foot, next_foot) = (foot(this, 0)?, foot(next, place(this.peak))?);
        let near = place(this.peak).saturating_sub(half).max(place(this.steepest))..=place(this.peak) + half;
        let peak =
            near.clone().filter(|at| inside.contains(at)).reduce(|a, b| if smooth[b] > smooth[a] { b } else { a })?;
        let at = |reading: &Reading, foot: usize| Reading {
            foot: waveform.index_of(centre(smooth, foot, FOOT_NOISE * left)),
            foot_level: smooth[foot],
            ..*reading
        };
        let (shift, peak_level) = match smooth.get(peak.saturating_sub(1)..) {
            Some(&[before, top, after, ..]) if before <= top && after < top => vertex(before, top, after),
            _ => (0.0, smooth[peak]),
        };
        let peak = Reading { peak: waveform.index_of(peak as f64 + shift), peak_level, ..at(this, this_foot) };
        // Where the two readings disagree about the height, this is not the pulse that was found.
        (peak.amplitude() > LEAST_HEIGHT * this.amplitude()).then(|| (peak, at(next, next_foot)))
    }

    /// Takes the cycle between two pulses into the mean: the first from its upstroke on, the second up to its upstroke.
    pub(crate) fn learn(&mut self, waveform: &Waveform, this: &Reading, next: &Reading) {
        if !self.noisy {
            return;
        }
        let (Some(first), Some(second)) = (middle(waveform, this), middle(waveform, next)) else { return };
        let cycle = second - first;
        self.before = Some((next.peak, waveform.index_of(first)));
        let values = waveform.values();
        let before = (BEFORE + OVERLAP) * cycle;
        let after = (1.0 - BEFORE + OVERLAP) * cycle;
        if cycle <= 0.0 || before + 2.0 > self.middle as f64 {
            return;
        }
        let (before, after) = (before as usize, after as usize);
        for (middle, from, to) in
            [(first, self.middle, self.middle + after), (second, self.middle - before, self.middle)]
        {
            let at = |number: usize| cubic(values, middle + number as f64 - self.middle as f64);
            let mut level = at(from);
            for number in from..to.min(self.rises.len()) {
                let next = at(number + 1);
                if let Some((level, next)) = level.zip(next) {
                    self.counts[number] = (self.counts[number] + 1).min(MOST);
                    self.rises[number] += (next - level - self.rises[number]) / f64::from(self.counts[number]);
                }
                level = next;
            }
        }
    }

    /// Levels from rises.
    fn sum_up(&mut self) {
        let known = |number: usize| if self.counts[number] < FEWEST { 0.0 } else { self.rises[number] };
        self.levels[self.middle] = 0.0;
        for number in self.middle + 1..self.levels.len() {
            self.levels[number] = self.levels[number - 1] + known(number - 1);
        }
        for number in (0..self.middle).rev() {
            self.levels[number] = self.levels[number + 1] - known(number);
        }
    }

    /// Lays three usual pulses over a stretch of `count` places, their upstrokes at `middles`.
    fn lay(&mut self, count: usize, middles: [f64; 3]) {
        let most = (self.levels.len() - 3) as f64;
        let level = |from_middle: f64| {
            cubic(&self.levels, (self.middle as f64 + from_middle).clamp(1.0, most)).unwrap_or_default()
        };
        let [before, first, second] = middles;
        let join = |before: f64, after: f64| after - BEFORE * (after - before);
        let joins = [join(before, first), join(first, second)];
        // Where one ends and the next begins they are as high.
        let steps =
            [level(joins[0] - before) - level(joins[0] - first), level(joins[1] - first) - level(joins[1] - second)];
        self.model.clear();
        for place in 0..count {
            let place = place as f64;
            self.model.push(if place < joins[0] {
                level(place - before) - steps[0]
            } else if place < joins[1] {
                level(place - first)
            } else {
                level(place - second) + steps[1]
            });
        }
    }

    /// Scales the model to `values` between two feet, beside a cubic (what is slow), as far as noise of this variance of each value can tell.
    fn scale(&mut self, values: &[f64], from: usize, to: usize, variance: f64) {
        let (Some(values), Some(model)) = (values.get(from..=to), self.model.get(from..=to)) else { return };
        let centre = 0.5 * (values.len() - 1) as f64;
        let u = |number: usize| number as f64 - centre;
        let (square, fourth) = (0..values.len()).fold((0.0, 0.0), |(square, fourth), number| {
            let u2 = u(number) * u(number);
            (square + u2, fourth + u2 * u2)
        });
        let (square, cube) = (square / values.len() as f64, fourth / square);
        // Orthogonal over the cycle.
        let cubic = |u: f64| [1.0, u, u * u - square, u * u * u - cube * u];
        let (mut products, mut norms) = ([0.0; 4], [0.0; 4]);
        for (number, level) in model.iter().enumerate() {
            for (weight, (product, norm)) in cubic(u(number)).into_iter().zip(products.iter_mut().zip(&mut norms)) {
                *product += weight * level;
                *norm += weight * weight;
            }
        }
        let parts: [f64; 4] = core::array::from_fn(|part| products[part] / norms[part]);
        let (mut product, mut norm) = (0.0, 0.0);
        for (number, (value, level)) in values.iter().zip(model).enumerate() {
            let slow = cubic(u(number)).iter().zip(&parts).fold(0.0, |sum, (weight, part)| sum + weight * part);
            let own = level - slow;
            product += own * (value - level);
            norm += own * own;
        }
        let off = product / norm;
        let told = (1.0 - TOLD * TOLD * variance / (norm * off * off)).max(0.0);
        let scale = 1.0 + off * told;
        if scale.is_finite() && scale > 0.0 {
            self.model.iter_mut().for_each(|level| *level *= scale);
        }
    }

    /// What is left of `values` beside the model, smoothed by two moving averages of `half` to either side, and the model again.
    fn smooth_rest(&mut self, values: &[f64], half: usize) {
        self.rest.clear();
        self.rest.extend(values.iter().zip(&self.model).map(|(value, level)| value - level));
        for _ in 0..2 {
            self.smooth.clear();
            self.smooth.push(0.0);
            let mut sum = 0.0;
            for value in &self.rest {
                sum += value;
                self.smooth.push(sum);
            }
            let last = self.rest.len();
            for (at, value) in self.rest.iter_mut().enumerate() {
                let (from, to) = (at.saturating_sub(half), (at + half + 1).min(last));
                *value = (self.smooth[to] - self.smooth[from]) / (to - from) as f64;
            }
        }
        self.smooth.clear();
        self.smooth.extend(self.rest.iter().zip(&self.model).map(|(rest, level)| rest + level));
    }

    /// Whether what smoothing took from a cycle is noise.
    fn fits(&self, values: &[f64], from: usize, to: usize, noise: f64) -> bool {
        let (Some(values), Some(smooth)) = (values.get(from..=to), self.smooth.get(from..=to)) else { return false };
        let squares =
            values.iter().zip(smooth).fold(0.0, |sum, (value, smooth)| sum + (value - smooth) * (value - smooth));
        squares < FITS * FITS * noise * noise * values.len() as f64
    }
}

fn rest_reach(cycle: f64) -> f64 {
    (REST_SHARE * cycle).min(REST_S)
}

/// Place of the middle of an upstroke: the centre of its steep slopes.
fn middle(waveform: &Waveform, reading: &Reading) -> Option<f64> {
    let (from, to) = (waveform.place_of(reading.foot), waveform.place_of(reading.peak));
    let least = STEEP * reading.slope / waveform.rate();
    let (mut sum, mut moment) = (0.0, 0.0);
    for (number, around) in waveform.values().get(from..=to + 1)?.windows(3).enumerate() {
        let weight = 0.5 * (around[2] - around[0]) - least;
        if weight > 0.0 {
            sum += weight;
            moment += weight * number as f64;
        }
    }
    (sum > 0.0).then(|| (from + 1) as f64 + moment / sum)
}

/// The value at a fractional place, by the cubic through its neighbours (Catmull & Rom).
fn cubic(values: &[f64], place: f64) -> Option<f64> {
    let below = libm::floor(place);
    if below < 1.0 {
        return None;
    }
    let [a, b, c, d] = *values.get(below as usize - 1..)?.first_chunk()?;
    let t = place - below;
    let linear = 0.5 * (c - a);
    let square = a - 2.5 * b + 2.0 * c - 0.5 * d;
    let cube = 0.5 * (d - a) + 1.5 * (b - c);
    Some(b + t * (linear + t * (square + t * cube)))
}

/// The middle of the stretch around the lowest of `values` whose values lie within `near` of it.
fn centre(values: &[f64], lowest: usize, near: f64) -> f64 {
    let low = |value: &&f64| **value - values[lowest] < near;
    let before = values[..lowest].iter().rev().take_while(low).count();
    let after = values[lowest + 1..].iter().take_while(low).count();
    lowest as f64 + 0.5 * (after as f64 - before as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::pulse;
    use crate::signal::SampleRate;

    const HZ: f64 = 125.0;
    const SWAY: f64 = 0.3;

    /// Pulses of these heights and widths, one a second, on a sway; noise uniform with this standard deviation.
    fn train(pulses: &[(f64, f64)], noise: f64) -> Vec<f64> {
        let mut state = 7_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let bell = |x: f64| libm::exp(-0.5 * x * x);
        (0..(pulses.len() as f64 * HZ) as usize)
            .map(|i| {
                let time = i as f64 / HZ;
                let pulse = |(k, (height, width)): (usize, &(f64, f64))| {
                    let after = time - k as f64 - 0.5;
                    height * (bell(after / width) + 0.4 * bell((after - 0.15) / 0.1))
                };
                let sway = SWAY * libm::sin(2.0 * core::f64::consts::PI * 0.23 * time);
                pulses.iter().enumerate().map(pulse).sum::<f64>() + sway + noise * libm::sqrt(12.0) * random()
            })
            .collect()
    }

    /// Amplitudes above the line from foot to foot, as they were read and as the usual pulse shows them.
    fn amplitudes(samples: &[f64]) -> Vec<(f64, Option<f64>)> {
        let rate = SampleRate::hz(HZ).expect("in range");
        let mut waveform = Waveform::new(rate, 1000);
        let mut usual = UsualPulse::new(400, waveform.most());
        let mut before: Option<Reading> = None;
        let mut out = Vec::new();
        for k in 1..samples.len() / HZ as usize - 1 {
            let peak = (k as f64 + 0.5) * HZ;
            let from = before.map_or(peak - 0.8 * HZ, |b| b.foot) - 2.0 - usual.reach(1.0) * HZ;
            waveform.load(samples, 0, from.max(0.0) as u64, (peak + 0.3 * HZ) as u64, 1.0, 0.08);
            let reading = pulse::read(&waveform, peak, before.map_or(0.0, |b| b.peak), 1.0).expect("a pulse");
            usual.look(&waveform, &reading);
            if let Some(this) = before {
                let above = |(this, next): (Reading, Reading)| {
                    let share = (this.peak - this.foot) / (next.foot - this.foot);
                    this.amplitude() - share * (next.foot_level - this.foot_level)
                };
                let shown = usual.read(&waveform, &this, &reading);
                usual.learn(&waveform, &this, &reading);
                out.push((above((this, reading)), shown.map(above)));
            }
            before = Some(reading);
        }
        out
    }

    fn spread(errors: &[f64]) -> f64 {
        libm::sqrt(errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64)
    }

    #[test]
    fn amplitudes_in_noise_are_less_uncertain() {
        let pulses = [(1.0, 0.06); 70];
        let truth = amplitudes(&train(&pulses, 1e-5));
        let noisy = amplitudes(&train(&pulses, 0.05));
        assert!(truth.iter().all(|(_, shown)| shown.is_none()), "a quiet pulse is read as it stands");
        assert!(noisy.iter().take(FEWEST as usize).all(|(_, shown)| shown.is_none()));
        let both = || noisy.iter().zip(&truth).skip(FEWEST as usize + 1);
        let plain: Vec<f64> = both().map(|((plain, _), (truth, _))| plain / truth - 1.0).collect();
        let shown: Vec<f64> = both().filter_map(|((_, shown), (truth, _))| Some((*shown)? / truth - 1.0)).collect();
        assert!(shown.len() * 10 >= plain.len() * 9, "{} of {} shown", shown.len(), plain.len());
        assert!(spread(&shown) < 0.6 * spread(&plain), "{} of {}", spread(&shown), spread(&plain));
        let bias = shown.iter().sum::<f64>() / shown.len() as f64;
        assert!(bias.abs() < 0.01, "{bias}");
    }

    #[test]
    fn a_pulse_of_another_height_keeps_it() {
        let mut pulses = [(1.0, 0.06); 40];
        pulses[20..].fill((1.4, 0.06));
        let read = |noise: f64| amplitudes(&train(&pulses, noise));
        let (truth, noisy) = (read(1e-5), read(0.02));
        // The first of them is the twentieth row: pulse 20 is read from pulse 1 on.
        for row in 19..23 {
            let best = noisy[row].1.unwrap_or(noisy[row].0);
            assert!((best / truth[row].0 - 1.0).abs() < 0.04, "{row}: {best} is not {}", truth[row].0);
        }
    }

    #[test]
    fn a_pulse_of_another_shape_is_read_as_it_stands() {
        let mut pulses = [(1.0, 0.05); 30];
        pulses[20] = (1.0, 0.11);
        let shown = amplitudes(&train(&pulses, 0.02));
        assert!(shown[18].1.is_some() && shown[19].1.is_none(), "{:?}", &shown[17..21]);
    }

    #[test]
    fn a_shape_that_has_changed_for_good_is_soon_the_usual_one() {
        let mut pulses = [(1.0, 0.06); 90];
        pulses[30..].fill((1.0, 0.09));
        for (noise, limit) in [(0.02, 0.008), (0.05, 0.014)] {
            let (truth, noisy) = (amplitudes(&train(&pulses, 1e-5)), amplitudes(&train(&pulses, noise)));
            let off = |row: usize| noisy[row].1.unwrap_or(noisy[row].0) / truth[row].0 - 1.0;
            // The first of another shape is row 29; over ten beats errors of single ones cancel.
            for from in [29, 39, 49, 59, 69] {
                let bias = (from..from + 10).map(off).sum::<f64>() / 10.0;
                assert!(bias.abs() < limit, "noise {noise}, from {from}: {bias}");
            }
        }
    }

    #[test]
    fn what_is_no_pulse_teaches_nothing() {
        let rate = SampleRate::hz(HZ).expect("in range");
        let mut waveform = Waveform::new(rate, 300);
        let mut usual = UsualPulse::new(400, waveform.most());
        let reading = |peak: f64| Reading {
            peak,
            peak_level: 1.0,
            steepest: peak - 5.0,
            slope: 20.0,
            foot: peak - 10.0,
            foot_level: 0.0,
            onset: peak - 9.0,
        };
        for samples in [vec![f64::NAN; 300], vec![0.0; 300], vec![1e308; 300]] {
            for (from, to) in [(0, 300), (100, 101), (250, 300)] {
                waveform.load(&samples, 0, from, to, 1.0, 0.08);
                for (this, next) in [(50.0, 150.0), (150.0, 50.0), (-9.0, 1e9), (f64::NAN, 150.0)] {
                    let (this, next) = (reading(this), reading(next));
                    usual.noisy = true;
                    assert_eq!(usual.read(&waveform, &this, &next), None);
                    usual.learn(&waveform, &this, &next);
                }
            }
        }
    }
}
