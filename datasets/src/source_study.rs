//! The study that plethys exists for, as raw streams with their truth: two legs and a finger, pulse volume recording and
//! photoplethysmography; one leg is massaged, and what is asked is whether the circulation of the *other* one changed.
//!
//! One heart drives six sensors. Breathing, the 0.1 Hz wave and vasomotion at 0.015 Hz modulate each pulse as narrow-band noise (a Gaussian
//! spectrum whose standard deviation is half of the centre frequency), most of it in common, as the sympathetic outflow is; each sensor adds
//! its own drift, noise, converter, polarity and gain, each cuff its own leak and re-inflations, each limb its movements.

use core::f64::consts::TAU;
use std::collections::HashMap;

use crate::check::SynthError;
use crate::disturb::{Motion, scatter};
use crate::pulse::{Pulse, Shape, Steady, Train};
use crate::rhythm::{HeartBeat, Pattern, Rhythm, heart_beats};
use crate::rng::Rng;
use crate::truth::{Planted, Span, View, measure};

/// Beats per minute.
const PULSE_RATE: f64 = 64.0;
/// Centre frequency in Hz and standard deviation of the logarithm of the amplitude, of each oscillation.
const OSCILLATIONS: [(f64, f64); 3] = [(0.25, 0.05), (0.1, 0.08), (0.015, 0.10)];
/// Sines in each oscillation.
const TONES: usize = 48;
/// Standard deviation of the logarithm of the amplitude from beat to beat.
const BEAT_NOISE: f64 = 0.05;
/// Share of the oscillations' variance, and of the beat noise's, that all sites have in common.
const COMMON_OSCILLATION: f64 = 0.9;
const COMMON_NOISE: f64 = 0.5;
/// Re-inflated below this pressure, up to the target, within this time: mmHg, mmHg, s.
const CUFF_LOW: f64 = 61.5;
const CUFF_TARGET: f64 = 65.0;
const REINFLATION_S: f64 = 1.5;
/// Cycles are rounded to this step, s, so that the size of a pulse of that cycle is computed once.
const CYCLE_STEP: f64 = 0.01;
/// Slow movements of the baseline are computed on a grid of this step, s, and lines between.
const SLOW_STEP: f64 = 0.5;

/// What a limb is in the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The limb that is massaged.
    Treated,
    /// The other one, whose change is the question.
    Contralateral,
    /// A site that nothing is done to.
    Remote,
}

impl Role {
    /// The name in study files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Treated => "treated",
            Self::Contralateral => "contralateral",
            Self::Remote => "remote",
        }
    }
}

/// What a sensor of the study is, with what is peculiar to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudySensor {
    /// Name of the channel.
    pub name: &'static str,
    /// `pvr` or `ppg`.
    pub signal: &'static str,
    /// Where it sits.
    pub site: &'static str,
    /// `left` or `right`.
    pub side: &'static str,
    /// What the limb is in the study.
    pub role: Role,
    /// Height of the pulses at baseline, after the massage and at the end: mmHg, or perfusion index in %.
    pub levels: [f64; 3],
    /// Physical value = scale × raw + offset: mmHg for a PVR; the level of the light for a PPG, whose scale is 1.
    pub scale: f64,
    /// See `scale`.
    pub offset: f64,
    /// Bits of the converter, whose codes start at 0.
    pub bits: u32,
    /// Whether the raw samples fall where blood volume rises.
    pub inverted: bool,
    /// Pressure lost by the cuff, mmHg per minute; for a PPG the mean level of the light, counts.
    pub cuff_leak: f64,
    /// See `cuff_leak`.
    pub light: f64,
    /// Time of the pulse after that at the heart, s.
    pub delay: f64,
}

