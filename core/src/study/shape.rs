//! What the pulse of a window looks like: its averaged beat, and the category of a pulse volume recording.
//!
//! The category (Raines, Darling) needs the noise of the recording, to tell a flat line from a faint pulse. It is taken from the second
//! differences of the samples, in which a pulse hardly shows and white noise of deviation s has the deviation √6 s; their median
//! absolute value keeps steps and motion out (von Neumann 1941, doi 10.1214/aoms/1177731677, for differences; Rousseeuw & Croux 1993,
//! doi 10.1080/01621459.1993.10476408, for the median).

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::channel::{Channel, ChannelSignal};
use super::design::Study;
use super::result::Report;
use super::row::record;
use crate::analysis::Analysis;
use crate::measure::category::{CuffSite, Grading, category};
use crate::measure::ensemble::Ensemble;
use crate::measure::robust::median;
use crate::reason::Reason;
use crate::sample::Sample;
use crate::signal::SignalKind;

/// Expected absolute value of a normal deviate's median: deviation = 1.4826 × median absolute deviation.
const NORMAL: f64 = 1.4826;
/// Samples that the noise is read from; more change its third digit.
const NOISE_SAMPLES: usize = 4096;

record! {
    /// The averaged beat of one channel in one window.
    ShapeRow, "shapes" {
        /// Id of the channel.
        channel: String => "",
        /// Id of the recording.
        recording: String => "",
        /// Id of the window.
        window: String => "",
        /// Unit of heights.
        unit: String => "",
        /// Number of beats in the average; 0 where there is none.
        beats: usize => "1",
        /// Systolic peak above the line from foot to foot.
        amplitude: Option<f64> => "measure",
        /// From onset to systolic peak.
        upstroke_time: Option<f64> => "s",
        /// From 10 to 90 % of the rise.
        rise_time: Option<f64> => "s",
        /// Upstroke time as a share of the cycle.
        upstroke_fraction: Option<f64> => "1",
        /// Width at half the height.
        width: Option<f64> => "s",
        /// Height of the mean waveform.
        mean_height: Option<f64> => "%",
        /// Mean of the descent above its chord, in amplitudes: negative sags (normal), positive is bowed away.
        bowing: Option<f64> => "1",
        /// Class of the dicrotic notch.
        notch: Option<&'static str> => "",
        /// Height of the notch, in amplitudes.
        notch_prominence: Option<f64> => "1",
        /// Deviation of the recording's noise.
        noise: Option<f64> => "measure",
        /// PVR category (Raines, Darling), 1 normal to 5 flat; absent where its grounds are not known.
        category: Option<f64> => "1",
        /// Why there is no category: a name of `Reason`.
        absent: Option<&'static str> => "",
    }
}

/// A shape: its row, and the averaged beat that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// What it is.
    pub row: ShapeRow,
    /// The averaged beat; `None` with fewer than three whole beats, or where samples have time stamps.
    pub beat: Option<Ensemble>,
}

impl Report {
    /// The averaged beat of a channel in every window that a recording reaches into. `samples` are those that `analysis` came from, evenly
    /// spaced; with time stamps give none. Empty for a channel, a recording or windows that the study does not know.
    ///
    /// The category of a PVR rests on the level of the amplitude in the window, and is absent where unit (mmHg), site or cuff
    /// pressure were not stated.
    pub fn shapes<S: Sample>(
        &self,
        study: &Study,
        channel: &str,
        recording: &str,
        analysis: &Analysis,
        samples: &[S],
    ) -> Vec<Shape> {
        let (Some(channel), Some(clock)) = (study.channel(channel), study.recording(recording)) else {
            return Vec::new();
        };
        let mut shapes = Vec::new();
        for window in &self.windows {
            let from = clock.recording_time(window.start).max(0.0);
            let to = clock.recording_time(window.end).min(analysis.duration);
            if from >= to {
                continue;
            }
            let beat = analysis.ensemble(samples, from..to);
            let noise = noise(samples, from..to, analysis);
            let level = self.levels.iter().find(|level| {
                level.channel == channel.id && level.measure == "amplitude" && level.window == window.window
            });
            let graded = (channel.signal == ChannelSignal::Pulse(SignalKind::Pvr)).then(|| {
                let on_target = level.map(|level| level.accepted > 0).filter(|_| channel.cuff_pressure.is_some());
                category(&Grading {
                    height: level.and_then(|level| level.median).filter(|_| channel.unit() == "mm[Hg]"),
                    noise,
                    notch: beat.as_ref().map(|beat| beat.notch),
                    site: channel.site.as_deref().and_then(CuffSite::from_name),
                    cuff_on_target: on_target,
                })
            });
            let row = row(channel, &clock.id, &window.window, beat.as_ref(), noise, graded);
            shapes.push(Shape { row, beat });
        }
        shapes
    }

    /// Takes the rows of shapes into the report, in the order of channels and windows, whatever order they come in.
    pub fn add_shapes(&mut self, rows: impl IntoIterator<Item = ShapeRow>) {
        self.shapes.extend(rows);
        let place = |row: &ShapeRow| {
            let channel = self.channels.iter().position(|channel| channel.channel == row.channel);
            let window = self.windows.iter().position(|window| window.window == row.window);
            (channel, window)
        };
        let mut placed: Vec<_> = self.shapes.iter().map(|row| (place(row), row.clone())).collect();
        placed.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.recording.cmp(&b.1.recording)));
        self.shapes = placed.into_iter().map(|(_, row)| row).collect();
    }
}

