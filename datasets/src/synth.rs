//! Synthetic recordings with their truth.

use core::f64::consts::TAU;
use core::fmt;

use crate::disturb::{BaselineStep, Clip, Drift, Hum, Jitter, Level, Motion, Quantisation, Spike};
use crate::pulse::{Pulse, Shape, Steady, Train};
use crate::rhythm::{Rhythm, heart_beats};
use crate::rng::{Pink, Rng};
use crate::truth::{Planted, Span, Truth, View, measure};

/// What the stream is, with its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Raw light intensity: a DC level with pulses on it.
    Ppg {
        /// Mean level, counts.
        dc: f64,
        /// 100 × pulse height / mean level, %; 0.02 to 20 is what oximeters show.
        perfusion_index: f64,
    },
    /// PPG whose DC level was filtered away, as bedside monitors export it: zero mean, pulses of this height.
    PpgAc {
        /// Pulse height, arbitrary units.
        amplitude: f64,
    },
    /// Cuff pressure of a pulse volume recording, mmHg.
    Pvr {
        /// Pulse height, mmHg.
        amplitude: f64,
        /// Cuff pressure at the foot of the pulses at time 0, mmHg; 65 is usual.
        pedestal: f64,
        /// Pressure lost, mmHg per minute.
        leak: f64,
    },
    /// Arterial pressure, mmHg.
    Pressure {
        /// Level of the foot, mmHg.
        diastolic: f64,
        /// Level of the peak, mmHg.
        systolic: f64,
    },
}

/// A sine that modulates the pulses: breathing, or the vessels' own rhythm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Modulation {
    /// Frequency, Hz.
    pub frequency: f64,
    /// Amplitude modulation: share of the pulse height by which it rises and falls, 0 to 0.9.
    pub amplitude: f64,
    /// Intensity modulation: amplitude of the baseline's wave, in pulse heights.
    pub intensity: f64,
}

/// From a moment on, the pulses are this many times as high (not cumulative).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmplitudeStep {
    /// First moment, s.
    pub time: f64,
    /// Factor to the nominal pulse height.
    pub factor: f64,
}

/// A synthetic recording to be: plain data, every field may be set. The same configuration gives the same bits.
///
/// ```
/// use plethys_datasets::{Kind, Rhythm, Synth};
/// let synth = Synth { rhythm: Rhythm::resting(64.0), ..Synth::ppg(125.0, 30.0) };
/// let recording = synth.record()?;
/// assert_eq!(recording.samples.len(), 3750);
/// let rate = recording.truth.mean_rate().unwrap();
/// assert!((rate - 64.0).abs() < 2.0);
/// # Ok::<(), plethys_datasets::SynthError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Synth {
    /// Everything random follows from it.
    pub seed: u64,
    /// Samples per second, 1 to 10 000.
    pub sample_rate: f64,
    /// Length, s; up to a day.
    pub duration: f64,
    /// What the stream is.
    pub kind: Kind,
    /// Whether the recording falls where blood volume rises, as light intensity does.
    pub inverted: bool,
    /// Shape of a pulse.
    pub shape: Shape,
    /// When the heart beats.
    pub rhythm: Rhythm,
    /// Breathing; its frequency also drives the rhythm's respiratory variability (0.25 Hz where absent).
    pub respiration: Option<Modulation>,
    /// Slow contraction of the vessels, about 0.1 Hz and below.
    pub vasomotion: Option<Modulation>,
    /// Changes of the pulse height, in order of time.
    pub amplitude_steps: Vec<AmplitudeStep>,
    /// Slow baseline drift.
    pub drift: Option<Drift>,
    /// White noise, independent from sample to sample.
    pub white: Option<Level>,
    /// 1/f noise, from 0.01 Hz up to half the sample rate.
    pub pink: Option<Level>,
    /// Mains hum.
    pub hum: Option<Hum>,
    /// Motion artefact and acceleration.
    pub motion: Option<Motion>,
    /// Jumps of the baseline.
    pub baseline_steps: Vec<BaselineStep>,
    /// Single wrong samples.
    pub spikes: Vec<Spike>,
    /// Clipping.
    pub clip: Option<Clip>,
    /// Stretches in which the sensor repeats the last value.
    pub flats: Vec<Span>,
    /// Steps of the converter.
    pub quantisation: Option<Quantisation>,
    /// Stretches without samples: NaN.
    pub gaps: Vec<Span>,
    /// Irregular time stamps.
    pub jitter: Option<Jitter>,
}

/// A recording and its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The stream; NaN is a missing sample.
    pub samples: Vec<f64>,
    /// Samples per second; nominal where `times` is present.
    pub sample_rate: f64,
    /// Capture time of each sample in s, where it is not index / sample rate.
    pub times: Option<Vec<f64>>,
    /// Acceleration in g, one row per sample, where motion was asked for.
    pub acceleration: Option<Vec<[f64; 3]>>,
    /// What is true of it.
    pub truth: Truth,
}