/// The six channels.
pub const STUDY_SENSORS: [StudySensor; 6] = {
    let pvr = StudySensor {
        name: "pvr_left_ankle",
        signal: "pvr",
        site: "ankle",
        side: "left",
        role: Role::Contralateral,
        levels: [0.81, 1.22, 1.63],
        scale: 150.0 / 65_535.0,
        offset: 0.0,
        bits: 16,
        inverted: false,
        cuff_leak: 0.3,
        light: 0.0,
        delay: 0.24,
    };
    let ppg = StudySensor {
        name: "ppg_left_toe",
        signal: "ppg",
        site: "toe",
        levels: [0.9, 1.2, 1.45],
        scale: 1.0,
        bits: 18,
        inverted: true,
        cuff_leak: 0.0,
        light: 118_000.0,
        delay: 0.29,
        ..pvr
    };
    [
        pvr,
        // A recorder with more range and an offset.
        StudySensor {
            name: "pvr_right_ankle",
            side: "right",
            role: Role::Treated,
            levels: [0.92, 1.21, 1.06],
            scale: 200.0 / 65_535.0,
            offset: -10.0,
            cuff_leak: 0.5,
            ..pvr
        },
        // A bridge wired the other way round: counts fall where pressure rises.
        StudySensor {
            name: "pvr_finger",
            site: "finger",
            role: Role::Remote,
            levels: [0.55, 0.55, 0.55],
            scale: -150.0 / 65_535.0,
            offset: 150.0,
            inverted: true,
            cuff_leak: 0.2,
            delay: 0.17,
            ..pvr
        },
        ppg,
        // A device that has turned the light round itself.
        StudySensor {
            name: "ppg_right_toe",
            side: "right",
            role: Role::Treated,
            levels: [1.0, 1.3, 1.1],
            inverted: false,
            light: 61_000.0,
            ..ppg
        },
        StudySensor {
            name: "ppg_finger",
            site: "finger",
            role: Role::Remote,
            levels: [2.4, 2.4, 2.4],
            light: 150_000.0,
            delay: 0.18,
            ..ppg
        },
    ]
};

/// The study to be: plain data. The same numbers give the same bits.
///
/// ```
/// use plethys_datasets::SourceStudy;
/// let study = SourceStudy { baseline: 120.0, massage: 60.0, follow_up: 240.0, hold: 60.0, ..SourceStudy::new(7) };
/// let beats = study.beats(0);
/// let early: Vec<f64> = beats.iter().filter(|beat| beat.time < 120.0).map(|beat| beat.level).collect();
/// assert!(early.iter().all(|level| *level == 0.81));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SourceStudy {
    /// Everything random follows from it.
    pub seed: u64,
    /// Samples per second of each channel.
    pub sample_rate: f64,
    /// Length of the baseline, s.
    pub baseline: f64,
    /// Length of the massage, s; the levels rise through it.
    pub massage: f64,
    /// Length of the follow-up, s.
    pub follow_up: f64,
    /// The levels stand still for so long at the start and at the end of the follow-up, s, and run in a line between.
    pub hold: f64,
    /// How much of the change there is: 1 all of it, 0 none (a sham session).
    pub effect: f64,
}

/// A beat as it truly is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudyBeat {
    /// Systolic peak, s from the first sample.
    pub time: f64,
    /// Realised height: mmHg, or counts of light.
    pub amplitude: f64,
    /// Realised perfusion index, %; of a PPG.
    pub perfusion_index: Option<f64>,
    /// The planted height at that time, without oscillation and noise: mmHg, or perfusion index in %.
    pub level: f64,
    /// A premature beat.
    pub is_ectopic: bool,
    /// The limb moved, or the cuff was being inflated.
    pub is_disturbed: bool,
}

/// A channel's raw stream with its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyRecording {
    /// What the sensor is.
    pub sensor: StudySensor,
    /// Raw counts.
    pub samples: Vec<f64>,
    /// Samples per second.
    pub sample_rate: f64,
    /// The beats, in order.
    pub beats: Vec<StudyBeat>,
    /// When the cuff was inflated anew.
    pub reinflations: Vec<Span>,
    /// When the limb moved.
    pub motion: Vec<Span>,
}

impl SourceStudy {
    /// The study as it was told: 10 min, 15 min, 2 h, six channels at 250 Hz.
    pub fn new(seed: u64) -> Self {
        Self { seed, sample_rate: 250.0, baseline: 600.0, massage: 900.0, follow_up: 7200.0, hold: 600.0, effect: 1.0 }
    }

    /// Length, s.
    pub fn duration(&self) -> f64 {
        self.baseline + self.massage + self.follow_up
    }

