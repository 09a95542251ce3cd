//! Which configurations a recording can be made from.

use core::fmt;

use crate::disturb::{Clip, Level, Quantisation};
use crate::rhythm::{Pattern, Rate, Rhythm};
use crate::synth::{Kind, Synth};

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

/// Anything a level or a disturbance may be, in units or in pulse heights.
const LARGE: f64 = 1e12;

/// NaN is within no range.
pub(crate) fn within(argument: &'static str, value: f64, low: f64, high: f64) -> Result<(), SynthError> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(SynthError::OutOfRange { argument, value, low, high }) }
}

pub(crate) fn check(synth: &Synth) -> Result<(), SynthError> {
    within("sample_rate", synth.sample_rate, 1.0, 10_000.0)?;
    within("duration", synth.duration, 0.0, 86_400.0)?;
    check_kind(synth.kind)?;
    within("number of waves", synth.shape.waves.len() as f64, 1.0, 100.0)?;
    for wave in &synth.shape.waves {
        within("wave height", wave.height, -LARGE, LARGE)?;
        within("wave fast_height", wave.fast_height, -LARGE, LARGE)?;
        within("wave delay", wave.delay, -2.0, 2.0)?;
        within("wave width", wave.width, 1e-3, 2.0)?;
        within("wave stretch", wave.stretch, 0.0, 1.0)?;
    }
    check_rhythm(&synth.rhythm)?;
    for modulation in synth.respiration.iter().chain(&synth.vasomotion) {
        within("modulation frequency", modulation.frequency, 0.0, 5.0)?;
        within("modulation amplitude", modulation.amplitude, 0.0, 0.9)?;
        within("modulation intensity", modulation.intensity, 0.0, 1e6)?;
    }
    for step in &synth.amplitude_steps {
        within("amplitude step factor", step.factor, 0.0, LARGE)?;
    }
    check_disturbances(synth)
}

fn check_kind(kind: Kind) -> Result<(), SynthError> {
    match kind {
        Kind::Ppg { dc, perfusion_index } => {
            within("dc", dc, f64::MIN_POSITIVE, LARGE)?;
            within("perfusion_index", perfusion_index, 0.0, 100.0)
        }
        Kind::PpgAc { amplitude } => within("amplitude", amplitude, 0.0, LARGE),
        Kind::Pvr { amplitude, pedestal, leak } => {
            within("amplitude", amplitude, 0.0, 300.0)?;
            within("pedestal", pedestal, 0.0, 400.0)?;
            within("leak", leak, -100.0, 100.0)
        }
        Kind::Pressure { diastolic, systolic } => {
            within("diastolic", diastolic, -50.0, 400.0)?;
            within("systolic", systolic, diastolic, 400.0)
        }
    }
}

fn check_rhythm(rhythm: &Rhythm) -> Result<(), SynthError> {
    let rates = match rhythm.rate {
        Rate::Constant(bpm) => [bpm; 2],
        Rate::Ramp(from, to) => [from, to],
    };
    for bpm in rates {
        within("rate", bpm, 15.0, 300.0)?;
    }
    let variability = rhythm.variability;
    for share in [variability.respiratory, variability.slow, variability.fractal] {
        within("variability", share, 0.0, 0.3)?;
    }
    match rhythm.pattern {
        Pattern::Regular => Ok(()),
        Pattern::AtrialFibrillation { variation } => within("variation", variation, 0.0, 1.0),
        Pattern::Bigeminy { coupling, strength } => {
            within("coupling", coupling, 0.2, 1.0)?;
            within("strength", strength, 0.0, 2.0)
        }
        Pattern::Ectopics { share, coupling, strength } => {
            within("share", share, 0.0, 1.0)?;
            within("coupling", coupling, 0.2, 1.0)?;
            within("strength", strength, 0.0, 2.0)
        }
        Pattern::Alternans { ratio } => within("ratio", ratio, 0.0, 1.0),
        Pattern::Pauses { every, length } => {
            within("length", length, 0.0, 60.0)?;
            within("every", every, length + 1.0, 86_400.0)
        }
    }
}

