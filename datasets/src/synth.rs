//! Synthetic recordings with their truth.

use core::f64::consts::TAU;

use crate::check::{SynthError, check};
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
        check(self)?;
        let model = self.model()?;
        let times = self.capture_times();
        let mut samples: Vec<f64> = times.iter().map(|&time| model.raw(time)).collect();
        let acceleration = self.disturb(&times, &model, &mut samples);
        let rails = self.clip.map(|clip| clip.rails(&samples));
        let mut clipped: Vec<Span> = Vec::new();
        if let Some((low, high)) = rails {
            for (index, value) in samples.iter_mut().enumerate() {
                if *value < low || *value > high {
                    *value = value.max(low).min(high);
                    // A sample stands for the time up to the next one.
                    let end = times.get(index + 1).copied().unwrap_or(times[index] + 1.0 / self.sample_rate);
                    match clipped.last_mut() {
                        Some(run) if run.end == times[index] => run.end = end,
                        _ => clipped.push(Span::new(times[index], end)),
                    }
                }
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
        let truth = self.truth(&model, &times, rails, clipped);
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

    fn truth(&self, model: &Model, times: &[f64], rails: Option<(f64, f64)>, clipped: Vec<Span>) -> Truth {
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
                    contours: matches!(self.kind, Kind::Pvr { .. } | Kind::Pressure { .. }),
                    covered: Span::new(*first, times[times.len() - 1]),
                    gaps: &self.gaps,
                    flats: &self.flats,
                    motion,
                    clipped: &clipped,
                    jolts: &jolts,
                };
                measure(&|time| model.at(time), &model.planted, &view)
            }
        };
        Truth { beats, gaps: self.gaps.clone(), flats: self.flats.clone(), motion: motion.to_vec(), clipped, rails }
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
mod tests;