    /// Kind, start and end (s) of each phase.
    pub fn phases(&self) -> [(&'static str, Span); 3] {
        let (first, second) = (self.baseline, self.baseline + self.massage);
        [
            ("baseline", Span::new(0.0, first)),
            ("intervention", Span::new(first, second)),
            ("follow_up", Span::new(second, self.duration())),
        ]
    }

    /// The planted height of a sensor at a time: mmHg, or perfusion index in %.
    pub fn level(&self, sensor: &StudySensor, time: f64) -> f64 {
        let [before, after, end] = sensor.levels;
        let share = |from: f64, to: f64| ((time - from) / (to - from).max(1e-9)).clamp(0.0, 1.0);
        let treated = self.baseline + self.massage;
        let level = if time < treated {
            before + (after - before) * share(self.baseline, treated)
        } else {
            after + (end - after) * share(treated + self.hold, self.duration() - self.hold)
        };
        before * libm::pow(level / before, self.effect)
    }

    /// The beats of channel `index` (of [`STUDY_SENSORS`]) as they are planted, without making a waveform; none for another index.
    pub fn beats(&self, index: usize) -> Vec<StudyBeat> {
        let Some(sensor) = STUDY_SENSORS.get(index) else { return Vec::new() };
        let duration = self.duration();
        let beats = self.planted(sensor).into_iter().map(|(beat, height, level)| StudyBeat {
            time: beat.time + sensor.delay,
            amplitude: sensor.unit_height(height),
            perfusion_index: (sensor.signal == "ppg").then_some(height),
            level,
            is_ectopic: beat.is_ectopic,
            is_disturbed: false,
        });
        beats.filter(|beat| (0.0..duration).contains(&beat.time)).collect()
    }

    /// Heart beats with the realised and the planted height at this sensor, in its own measure.
    fn planted(&self, sensor: &StudySensor) -> Vec<(HeartBeat, f64, f64)> {
        let rhythm =
            Rhythm::resting(PULSE_RATE).with_pattern(Pattern::Ectopics { share: 0.01, coupling: 0.65, strength: 0.5 });
        let beats = heart_beats(&rhythm, self.duration(), (0.25, 0.0), self.seed);
        let common = Oscillations::new(self.seed, "common");
        let own = Oscillations::new(self.seed, sensor.place());
        let mut stroke = Rng::stream(self.seed, "stroke");
        let mut noise = Rng::stream(self.seed, sensor.name);
        let mix = |common: f64, own: f64, share: f64| libm::sqrt(share) * common + libm::sqrt(1.0 - share) * own;
        let height = |beat: HeartBeat| {
            let time = beat.time + sensor.delay;
            let level = self.level(sensor, time);
            let wave = mix(common.at(time), own.at(time), COMMON_OSCILLATION);
            let scatter = BEAT_NOISE * mix(stroke.normal(), noise.normal(), COMMON_NOISE);
            (beat, level * beat.strength * libm::exp(wave + scatter), level)
        };
        beats.into_iter().map(height).collect()
    }

    /// The raw stream of channel `index` (of [`STUDY_SENSORS`]) with its truth.
    ///
    /// # Errors
    /// [`SynthError`] for an index, a sample rate or a duration out of range.
    pub fn record(&self, index: usize) -> Result<StudyRecording, SynthError> {
        let out = |argument, value, low, high| SynthError::OutOfRange { argument, value, low, high };
        let sensor = *STUDY_SENSORS.get(index).ok_or(out("channel", index as f64, 0.0, 5.0))?;
        if !(20.0..=4000.0).contains(&self.sample_rate) {
            return Err(out("sample_rate", self.sample_rate, 20.0, 4000.0));
        }
        if !(1.0..=86_400.0).contains(&self.duration()) {
            return Err(out("duration", self.duration(), 1.0, 86_400.0));
        }
        let planted = self.planted(&sensor);
        let (train, marks) = train(&sensor, &planted)?;
        let mean = planted.iter().map(|(_, height, _)| sensor.unit_height(*height)).sum::<f64>() / planted.len() as f64;
        let motion = self.motion(&sensor);
        let cuff = Cuff::new(&sensor, self.duration());
        let samples = self.samples(&sensor, &train, mean, &motion, &cuff);

        let moments: Vec<Span> = motion.iter().chain(&cuff.reinflations).copied().collect();
        let sign = if sensor.inverted { -1.0 } else { 1.0 };
        let light = sensor.signal == "ppg";
        let view = View {
            base: if light { sensor.light } else { CUFF_TARGET },
            sign: if light { sign } else { 1.0 },
            has_dc: light,
            contours: false,
            covered: Span::new(0.0, (samples.len().saturating_sub(1)) as f64 / self.sample_rate),
            gaps: &[],
            flats: &[],
            motion: &moments,
            clipped: &[],
            jolts: &[],
        };
        let beats = measure(&|time| train.at(time), &marks, &view);
        let beats = beats.iter().filter(|beat| beat.is_visible).map(|beat| StudyBeat {
            time: beat.peak,
            amplitude: beat.amplitude_corrected.unwrap_or(beat.amplitude),
            perfusion_index: beat.perfusion_index,
            level: self.level(&sensor, beat.peak),
            is_ectopic: beat.is_ectopic,
            is_disturbed: beat.is_disturbed,
        });
        Ok(StudyRecording {
            sensor,
            beats: beats.collect(),
            samples,
            sample_rate: self.sample_rate,
            reinflations: cuff.reinflations,
            motion,
        })
    }

    /// When the limb moves: now and then, and the massaged one all the more.
    fn motion(&self, sensor: &StudySensor) -> Vec<Span> {
        let seed = Rng::stream(self.seed, sensor.place()).bits();
        let mut spans = scatter(seed, self.duration(), 0.25, 2.0, 6.0);
        if sensor.role == Role::Treated {
            let (start, end) = (self.baseline, self.baseline + self.massage);
            spans.retain(|span| span.end < start || span.start > end);
            let massage = scatter(seed ^ 1, self.massage, 6.0, 2.0, 8.0);
            spans.extend(massage.iter().map(|span| Span::new(start + span.start, start + span.end)));
            spans.sort_by(|a, b| a.start.total_cmp(&b.start));
        }
        spans
    }

    fn samples(&self, sensor: &StudySensor, train: &Train, mean: f64, motion: &[Span], cuff: &Cuff) -> Vec<f64> {
        let hz = self.sample_rate;
        let count = libm::round(self.duration() * hz) as usize;
        let tag = |what: &str| Rng::stream(self.seed, &format!("{} {what}", sensor.name));
        let light = sensor.signal == "ppg";
        // Breathing moves the level; the drift is of the air in the cuff, or of the light.
        let sway = Slow::new(&mut tag("sway"), 0.25, 0.03, if light { 0.06 * mean } else { 0.03 }, self.duration());
        let swing = if light { 0.004 * sensor.light } else { 0.25 };
        let drift = Slow::new(&mut tag("drift"), 0.003, 0.002, swing, self.duration());
        let mut shaken = vec![0.0; if motion.is_empty() { 0 } else { count }];
        let mut rng = tag("motion");
        for burst in motion {
            let first = (libm::floor(burst.start * hz).max(0.0) as usize).min(count);
            let last = (libm::ceil(burst.end * hz).max(0.0) as usize).min(count);
            let times: Vec<f64> = (first..last).map(|i| i as f64 / hz).collect();
            let movement = Motion { bursts: vec![*burst], cadence: 1.5, strength: 2.5, periodicity: 0.5 };
            for (place, push) in shaken[first..last].iter_mut().zip(movement.values(&times, &mut rng).0) {
                *place = mean * push;
            }
        }
        let mut white = tag("white");
        let top = libm::exp2(f64::from(sensor.bits)) - 1.0;
        let sign = if sensor.inverted && light { -1.0 } else { 1.0 };
        (0..count)
            .map(|i| {
                let time = i as f64 / hz;
                let pulse = train.at(time).0 + sway.at(time) + shaken.get(i).copied().unwrap_or(0.0);
                let level = if light { sensor.light } else { cuff.at(time) };
                let value = level + drift.at(time) + sign * pulse;
                let raw = (value - sensor.offset) / sensor.scale;
                // One step of the converter as noise; of the light 0.3 % of the pulse.
                let noise = if light { (0.003 * mean).max(1.0) } else { 1.0 };
                libm::round(raw + noise * white.normal()).clamp(0.0, top)
            })
            .collect()
    }
}

impl StudySensor {
    /// Side and site, which the channels of one limb share.
    fn place(&self) -> &'static str {
        match (self.role, self.side) {
            (Role::Remote, _) => "finger",
            (_, side) => side,
        }
    }