impl Recording {
    /// Time of sample `index`, s; `None` past the end.
    pub fn time(&self, index: usize) -> Option<f64> {
        if index >= self.samples.len() {
            return None;
        }
        self.times.as_ref().map_or(Some(index as f64 / self.sample_rate), |times| times.get(index).copied())
    }
}

/// A configuration that no recording can be made from.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum SynthError {
    /// A number outside its range.
    OutOfRange {
        /// Which argument.
        argument: &'static str,
        /// What came.
        value: f64,
        /// Smallest allowed value.
        low: f64,
        /// Largest allowed value.
        high: f64,
    },
    /// The shape has no pulse of its own at this cycle: no minimum between the upstrokes.
    NoPulse {
        /// Cycle length, s.
        cycle: f64,
    },
}

impl fmt::Display for SynthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { argument, value, low, high } => {
                write!(f, "{argument} must be within {low} to {high}, got {value}")
            }
            Self::NoPulse { cycle } => {
                write!(f, "shape must show a pulse at a cycle of {cycle} s, it has no minimum there")
            }
        }
    }
}

impl std::error::Error for SynthError {}

/// Value and slope of a sine.
fn tone(amplitude: f64, frequency: f64, phase: f64, time: f64) -> (f64, f64) {
    let (sine, cosine) = libm::sincos(TAU * frequency * time + phase);
    (amplitude * sine, amplitude * TAU * frequency * cosine)
}

/// The continuous signal behind a recording: pulses, their modulations and the leak, but no disturbance.
struct Model {
    train: Train,
    planted: Vec<Planted>,
    /// Each with its phase at time 0, rad.
    modulations: [(Option<Modulation>, f64); 2],
    /// Units per second.
    leak: f64,
    /// Height of a normal pulse.
    height: f64,
    /// RMS of the steady pulse wave about its mean.
    rms: f64,
    /// Level of the recording where the upright signal is 0.
    base: f64,
    /// +1 upright, -1 inverted.
    sign: f64,
}

impl Model {
    /// Value and slope of the upright signal.
    fn at(&self, time: f64) -> (f64, f64) {
        let (mut value, mut slope) = self.train.at(time);
        let (mut level, mut rise) = (-self.leak * time, -self.leak);
        for (modulation, phase) in self.modulations {
            if let Some(Modulation { frequency, amplitude, intensity }) = modulation {
                let (gain, change) = tone(amplitude, frequency, phase, time);
                (value, slope) = (value * (1.0 + gain), slope * (1.0 + gain) + value * change);
                // The baseline's wave leads the pulses' by a quarter of a period.
                let (wave, tilt) = tone(intensity * self.height, frequency, phase + 0.25 * TAU, time);
                (level, rise) = (level + wave, rise + tilt);
            }
        }
        (value + level, slope + rise)
    }

    /// Value of the recording before any disturbance.
    fn raw(&self, time: f64) -> f64 {
        self.base + self.sign * self.at(time).0
    }
}

impl Synth {
    /// Steady, clean raw PPG: 72 bpm, perfusion index 2 % on 50 000 counts, inverted, a clear notch, seed 0.
    pub fn ppg(sample_rate: f64, duration: f64) -> Self {
        Self {
            seed: 0,
            sample_rate,
            duration,
            kind: Kind::Ppg { dc: 50_000.0, perfusion_index: 2.0 },
            inverted: true,
            shape: Shape::ppg(0.4),
            rhythm: Rhythm::constant(72.0),
            respiration: None,
            vasomotion: None,
            amplitude_steps: Vec::new(),
            drift: None,
            white: None,
            pink: None,
            hum: None,
            motion: None,
            baseline_steps: Vec::new(),
            spikes: Vec::new(),
            clip: None,
            flats: Vec::new(),
            quantisation: None,
            gaps: Vec::new(),
            jitter: None,
        }
    }

    /// Steady, clean pulse volume recording of `amplitude` mmHg on a tight cuff of 65 mmHg, 72 bpm.
    pub fn pvr(sample_rate: f64, duration: f64, amplitude: f64) -> Self {
        Self {
            kind: Kind::Pvr { amplitude, pedestal: 65.0, leak: 0.0 },
            inverted: false,
            shape: Shape::pvr(),
            ..Self::ppg(sample_rate, duration)
        }
    }

    /// Steady, clean arterial pressure, 120 over 80 mmHg, 72 bpm.
    pub fn pressure(sample_rate: f64, duration: f64) -> Self {
        Self {
            kind: Kind::Pressure { diastolic: 80.0, systolic: 120.0 },
            inverted: false,
            shape: Shape::pressure(),
            ..Self::ppg(sample_rate, duration)
        }
    }

