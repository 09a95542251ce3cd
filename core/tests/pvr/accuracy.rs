// Pulse volume recordings on a cuff of 65 mmHg against their truth: what the test and the command of the benchmarks share.

use plethys::{BeatTable, Config, Notch, SampleRate, analyze};
use plethys_datasets::{Kind, Level, Modulation, NotchShape, Quantisation, Recording, Rhythm, Shape, Synth, TrueBeat};

/// One step of 16 bits over 0 to 150 mmHg.
const STEP: f64 = 150.0 / 65_535.0;

/// The shapes that have, blur and lack the notch.
pub(crate) fn shapes() -> [(&'static str, Shape); 3] {
    [("clear", Shape::pvr()), ("blurred", Shape::pvr_blurred()), ("damped", Shape::pvr_damped())]
}

/// 85 s of pulses of `amplitude` mmHg at rest: breathing sway of 0.05 mmHg, a leak of 0.5 mmHg/min, noise of one step.
pub(crate) fn recording(hz: f64, amplitude: f64, shape: &Shape, seed: u64) -> Recording {
    let synth = Synth {
        seed,
        kind: Kind::Pvr { amplitude, pedestal: 65.0, leak: 0.5 },
        shape: shape.clone(),
        rhythm: Rhythm::resting(58.0 + 6.0 * (seed % 5) as f64),
        respiration: Some(Modulation { frequency: 0.25, amplitude: 0.0, intensity: 0.05 / amplitude }),
        white: Some(Level::Rms(STEP)),
        quantisation: Some(Quantisation::Bits { bits: 16, low: 0.0, high: 150.0 }),
        ..Synth::pvr(hz, 85.0, amplitude)
    };
    synth.record().expect("a valid configuration")
}

/// Errors of one recording.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors {
    /// Visible true beats, and those that an accepted beat stands for.
    pub(crate) beats: usize,
    pub(crate) found: usize,
    /// Median of the drift-corrected amplitude against the truth's, and 95th percentile per beat, %.
    pub(crate) amplitude: f64,
    pub(crate) amplitude_p95: f64,
    /// Measured and true drift-corrected amplitudes, mmHg.
    pub(crate) amplitudes: Vec<(f64, f64)>,
    /// Median errors, ms.
    pub(crate) onset: f64,
    pub(crate) peak: f64,
    pub(crate) rise: f64,
    pub(crate) width: f64,
    /// Median error of the height of the mean waveform, points.
    pub(crate) mean_height: f64,
    /// Ensembles of ten beats, and those whose notch has the true class.
    pub(crate) ensembles: usize,
    pub(crate) notches: usize,
}

fn median(mut values: Vec<f64>) -> f64 {
    quantile(&mut values, 0.5)
}

fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len().max(1) - 1) as f64 * share).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The median of the measured amplitudes against that of the true ones, %.
pub(crate) fn median_error(amplitudes: &[(f64, f64)]) -> f64 {
    let (measured, truth): (Vec<f64>, Vec<f64>) = amplitudes.iter().copied().unzip();
    100.0 * (median(measured) / median(truth) - 1.0)
}

/// Rows of accepted beats with the true ones that they stand for.
fn pairs<'a>(table: &BeatTable, truth: &'a [TrueBeat]) -> Vec<(usize, &'a TrueBeat)> {
    let peaks = table.number("peak");
    let accepted = (0..table.len()).filter(|&row| table.flag("accepted")[row]);
    accepted
        .filter_map(|row| {
            let near =
                truth.iter().min_by(|a, b| (a.peak - peaks[row]).abs().total_cmp(&(b.peak - peaks[row]).abs()))?;
            ((near.peak - peaks[row]).abs() < 0.15).then_some((row, near))
        })
        .collect()
}

/// Analyses a recording and compares.
pub(crate) fn compare(recording: &Recording) -> Errors {
    let config = Config::pvr(SampleRate::hz(recording.sample_rate).expect("in range"));
    let result = analyze(&recording.samples, config).expect("a valid configuration");
    let truth: Vec<TrueBeat> = recording.truth.visible().copied().collect();
    let pairs = pairs(&result.beats, &truth);
    let of = |name: &str, read: &dyn Fn(&TrueBeat) -> Option<f64>| -> Vec<(f64, f64)> {
        let column = result.beats.number(name);
        pairs
            .iter()
            .filter_map(|(row, beat)| Some((column[*row], read(beat)?)))
            .filter(|(v, _)| v.is_finite())
            .collect()
    };
    let differences = |name: &str, read: &dyn Fn(&TrueBeat) -> Option<f64>| {
        median(of(name, read).iter().map(|(value, truth)| value - truth).collect())
    };
    let amplitudes = of("amplitude_corrected", &|beat| beat.amplitude_corrected);
    let mut single: Vec<f64> = amplitudes.iter().map(|(value, truth)| 100.0 * (value / truth - 1.0).abs()).collect();
    let mut errors = Errors {
        beats: truth.len(),
        found: pairs.len(),
        amplitude: median_error(&amplitudes),
        amplitude_p95: quantile(&mut single, 0.95),
        onset: 1e3 * differences("onset", &|beat| Some(beat.onset)),
        peak: 1e3 * differences("peak", &|beat| Some(beat.peak)),
        rise: 1e3 * differences("rise_time", &|beat| beat.contour.map(|c| c.rise_time)),
        width: 1e3 * differences("width", &|beat| beat.contour.map(|c| c.widths[1])),
        mean_height: differences("mean_height", &|beat| beat.contour.map(|c| c.mean_height)),
        amplitudes,
        ..Errors::default()
    };
    // Ten beats in a row; the class that most of them truly have.
    let peaks = result.beats.number("peak");
    for ten in pairs.chunks_exact(10) {
        let shape = |class: NotchShape| ten.iter().filter(|(_, b)| b.contour.is_some_and(|c| c.notch == class)).count();
        let wanted = match (shape(NotchShape::Clear), shape(NotchShape::Inflection), shape(NotchShape::None)) {
            (clear, _, _) if clear > 5 => Notch::Clear,
            (_, inflection, _) if inflection > 5 => Notch::Inflection,
            (_, _, none) if none > 5 => Notch::None,
            _ => continue,
        };
        let window = peaks[ten[0].0] - 1e-6..peaks[ten[9].0] + 1e-6;
        let Some(ensemble) = result.ensemble(&recording.samples, window) else { continue };
        errors.ensembles += 1;
        errors.notches += usize::from(ensemble.notch == wanted);
    }
    errors
}