    /// A height in the sensor's measure (mmHg, %) in the unit of its calibrated samples.
    fn unit_height(&self, height: f64) -> f64 {
        if self.signal == "ppg" { 0.01 * height * self.light } else { height }
    }
}

/// The pulses of a channel, in the unit of its calibrated samples, about their mean level for light and above the pedestal for pressure.
fn train(sensor: &StudySensor, planted: &[(HeartBeat, f64, f64)]) -> Result<(Train, Vec<Planted>), SynthError> {
    let shape = if sensor.signal == "ppg" { Shape::ppg(0.45) } else { Shape::pvr() };
    let mut known: HashMap<i64, Steady> = HashMap::new();
    let mut pulses: Vec<Pulse> = Vec::with_capacity(planted.len());
    let mut marks = Vec::with_capacity(planted.len());
    for (beat, height, _) in planted {
        let key = libm::round(beat.cycle / CYCLE_STEP) as i64;
        let cycle = key as f64 * CYCLE_STEP;
        let steady = match known.get(&key) {
            Some(steady) => *steady,
            None => *known.entry(key).or_insert(shape.steady(cycle).ok_or(SynthError::NoPulse { cycle })?),
        };
        let height = sensor.unit_height(*height);
        let pulse = shape.pulse(beat.time + sensor.delay, cycle, height / steady.height);
        marks.push(Planted {
            anchor: beat.time + sensor.delay,
            width: pulse.systolic_width(),
            normal_height: height / beat.strength,
            is_ectopic: beat.is_ectopic,
        });
        pulses.push(pulse);
    }
    Ok((Train::new(pulses), marks))
}