    /// This configuration without anything that the truth leaves out: no drift, noise, hum, motion, steps of the
    /// baseline, spikes, clipping, flats, gaps or quantisation. Its samples lie on the signal that the truth is measured on.
    #[must_use]
    pub fn undisturbed(&self) -> Self {
        Self {
            drift: None,
            white: None,
            pink: None,
            hum: None,
            motion: None,
            baseline_steps: Vec::new(),
            spikes: Vec::new(),
            clip: None,
            flats: Vec::new(),
            quantisation: None,
            gaps: Vec::new(),
            ..self.clone()
        }
    }

    fn check(&self) -> Result<(), SynthError> {
        let within = |argument: &'static str, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(SynthError::OutOfRange { argument, value, low, high })
            }
        };
        within("sample_rate", self.sample_rate, 1.0, 10_000.0)?;
        within("duration", self.duration, 0.0, 86_400.0)?;
        match self.kind {
            Kind::Ppg { dc, perfusion_index } => {
                within("dc", dc, f64::MIN_POSITIVE, 1e12)?;
                within("perfusion_index", perfusion_index, 0.0, 100.0)?;
            }
            Kind::PpgAc { amplitude } => within("amplitude", amplitude, 0.0, 1e12)?,
            Kind::Pvr { amplitude, pedestal, leak } => {
                within("amplitude", amplitude, 0.0, 300.0)?;
                within("pedestal", pedestal, 0.0, 400.0)?;
                within("leak", leak, -100.0, 100.0)?;
            }
            Kind::Pressure { diastolic, systolic } => {
                within("diastolic", diastolic, -50.0, 400.0)?;
                within("systolic", systolic, diastolic, 400.0)?;
            }
        }
        for modulation in self.respiration.iter().chain(&self.vasomotion) {
            within("modulation frequency", modulation.frequency, 0.0, 5.0)?;
            within("modulation amplitude", modulation.amplitude, 0.0, 0.9)?;
            within("modulation intensity", modulation.intensity, 0.0, 1e6)?;
        }
        if let Some(drift) = self.drift {
            within("drift highest", drift.highest, 1e-4, 0.3 - 1e-9)?;
            within("drift swing", drift.swing, 0.0, 1e9)?;
        }
        if let Some(Quantisation::Bits { bits, low, high }) = self.quantisation {
            within("quantisation bits", f64::from(bits), 1.0, 32.0)?;
            within("quantisation low", low, f64::MIN, high)?;
        }
        if let Some(jitter) = self.jitter {
            within("jitter dropped", jitter.dropped, 0.0, 0.99)?;
            within("jitter deviation", jitter.deviation, 0.0, 1.0)?;
        }
        Ok(())
    }

    /// Height of a normal pulse, in the recording's unit.
    pub fn pulse_height(&self) -> f64 {
        match self.kind {
            Kind::Ppg { dc, perfusion_index } => 0.01 * perfusion_index * dc,
            Kind::PpgAc { amplitude } | Kind::Pvr { amplitude, .. } => amplitude,
            Kind::Pressure { diastolic, systolic } => systolic - diastolic,
        }
    }

    /// Makes the recording.
    ///
    /// # Errors
    /// [`SynthError`] where a number is outside its range or the shape shows no pulse at one of the rhythm's cycles.
    pub fn record(&self) -> Result<Recording, SynthError> {
        self.check()?;
        let model = self.model()?;
        let times = self.capture_times();
        let mut samples: Vec<f64> = times.iter().map(|&time| model.raw(time)).collect();
        let acceleration = self.disturb(&times, &model, &mut samples);
        let rails = self.clip.map(|clip| clip.rails(&samples));
        if let Some((low, high)) = rails {
            for value in &mut samples {
                *value = value.max(low).min(high);
            }
        }
        hold(&self.flats, &times, &mut samples);
        if let Some(quantisation) = self.quantisation {
            quantisation.apply(&mut samples);
        }
        for (value, &time) in samples.iter_mut().zip(&times) {
            if self.gaps.iter().any(|gap| gap.contains(time)) {
                *value = f64::NAN;
            }
        }
        let truth = self.truth(&model, &times, rails);
        let times = self.jitter.map(|jitter| times.iter().map(|&time| jitter.stamp(time)).collect());
        Ok(Recording { samples, sample_rate: self.sample_rate, times, acceleration, truth })
    }

    /// Places the pulses and fixes the levels.
    fn model(&self) -> Result<Model, SynthError> {
        let mut phases = Rng::stream(self.seed, "modulation");
        let (breath_phase, vasomotion_phase) = (phases.phase(), phases.phase());
        let breath = self.respiration.map_or(0.25, |breath| breath.frequency);
        let height = self.pulse_height();
        let steady = |cycle: f64| self.shape.steady(cycle).ok_or(SynthError::NoPulse { cycle });

        let beats = heart_beats(&self.rhythm, self.duration, (breath, breath_phase), self.seed);
        let mut pulses: Vec<Pulse> = Vec::with_capacity(beats.len());
        let mut planted: Vec<Planted> = Vec::with_capacity(beats.len());
        let mut known: Option<(f64, Steady)> = None;
        for beat in &beats {
            // What a steady train of this cycle amounts to, so that the pulse gets the height that was asked for.
            let now = match known {
                Some((cycle, steady)) if cycle == beat.cycle => steady,
                _ => steady(beat.cycle)?,
            };
            known = Some((beat.cycle, now));
            let step = self.amplitude_steps.iter().rev().find(|step| step.time <= beat.time);
            let normal_height = height * step.map_or(1.0, |step| step.factor);
            let pulse = self.shape.pulse(beat.time, beat.cycle, normal_height * beat.strength / now.height);
            planted.push(Planted {
                anchor: beat.time,
                width: pulse.systolic_width(),
                normal_height,
                is_ectopic: beat.is_ectopic,
            });
            pulses.push(pulse);
        }
        let usual = steady(beats.iter().map(|beat| beat.cycle).sum::<f64>() / beats.len() as f64)?;
        let sign = if self.inverted { -1.0 } else { 1.0 };
        let scale = height / usual.height;
        let base = match self.kind {
            Kind::Ppg { dc, .. } => dc - sign * scale * usual.mean,
            Kind::PpgAc { .. } => -sign * scale * usual.mean,
            Kind::Pvr { pedestal: foot, .. } | Kind::Pressure { diastolic: foot, .. } => {
                foot - sign * scale * usual.foot
            }
        };
        Ok(Model {
            train: Train::new(pulses),
            planted,
            modulations: [(self.respiration, breath_phase), (self.vasomotion, vasomotion_phase)],
            leak: if let Kind::Pvr { leak, .. } = self.kind { leak / 60.0 } else { 0.0 },
            height,
            rms: scale * usual.rms,
            base,
            sign,
        })
    }

    fn truth(&self, model: &Model, times: &[f64], rails: Option<(f64, f64)>) -> Truth {
        let motion = self.motion.as_ref().map_or(&[][..], |motion| &motion.bursts);
        let steps = self.baseline_steps.iter().map(|step| step.time);
        let jolts: Vec<f64> = self.spikes.iter().map(|spike| spike.time).chain(steps).collect();
        let beats = match times {
            [] => Vec::new(),
            // Without any pulse height there are no beats, not invisible ones.
            _ if model.height == 0.0 => Vec::new(),
            [first, ..] => {
                let view = View {
                    base: model.base,
                    sign: model.sign,
                    has_dc: matches!(self.kind, Kind::Ppg { .. }),
                    covered: Span::new(*first, times[times.len() - 1]),
                    gaps: &self.gaps,
                    flats: &self.flats,
                    motion,
                    rails,
                    jolts: &jolts,
                };
                measure(&|time| model.at(time), &model.planted, &view)
            }
        };
        Truth { beats, gaps: self.gaps.clone(), flats: self.flats.clone(), motion: motion.to_vec(), rails }
    }

    fn capture_times(&self) -> Vec<f64> {
        match &self.jitter {
            Some(jitter) => jitter.times(self.sample_rate, self.duration, &mut Rng::stream(self.seed, "jitter")),
            None => {
                (0..libm::round(self.duration * self.sample_rate) as u64).map(|k| k as f64 / self.sample_rate).collect()
            }
        }
    }

    /// Adds everything additive.
    fn disturb(&self, times: &[f64], model: &Model, samples: &mut [f64]) -> Option<Vec<[f64; 3]>> {
        let Model { height, rms, .. } = *model;
        let mut add = |values: Vec<f64>, scale: f64| {
            samples.iter_mut().zip(values).for_each(|(sample, value)| *sample += scale * value);
        };
        if let Some(drift) = self.drift {
            add(drift.values(times, &mut Rng::stream(self.seed, "drift")), height);
        }
        if let Some(level) = self.white {
            let mut rng = Rng::stream(self.seed, "white");
            add(times.iter().map(|_| rng.normal()).collect(), level.rms(rms));
        }
        if let Some(level) = self.pink {
            let mut pink = Pink::new(Rng::stream(self.seed, "pink"), 0.01, 0.5 * self.sample_rate);
            let mut before = times.first().copied().unwrap_or(0.0);
            let values = times.iter().map(|&time| pink.next(time - core::mem::replace(&mut before, time))).collect();
            add(values, level.rms(rms));
        }
        if let Some(hum) = self.hum {
            let phase = Rng::stream(self.seed, "hum").phase();
            add(times.iter().map(|&time| tone(hum.amplitude, hum.frequency, phase, time).0).collect(), height);
        }
        let acceleration = self.motion.as_ref().map(|motion| {
            let (artefact, acceleration) = motion.values(times, &mut Rng::stream(self.seed, "motion"));
            add(artefact, height);
            acceleration
        });
        for step in &self.baseline_steps {
            let first = times.partition_point(|&time| time < step.time);
            samples[first..].iter_mut().for_each(|sample| *sample += height * step.height);
        }
        for spike in &self.spikes {
            let after = times.partition_point(|&time| time < spike.time);
            let nearest = (after.saturating_sub(1)..=after)
                .filter(|&index| index < times.len())
                .min_by(|&a, &b| (times[a] - spike.time).abs().total_cmp(&(times[b] - spike.time).abs()));
            if let Some(index) = nearest {
                samples[index] += height * spike.height;
            }
        }
        acceleration
    }
}