fn row(
    channel: &Channel,
    recording: &str,
    window: &str,
    beat: Option<&Ensemble>,
    noise: Option<f64>,
    graded: Option<Result<u8, Reason>>,
) -> ShapeRow {
    ShapeRow {
        channel: channel.id.clone(),
        recording: recording.into(),
        window: window.into(),
        unit: channel.unit().into(),
        beats: beat.map_or(0, |beat| beat.beats),
        amplitude: beat.map(|beat| beat.amplitude),
        upstroke_time: beat.map(|beat| beat.upstroke_time),
        rise_time: beat.and_then(|beat| beat.rise_time),
        upstroke_fraction: beat.map(|beat| beat.upstroke_fraction),
        width: beat.and_then(|beat| beat.width),
        mean_height: beat.map(|beat| beat.mean_height),
        bowing: beat.map(|beat| beat.bowing),
        notch: beat.map(|beat| beat.notch.name()),
        notch_prominence: beat.map(|beat| beat.notch_prominence),
        noise,
        category: graded.and_then(Result::ok).map(f64::from),
        absent: graded.and_then(Result::err).map(Reason::name),
    }
}

/// Deviation of the white noise in [from, to), calibrated; `None` for a stretch without samples.
fn noise<S: Sample>(samples: &[S], window: Range<f64>, analysis: &Analysis) -> Option<f64> {
    let hz = analysis.config.sample_rate.as_hz();
    let inside = samples.get((window.start * hz) as usize..((window.end * hz) as usize).min(samples.len()))?;
    // A stretch from the middle stands for the window.
    let skipped = inside.len().saturating_sub(NOISE_SAMPLES) / 2;
    let stretch: Vec<f64> = inside.iter().skip(skipped).take(NOISE_SAMPLES).map(|sample| sample.to_f64()).collect();
    let bends = stretch.windows(3).map(|three| (three[0] - 2.0 * three[1] + three[2]).abs());
    let typical = median(&mut bends.filter(|bend| bend.is_finite()).collect::<Vec<_>>())?;
    let scale = analysis.config.calibration.map_or(1.0, |calibration| calibration.scale());
    Some(NORMAL * typical / libm::sqrt(6.0) * scale.abs())
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::noise;
    use crate::analysis::analyze;
    use crate::signal::{Calibration, Config, SampleRate, SignalKind};
    use alloc::vec::Vec;

    /// A pulse with a clear notch, 72 /min, 0.8 mmHg high on 65 mmHg, with noise of 0.01 mmHg; counts of 0.001 mmHg.
    fn counts() -> Vec<f64> {
        let mut state = 1_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        let bell = |t: f64, at: f64, width: f64| libm::exp(-((t - at) / width) * ((t - at) / width));
        (0..150_000)
            .map(|i| {
                let t = f64::from(i) / 250.0 * 1.2;
                let phase = (t - libm::floor(t)) / 1.2;
                let noise = 0.01 * (0..12).map(|_| uniform()).sum::<f64>();
                1000.0 * (65.0 + 0.8 * (bell(phase, 0.15, 0.06) + 0.4 * bell(phase, 0.42, 0.08)) + noise)
            })
            .collect()
    }

    fn study(site: &str, cuff: Option<f64>) -> Study {
        let mut study = Study::default();
        study.recordings.push(Recording::new("all", "1", 100.0));
        let mut channel = Channel::new("leg", ChannelSignal::Pulse(SignalKind::Pvr), Side::Left, Role::Contralateral);
        channel.calibration = Some(Calibration::new(0.001, 0.0, "mm[Hg]").unwrap());
        (channel.site, channel.cuff_pressure) = (Some(site.into()), cuff);
        study.channels.push(channel);
        study.phases.push(Phase::new("before", PhaseKind::Baseline, 0.0, 400.0));
        study.phases.push(Phase::new("after", PhaseKind::FollowUp, 400.0, 800.0));
        study
    }

    #[test]
    fn a_shape_knows_noise_and_category_and_says_what_is_missing() {
        let samples = counts();
        let run = |study: &Study| {
            let calibration = study.channels[0].calibration;
            let config = Config { calibration, ..Config::pvr(SampleRate::hz(250.0).unwrap()) };
            let analysis = analyze(&samples, config).unwrap();
            let mut data = Measurements::new();
            let facts = SourceFacts { duration: analysis.duration, ..SourceFacts::default() };
            data.add_beats(study, "leg", "all", &analysis.beats, facts).unwrap();
            let mut report = study.run(&data);
            let shapes = report.shapes(study, "leg", "all", &analysis, &samples);
            report.add_shapes(shapes.iter().rev().map(|shape| shape.row.clone()));
            (report, analysis)
        };
        let (report, analysis) = run(&study("ankle", Some(65.0)));
        let windows: Vec<&str> = report.shapes.iter().map(|row| row.window.as_str()).collect();
        assert_eq!(windows, ["before", "after"]);
        let row = &report.shapes[0];
        assert!(row.beats > 300 && (row.amplitude.unwrap() - 0.8).abs() < 0.02, "{row:?}");
        assert!((row.noise.unwrap() / 0.01 - 1.0).abs() < 0.1, "{row:?}");
        assert_eq!((row.category, row.absent, row.notch), (Some(1.0), None, Some("clear")), "{row:?}");
        // 16 mm are too little below the knee.
        assert_eq!(run(&study("calf", Some(65.0))).0.shapes[0].category, Some(3.0));
        for (site, cuff) in [("ankle", None), ("finger", Some(65.0))] {
            let row = &run(&study(site, cuff)).0.shapes[0];
            assert_eq!((row.category, row.absent), (None, Some("NotStated")), "{site}");
        }
        assert_eq!(noise(&[] as &[f64], 0.0..10.0, &analysis), None);
        assert!(report.shapes(&study("ankle", None), "arm", "all", &analysis, &samples).is_empty());
    }
}