/// Narrow-band noises, to be added to the logarithm of the amplitude.
struct Oscillations(Vec<(f64, f64, f64)>);

impl Oscillations {
    fn new(seed: u64, tag: &str) -> Self {
        let mut rng = Rng::stream(seed, &format!("{tag} oscillations"));
        let mut tones = Vec::with_capacity(TONES * OSCILLATIONS.len());
        for (centre, deviation) in OSCILLATIONS {
            let height = deviation * libm::sqrt(2.0 / TONES as f64);
            tones.extend((0..TONES).map(|_| (height, (centre + 0.5 * centre * rng.normal()).abs(), rng.phase())));
        }
        Self(tones)
    }

    fn at(&self, time: f64) -> f64 {
        self.0.iter().fold(0.0, |sum, (height, hz, phase)| sum + height * libm::sin(TAU * hz * time + phase))
    }
}

/// Narrow-band noise of this standard deviation, on a coarse grid.
struct Slow {
    values: Vec<f64>,
    step: f64,
}

impl Slow {
    fn new(rng: &mut Rng, centre: f64, width: f64, deviation: f64, duration: f64) -> Self {
        let step = SLOW_STEP.min(0.02 / centre);
        let height = deviation * libm::sqrt(2.0 / TONES as f64);
        let tones: Vec<(f64, f64)> = (0..TONES).map(|_| ((centre + width * rng.normal()).abs(), rng.phase())).collect();
        let count = libm::ceil(duration / step) as usize + 2;
        let at = |time: f64| tones.iter().fold(0.0, |sum, (hz, phase)| sum + libm::sin(TAU * hz * time + phase));
        Self { values: (0..count).map(|k| height * at(k as f64 * step)).collect(), step }
    }

    fn at(&self, time: f64) -> f64 {
        let place = time / self.step;
        let first = (place as usize).min(self.values.len() - 2);
        let share = place - first as f64;
        self.values[first] + share * (self.values[first + 1] - self.values[first])
    }
}

/// A cuff that leaks, and is inflated anew when it has lost too much.
struct Cuff {
    leak: f64,
    reinflations: Vec<Span>,
}