fn check_disturbances(synth: &Synth) -> Result<(), SynthError> {
    if let Some(drift) = synth.drift {
        within("drift highest", drift.highest, 1e-4, 0.3 - 1e-9)?;
        within("drift swing", drift.swing, 0.0, LARGE)?;
    }
    for level in synth.white.iter().chain(&synth.pink) {
        match *level {
            Level::SnrDb(decibel) => within("noise in dB", decibel, -200.0, 200.0)?,
            Level::Rms(rms) => within("noise rms", rms, 0.0, LARGE)?,
        }
    }
    if let Some(hum) = synth.hum {
        within("hum frequency", hum.frequency, 0.0, 1e6)?;
        within("hum amplitude", hum.amplitude, 0.0, LARGE)?;
    }
    if let Some(motion) = &synth.motion {
        within("motion cadence", motion.cadence, 0.1, 10.0)?;
        within("motion strength", motion.strength, 0.0, LARGE)?;
        within("motion periodicity", motion.periodicity, 0.0, 1.0)?;
    }
    for step in &synth.baseline_steps {
        within("baseline step height", step.height, -LARGE, LARGE)?;
    }
    for spike in &synth.spikes {
        within("spike height", spike.height, -LARGE, LARGE)?;
    }
    match synth.clip {
        None => {}
        Some(Clip::Rails(low, high)) => within("lower rail", low, f64::MIN, high)?,
        Some(Clip::Share(below, above)) => {
            within("share clipped below", below, 0.0, 0.5)?;
            within("share clipped above", above, 0.0, 0.5)?;
        }
    }
    match synth.quantisation {
        None => {}
        Some(Quantisation::Step(step)) => within("quantisation step", step, f64::MIN_POSITIVE, LARGE)?,
        Some(Quantisation::Bits { bits, low, high }) => {
            within("quantisation bits", f64::from(bits), 1.0, 32.0)?;
            within("quantisation high", high, -LARGE, LARGE)?;
            within("quantisation low", low, -LARGE, high)?;
        }
    }
    if let Some(jitter) = synth.jitter {
        within("jitter dropped", jitter.dropped, 0.0, 0.99)?;
        within("jitter deviation", jitter.deviation, 0.0, 1.0)?;
        within("jitter resolution", jitter.resolution, 0.0, 1.0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pulse::Shape;

    #[test]
    fn nonsense_is_refused_by_name() {
        let plain = || Synth::ppg(100.0, 5.0);
        let rhythm = |bpm: f64, pattern| Rhythm::constant(bpm).with_pattern(pattern);
        let cases = [
            ("sample_rate", Synth::ppg(f64::NAN, 1.0)),
            ("duration", Synth::ppg(100.0, -1.0)),
            ("dc", Synth { kind: Kind::Ppg { dc: 0.0, perfusion_index: 1.0 }, ..plain() }),
            ("systolic", Synth { kind: Kind::Pressure { diastolic: 80.0, systolic: 70.0 }, ..plain() }),
            ("number of waves", Synth { shape: Shape { waves: Vec::new() }, ..plain() }),
            ("rate", Synth { rhythm: Rhythm::constant(f64::NAN), ..plain() }),
            ("coupling", Synth { rhythm: rhythm(60.0, Pattern::Bigeminy { coupling: 0.0, strength: 1.0 }), ..plain() }),
            ("every", Synth { rhythm: rhythm(60.0, Pattern::Pauses { every: 1.0, length: 3.0 }), ..plain() }),
            ("noise rms", Synth { white: Some(Level::Rms(f64::INFINITY)), ..plain() }),
            ("lower rail", Synth { clip: Some(Clip::Rails(2.0, 1.0)), ..plain() }),
            ("quantisation step", Synth { quantisation: Some(Quantisation::Step(0.0)), ..plain() }),
        ];
        for (name, synth) in cases {
            match synth.record() {
                Err(SynthError::OutOfRange { argument, .. }) => assert_eq!(argument, name),
                other => panic!("{name}: {:?}", other.map(|recording| recording.samples.len())),
            }
        }
        let message = Synth::ppg(100.0, -1.0).record().unwrap_err().to_string();
        assert_eq!(message, "duration must be within 0 to 86400, got -1");
    }

    #[test]
    fn a_shape_without_a_minimum_is_refused() {
        let mut shape = Shape::ppg(0.0);
        shape.waves[0].width = 2.0;
        shape.waves.truncate(1);
        let error = Synth { shape, ..Synth::ppg(100.0, 5.0) }.record().unwrap_err();
        assert!(matches!(error, SynthError::NoPulse { .. }), "{error}");
    }
}