/// Repeats, within each flat stretch, its first value.
fn hold(flats: &[Span], times: &[f64], samples: &mut [f64]) {
    for flat in flats {
        let first = times.partition_point(|&time| time < flat.start);
        let last = times.partition_point(|&time| time < flat.end);
        if first < last {
            let value = samples[first];
            samples[first..last].fill(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disturb::scatter;
    use crate::rhythm::Pattern;

    fn bits(samples: &[f64]) -> Vec<u64> {
        samples.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn perfusion_index_and_dc_are_those_planted() {
        for (planted, bpm) in [(0.02, 60.0), (0.05, 90.0), (1.0, 45.0), (5.0, 150.0), (20.0, 72.0)] {
            let synth = Synth {
                kind: Kind::Ppg { dc: 30_000.0, perfusion_index: planted },
                rhythm: Rhythm::constant(bpm),
                ..Synth::ppg(1000.0, 20.0)
            };
            let recording = synth.record().unwrap();
            let beats: Vec<_> = recording.truth.visible().filter(|beat| beat.end.is_some()).collect();
            assert!(beats.len() as f64 >= 20.0 * bpm / 60.0 - 3.0);
            for beat in beats {
                let measured = beat.perfusion_index.unwrap();
                assert!((measured / planted - 1.0).abs() < 1e-3, "{planted} % at {bpm} bpm: {measured} %");
                // The same from the samples alone: largest, smallest and mean value between the onsets.
                let at = |time: f64| libm::round(time * 1000.0) as usize;
                let part = &recording.samples[at(beat.onset)..at(beat.end.unwrap())];
                let (low, high) = part.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
                let sampled = 100.0 * (high - low) / (part.iter().sum::<f64>() / part.len() as f64);
                assert!((sampled / planted - 1.0).abs() < 2e-3, "{planted} % at {bpm} bpm: {sampled} % from samples");
            }
        }
    }

    /// Onset, peak and amplitude from samples, by the textbook: steepest chord, foot before it, tangents.
    fn sampled_landmarks(values: &[f64], rate: f64, near: f64) -> (f64, f64, f64) {
        let centre = libm::round(near * rate) as usize;
        let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let window = (centre - (0.1 * rate) as usize)..(centre + (0.1 * rate) as usize);
        let steepest = window.max_by(|&a, &b| steps[a].total_cmp(&steps[b])).unwrap();
        let mut foot = steepest;
        while steps[foot - 1] > 0.0 {
            foot -= 1;
        }
        let mut peak = steepest;
        while steps[peak] > 0.0 {
            peak += 1;
        }
        let middle = 0.5 * (values[steepest] + values[steepest + 1]);
        let onset = (steepest as f64 + 0.5 - (middle - values[foot]) / steps[steepest]) / rate;
        (onset, peak as f64 / rate, values[peak] - values[foot])
    }

    #[test]
    fn truth_is_what_dense_samples_show_at_every_rate() {
        for (rate, tolerance) in [(1000.0, 1e-4), (4000.0, 1e-4), (10_000.0, 1e-4)] {
            for synth in [
                Synth::ppg(rate, 6.0),
                Synth { shape: Shape::ppg(1.0), rhythm: Rhythm::constant(48.0), ..Synth::ppg(rate, 6.0) },
                Synth { shape: Shape::ppg(0.0), rhythm: Rhythm::constant(170.0), ..Synth::ppg(rate, 6.0) },
                Synth::pvr(rate, 6.0, 0.81),
                Synth::pressure(rate, 6.0),
                Synth {
                    respiration: Some(Modulation { frequency: 0.3, amplitude: 0.2, intensity: 0.3 }),
                    rhythm: Rhythm::resting(70.0),
                    ..Synth::ppg(rate, 6.0)
                },
            ] {
                let recording = synth.record().unwrap();
                let upright: Vec<f64> =
                    recording.samples.iter().map(|value| if synth.inverted { -value } else { *value }).collect();
                let inner: Vec<_> = recording.truth.visible().filter(|b| b.onset > 0.5 && b.peak < 5.5).collect();
                assert!(inner.len() >= 3);
                for beat in inner {
                    let (onset, peak, amplitude) = sampled_landmarks(&upright, rate, beat.slope_time);
                    assert!((onset - beat.onset).abs() < tolerance, "{rate} Hz: onset {onset}, truth {}", beat.onset);
                    assert!((peak - beat.peak).abs() <= 1.0 / rate, "{rate} Hz: peak {peak}, truth {}", beat.peak);
                    assert!((amplitude / beat.amplitude - 1.0).abs() < 5e-4, "{rate} Hz: {amplitude}");
                }
            }
        }
    }

    #[test]
    fn truth_does_not_depend_on_the_sample_rate() {
        let truth =
            |rate: f64| Synth { rhythm: Rhythm::resting(66.0), ..Synth::ppg(rate, 30.0) }.record().unwrap().truth;
        let reference = truth(1000.0);
        for rate in [25.0, 64.0, 100.0, 125.0, 250.0, 500.0] {
            let other = truth(rate);
            for beat in other.visible() {
                let same = reference.visible().find(|same| (same.peak - beat.peak).abs() < 1e-4).unwrap();
                assert!((same.onset - beat.onset).abs() < 1e-4 && same.amplitude == beat.amplitude);
            }
            assert!(reference.visible().count() - other.visible().count() <= 1);
        }
    }

    #[test]
    fn amplitudes_and_levels_of_the_other_kinds() {
        let pvr = Synth::pvr(200.0, 20.0, 0.81).record().unwrap();
        for beat in pvr.truth.visible() {
            assert!((beat.amplitude - 0.81).abs() < 1e-6 && (beat.foot - 65.0).abs() < 1e-6, "{beat:?}");
            assert_eq!(beat.perfusion_index, None);
        }
        let pressure = Synth::pressure(200.0, 20.0).record().unwrap();
        let (low, high) = pressure.samples.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        assert!((low - 80.0).abs() < 0.05 && (high - 120.0).abs() < 0.05, "{low} to {high} mmHg");
        let leaking =
            Synth { kind: Kind::Pvr { amplitude: 1.0, pedestal: 65.0, leak: 3.0 }, ..Synth::pvr(200.0, 60.0, 1.0) };
        let beats = leaking.record().unwrap().truth.beats;
        let (first, last) = (beats[0], beats[beats.len() - 1]);
        let lost = (first.foot - last.foot) / (last.onset - first.onset) * 60.0;
        assert!((lost - 3.0).abs() < 0.01, "{lost} mmHg per minute");
        // The leak lowers the foot-referenced amplitude and not the corrected one.
        assert!(first.amplitude < 0.999 && (first.amplitude_corrected.unwrap() - 1.0).abs() < 2e-3, "{first:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let synth = |seed| Synth {
            seed,
            rhythm: Rhythm::resting(75.0),
            white: Some(Level::SnrDb(20.0)),
            pink: Some(Level::SnrDb(20.0)),
            drift: Some(Drift { swing: 3.0, highest: 0.25 }),
            motion: Some(Motion { bursts: vec![Span::new(5.0, 9.0)], cadence: 2.0, strength: 2.0, periodicity: 0.7 }),
            jitter: Some(Jitter { deviation: 0.004, dropped: 0.02, resolution: 0.001 }),
            ..Synth::ppg(30.0, 20.0)
        };
        let (a, b, c) = (synth(1).record().unwrap(), synth(1).record().unwrap(), synth(2).record().unwrap());
        assert_eq!(a, b);
        assert_eq!(bits(&a.samples), bits(&b.samples));
        assert_ne!(bits(&a.samples), bits(&c.samples));
        // A disturbance draws from its own stream: leaving one out leaves the others as they were.
        let plain = Synth { white: None, ..synth(1) }.record().unwrap();
        assert_eq!(plain.acceleration, a.acceleration);
        assert_eq!(plain.truth, a.truth);
    }

    /// Power per Hz at one frequency, Hann window.
    fn power(values: &[f64], rate: f64, frequency: f64) -> f64 {
        let (mut re, mut im) = (0.0, 0.0);
        for (index, value) in values.iter().enumerate() {
            let hann = 0.5 - 0.5 * libm::cos(TAU * index as f64 / values.len() as f64);
            let (sine, cosine) = libm::sincos(TAU * frequency * index as f64 / rate);
            re += hann * value * cosine;
            im += hann * value * sine;
        }
        (re * re + im * im) / values.len() as f64
    }

    #[test]
    fn drift_has_the_swing_asked_for_and_nothing_above_its_limit() {
        let flat = Synth { kind: Kind::PpgAc { amplitude: 1.0 }, ..Synth::ppg(25.0, 600.0) };
        let drifting = Synth { drift: Some(Drift { swing: 20.0, highest: 0.25 }), ..flat.clone() };
        let (flat, drifting) = (flat.record().unwrap(), drifting.record().unwrap());
        let drift: Vec<f64> =
            drifting.samples.iter().zip(&flat.samples).map(|(with, without)| with - without).collect();
        let (low, high) = drift.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        assert!((high - low - 20.0).abs() < 0.2, "swing {}", high - low);
        let inside: f64 = (1..50).map(|k| power(&drift, 25.0, 0.005 * f64::from(k))).sum();
        let above: f64 = (0..500).map(|k| power(&drift, 25.0, 0.3 + 0.02 * f64::from(k))).sum();
        // What the Hann window leaks at 0.05 Hz from the last line, and no more.
        assert!(above < 1e-9 * inside, "share above 0.3 Hz {}", above / inside);
        assert_eq!(drifting.truth.beats, flat.truth.beats);
        let beyond = Synth { drift: Some(Drift { swing: 1.0, highest: 0.3 }), ..Synth::ppg(25.0, 10.0) };
        assert!(matches!(beyond.record(), Err(SynthError::OutOfRange { argument: "drift highest", .. })));
    }

    #[test]
    fn noise_and_hum_have_the_size_asked_for() {
        let plain = Synth::ppg(500.0, 60.0);
        let clean = plain.record().unwrap().samples;
        let rms = |synth: &Synth| {
            let noisy = synth.record().unwrap().samples;
            let squares: f64 = noisy.iter().zip(&clean).map(|(a, b)| (a - b) * (a - b)).sum();
            libm::sqrt(squares / clean.len() as f64)
        };
        let mean = clean.iter().sum::<f64>() / clean.len() as f64;
        let wave = libm::sqrt(clean.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / clean.len() as f64);
        let white = rms(&Synth { white: Some(Level::SnrDb(40.0)), ..plain.clone() });
        assert!((20.0 * libm::log10(wave / white) - 40.0).abs() < 0.1, "{} dB", 20.0 * libm::log10(wave / white));
        assert!((rms(&Synth { white: Some(Level::Rms(3.0)), ..plain.clone() }) - 3.0).abs() < 0.05);
        let hum = rms(&Synth { hum: Some(Hum { frequency: 50.0, amplitude: 0.5 }), ..plain.clone() });
        assert!((hum - 0.5 * 1000.0 * core::f64::consts::FRAC_1_SQRT_2).abs() < 1.0, "{hum}");
    }

    #[test]
    fn gaps_flats_rails_and_steps_are_where_the_truth_says() {
        let gaps = scatter(4, 120.0, 6.0, 0.2, 3.0);
        assert!(gaps.len() > 5);
        let synth = Synth {
            gaps,
            flats: vec![Span::new(50.0, 53.0)],
            clip: Some(Clip::Share(0.0, 0.2)),
            quantisation: Some(Quantisation::Step(4.0)),
            ..Synth::ppg(100.0, 120.0)
        };
        let recording = synth.record().unwrap();
        let truth = &recording.truth;
        let (_, high) = truth.rails.unwrap();
        let mut held = None;
        for (index, &value) in recording.samples.iter().enumerate() {
            let time = recording.time(index).unwrap();
            assert_eq!(value.is_nan(), truth.gaps.iter().any(|gap| gap.contains(time)), "at {time} s");
            if value.is_finite() {
                assert!(value <= high + 2.0 && value % 4.0 == 0.0);
                if truth.flats[0].contains(time) {
                    assert_eq!(value, *held.get_or_insert(value));
                }
            }
        }
        for beat in &truth.beats {
            let peak_hidden = truth.gaps.iter().chain(&truth.flats).any(|span| span.contains(beat.peak));
            assert!(!(peak_hidden && beat.is_visible));
            if let Some(end) = beat.end {
                let whole = Span::new(beat.onset, end);
                assert!(truth.gaps.iter().all(|gap| gap.length() <= 0.3 || gap.overlap(whole) == 0.0));
            }
        }
        // The light falls in systole: the upper rail cuts the feet, so every beat is touched.
        assert!(truth.visible().all(|beat| beat.is_disturbed));
        assert!(truth.beats.iter().filter(|beat| !beat.is_visible).count() > 3);
    }

    #[test]
    fn steps_and_spikes_are_added_once() {
        let plain = Synth::ppg(100.0, 20.0);
        let clean = plain.record().unwrap().samples;
        let synth = Synth {
            baseline_steps: vec![BaselineStep { time: 5.0, height: 4.0 }, BaselineStep { time: 10.0, height: -6.0 }],
            spikes: vec![Spike { time: 15.0, height: 1000.0 }],
            ..plain
        };
        let added: Vec<f64> =
            synth.record().unwrap().samples.iter().zip(&clean).map(|(a, b)| libm::round(a - b)).collect();
        for (index, value) in added.iter().enumerate() {
            let expected = match index {
                0..500 => 0.0,
                500..1000 => 4000.0,
                1500 => 998_000.0,
                _ => -2000.0,
            };
            assert_eq!(*value, expected, "sample {index}");
        }
    }

    #[test]
    fn amplitude_steps_scale_the_pulses() {
        let synth =
            Synth { amplitude_steps: vec![AmplitudeStep { time: 10.0, factor: 10.0 }], ..Synth::ppg(100.0, 20.0) };
        let truth = synth.record().unwrap().truth;
        for beat in truth.visible() {
            let factor = beat.amplitude / synth.pulse_height();
            if beat.peak < 9.0 {
                assert!((factor - 1.0).abs() < 1e-3, "{factor} at {}", beat.peak);
            } else if beat.peak > 11.0 {
                assert!((factor - 10.0).abs() < 1e-2, "{factor} at {}", beat.peak);
            }
        }
    }

    #[test]
    fn jittered_stamps_run_forward_and_carry_the_signal_of_their_moment() {
        let plain = Synth { rhythm: Rhythm::resting(80.0), ..Synth::ppg(30.0, 60.0) };
        let synth =
            Synth { jitter: Some(Jitter { deviation: 0.005, dropped: 0.05, resolution: 0.0 }), ..plain.clone() };
        let recording = synth.record().unwrap();
        let times = recording.times.as_ref().unwrap();
        assert!(times.windows(2).all(|pair| pair[1] > pair[0]));
        let share = 1.0 - times.len() as f64 / 1800.0;
        assert!((0.03..0.07).contains(&share), "{share} of the frames dropped");
        let model = synth.model().unwrap();
        assert!(times.iter().zip(&recording.samples).all(|(&time, &value)| model.raw(time) == value));
        assert!((recording.truth.mean_rate().unwrap() - 80.0).abs() < 2.0);
    }

    #[test]
    fn motion_disturbs_its_bursts_and_shows_in_the_acceleration() {
        let burst = Span::new(20.0, 40.0);
        let plain = Synth::ppg(125.0, 60.0);
        let synth = Synth {
            motion: Some(Motion { bursts: vec![burst], cadence: 1.5, strength: 3.0, periodicity: 0.8 }),
            ..plain.clone()
        };
        let (clean, moved) = (plain.record().unwrap(), synth.record().unwrap());
        let artefact: Vec<f64> = moved.samples.iter().zip(&clean.samples).map(|(a, b)| (a - b) / 1000.0).collect();
        let rms = |from: usize, to: usize| {
            libm::sqrt(artefact[from..to].iter().map(|v| v * v).sum::<f64>() / (to - from) as f64)
        };
        assert!((rms(2500, 5000) - 3.0).abs() < 0.01 && rms(0, 2500) == 0.0 && rms(5200, 7500) < 0.01);
        let acceleration = moved.acceleration.unwrap();
        assert_eq!(acceleration.len(), moved.samples.len());
        let spread = |from: usize, to: usize, axis: usize| {
            let part = &acceleration[from..to];
            let mean = part.iter().map(|row| row[axis]).sum::<f64>() / part.len() as f64;
            libm::sqrt(part.iter().map(|row| (row[axis] - mean) * (row[axis] - mean)).sum::<f64>() / part.len() as f64)
        };
        for axis in 0..3 {
            assert!(spread(2600, 4900, axis) > 0.1 && spread(0, 2400, axis) < 0.01);
        }
        assert!(
            moved
                .truth
                .beats
                .iter()
                .all(|b| b.is_disturbed == (burst.overlap(Span::new(b.onset, b.end.unwrap_or(b.peak))) > 0.0))
        );
    }

    #[test]
    fn irregular_rhythms_keep_their_truth_in_order() {
        for pattern in [
            Pattern::AtrialFibrillation { variation: 0.25 },
            Pattern::Bigeminy { coupling: 0.6, strength: 0.5 },
            Pattern::Ectopics { share: 0.1, coupling: 0.55, strength: 0.4 },
            Pattern::Alternans { ratio: 0.6 },
            Pattern::Pauses { every: 15.0, length: 3.5 },
        ] {
            let synth = Synth { rhythm: Rhythm::resting(84.0).with_pattern(pattern), ..Synth::ppg(125.0, 120.0) };
            let truth = synth.record().unwrap().truth;
            let visible: Vec<_> = truth.visible().collect();
            assert!(visible.len() > 100, "{pattern:?}: {}", visible.len());
            for pair in visible.windows(2) {
                let [a, b] = [pair[0], pair[1]];
                assert!(
                    a.onset < a.slope_time && a.slope_time < a.peak && a.peak < b.onset,
                    "{pattern:?}: {a:?} {b:?}"
                );
                assert!(a.amplitude > 0.0 && a.width.is_none_or(|width| width > 0.0));
                assert_eq!(a.end, Some(b.onset));
            }
            assert_eq!(
                visible.iter().any(|beat| beat.is_ectopic),
                matches!(pattern, Pattern::Bigeminy { .. } | Pattern::Ectopics { .. })
            );
        }
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let error = Synth::ppg(f64::NAN, 1.0).record().unwrap_err();
        assert!(matches!(error, SynthError::OutOfRange { argument: "sample_rate", .. }));
        assert_eq!(
            Synth::ppg(100.0, -1.0).record().unwrap_err().to_string(),
            "duration must be within 0 to 86400, got -1"
        );
        assert!(Synth::ppg(100.0, 0.0).record().unwrap().samples.is_empty());
    }
}