impl Cuff {
    fn new(sensor: &StudySensor, duration: f64) -> Self {
        let leak = sensor.cuff_leak / 60.0;
        let mut reinflations = Vec::new();
        if leak > 0.0 {
            let every = (CUFF_TARGET - CUFF_LOW) / leak;
            let mut start = every;
            while start + REINFLATION_S < duration {
                reinflations.push(Span::new(start, start + REINFLATION_S));
                start += every + REINFLATION_S;
            }
        }
        Self { leak, reinflations }
    }

    fn at(&self, time: f64) -> f64 {
        let next = self.reinflations.partition_point(|span| span.end <= time);
        let since = if next > 0 { self.reinflations[next - 1].end } else { 0.0 };
        let lost = |until: f64| CUFF_TARGET - self.leak * (until - since);
        match self.reinflations.get(next) {
            Some(span) if span.start < time => {
                let share = 0.5 - 0.5 * libm::cos(0.5 * TAU * (time - span.start) / REINFLATION_S);
                lost(span.start) + share * (CUFF_TARGET - lost(span.start))
            }
            _ => lost(time),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(seed: u64) -> SourceStudy {
        SourceStudy { baseline: 300.0, massage: 120.0, follow_up: 600.0, hold: 240.0, ..SourceStudy::new(seed) }
    }

    fn median(mut values: Vec<f64>) -> f64 {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }

    #[test]
    fn the_planted_levels_are_those_of_the_source_study() {
        let study = SourceStudy::new(1);
        let level = |time| study.level(&STUDY_SENSORS[0], time);
        assert_eq!([level(0.0), level(1500.0), level(2099.0), level(8101.0)], [0.81, 1.22, 1.22, 1.63]);
        let finger: Vec<f64> = study.beats(2).iter().map(|beat| beat.level).collect();
        assert!(finger.iter().all(|level| *level == 0.55));
        // Over many beats the realised median is the level; 0.10 at 0.015 Hz leaves a few per cent in ten minutes.
        let beats = study.beats(0);
        let last = beats.iter().filter(|beat| beat.time > 8100.0).map(|beat| beat.amplitude).collect();
        assert!((median(last) / 1.63 - 1.0).abs() < 0.06);
        let sham = SourceStudy { effect: 0.0, ..study };
        assert!((sham.level(&STUDY_SENSORS[0], 8101.0) - 0.81).abs() < 1e-12);
    }

    #[test]
    fn legs_and_finger_swing_together_but_not_as_one() {
        let study = SourceStudy { effect: 0.0, ..short(3) };
        let series = |index: usize| -> Vec<f64> {
            study.planted(&STUDY_SENSORS[index]).iter().map(|(_, height, level)| libm::log(height / level)).collect()
        };
        let (a, b) = (series(0), series(2));
        let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let correlation = product(&a, &b) / libm::sqrt(product(&a, &a) * product(&b, &b));
        assert!((0.7..0.97).contains(&correlation), "{correlation}");
    }

    #[test]
    fn raw_streams_carry_what_the_truth_says() {
        let study = short(5);
        for (index, sensor) in STUDY_SENSORS.iter().enumerate() {
            let made = study.record(index).unwrap();
            assert_eq!(made.samples.len(), 255_000, "{}", sensor.name);
            let beats = study.beats(index);
            assert!(made.beats.len().abs_diff(beats.len()) < 20, "{} and {}", made.beats.len(), beats.len());
            // The waveform's own amplitude is the planted one, but for what is left of the pulse before.
            let ratio = median(made.beats.iter().map(|beat| beat.amplitude).collect())
                / median(beats.iter().map(|beat| beat.amplitude).collect());
            assert!((ratio - 1.0).abs() < 0.02, "{}: {ratio}", sensor.name);
            let physical = |i: usize| sensor.scale * made.samples[i] + sensor.offset;
            let span =
                (0..made.samples.len()).map(physical).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
            if sensor.signal == "pvr" {
                assert!(span.0 > 50.0 && span.1 < 80.0, "{}: {span:?}", sensor.name);
            } else {
                assert!(span.0 > 0.5 * sensor.light && span.1 < 1.5 * sensor.light, "{}: {span:?}", sensor.name);
            }
        }
        assert_eq!(study.record(0).unwrap(), study.record(0).unwrap());
        assert!(study.record(6).is_err());
        assert!(study.record(1).unwrap().reinflations.len() == 2, "{:?}", study.record(1).unwrap().reinflations);
    }
}
