//! A study: its file read, its measurements gathered, its report as JSON.

use js_sys::Error;
use plethys::study::{Measurements, Report, Scale, SourceFacts, Study, StudyError, TEMPLATE};
use plethys::{cuff_readings, rate_alongside, reject_off_target};
use wasm_bindgen::prelude::*;

use crate::block::RawBlock;
use crate::monitor::RawAnalysis;
use crate::object::config_error;
use crate::pvr::target_of;

/// The template of a study file.
#[wasm_bindgen(js_name = rawStudyTemplate)]
pub fn raw_study_template() -> String {
    TEMPLATE.into()
}

/// All faults as one error, one a line.
fn fault(error: &StudyError) -> JsValue {
    Error::new(&error.to_string()).into()
}

/// A study and the data gathered for it.
#[wasm_bindgen]
pub struct RawStudy {
    study: Study,
    data: Measurements,
}

#[wasm_bindgen]
impl RawStudy {
    /// Reads the text of a study file.
    ///
    /// # Errors
    /// An `Error` with every fault, its line, column and key.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<RawStudy, JsValue> {
        let study = Study::parse(text).map_err(|error| fault(&error))?;
        Ok(Self { study, data: Measurements::new() })
    }

    /// Takes the beats of an analysis.
    ///
    /// # Errors
    /// An `Error` for a channel or a recording that the study does not know.
    #[wasm_bindgen(js_name = addBeats)]
    pub fn add_beats(&mut self, channel: &str, recording: &str, analysis: &RawAnalysis) -> Result<(), JsValue> {
        let result = &analysis.analysis;
        let rate = result.config.sample_rate.as_hz();
        let facts = SourceFacts { duration: result.duration, sample_rate: Some(rate), sha256: None };
        self.data.add_beats(&self.study, channel, recording, &result.beats, facts).map_err(|error| fault(&error))
    }

    /// The analysis without the beats whose cuff was off the channel's target, in the light of the first `n` samples of `block`: a
    /// channel of the cuff's pressure over the same time, mmHg.
    ///
    /// # Errors
    /// A `RangeError` with the kernel's message, as for a channel slower than 20 Hz.
    #[wasm_bindgen(js_name = withCuff)]
    pub fn with_cuff(
        &self,
        channel: &str,
        analysis: &RawAnalysis,
        block: &RawBlock,
        n: f64,
    ) -> Result<RawAnalysis, JsValue> {
        let mut analysis = analysis.analysis.clone();
        let pressure = block.input(n, false)?.samples;
        if let Some(target) = self.study.channel(channel).and_then(|channel| channel.cuff_pressure) {
            let target = target_of(Some(target), None)?;
            let rate = rate_alongside(analysis.config.sample_rate, analysis.counts.samples as usize, pressure.len())
                .map_err(|e| config_error(&e))?;
            reject_off_target(&mut analysis.beats, &cuff_readings(pressure, rate, target), 0.0);
        }
        Ok(RawAnalysis { analysis })
    }

    /// Takes values over time, in units; `time` in s of the recording's clock.
    ///
    /// # Errors
    /// An `Error` for a channel or a recording that the study does not know, and for arrays of different lengths.
    #[wasm_bindgen(js_name = addValues)]
    pub fn add_values(
        &mut self,
        channel: &str,
        recording: &str,
        measure: &str,
        time: &[f64],
        value: &[f64],
    ) -> Result<(), JsValue> {
        let finite = || time.iter().copied().filter(|time| time.is_finite());
        let duration = finite().fold(0.0, f64::max);
        let unit = self.study.channel(channel).map_or("unstated", |channel| channel.unit()).to_owned();
        let facts = SourceFacts { duration, ..SourceFacts::default() };
        let scale = Scale::of_measure(measure);
        self.data
            .add_values(&self.study, channel, recording, measure, &unit, scale, time, value, facts)
            .map_err(|error| fault(&error))
    }

    /// Takes a marker; `time` in s of the recording's clock, or of the study without one.
    #[wasm_bindgen(js_name = addMarker)]
    #[allow(clippy::needless_pass_by_value)] // wasm-bindgen hands texts over by value.
    pub fn add_marker(&mut self, recording: Option<String>, time: f64, label: &str) {
        self.data.add_marker(recording.as_deref(), time, label);
    }

    /// Computes the report of what was added.
    pub fn run(&self) -> RawReport {
        RawReport { report: self.study.run(&self.data) }
    }
}

/// A study's answers.
#[wasm_bindgen]
pub struct RawReport {
    report: Report,
}

#[wasm_bindgen]
impl RawReport {
    /// Adds the averaged beat of every window, with the category of a PVR; the first `n` samples of `block` are those of the analysis.
    ///
    /// # Errors
    /// A `RangeError` for a count that is not one of the block.
    #[wasm_bindgen(js_name = addShapes)]
    pub fn add_shapes(
        &mut self,
        study: &RawStudy,
        channel: &str,
        recording: &str,
        analysis: &RawAnalysis,
        block: &RawBlock,
        n: f64,
    ) -> Result<(), JsValue> {
        let samples = block.input(n, false)?.samples;
        let shapes = self.report.shapes(&study.study, channel, recording, &analysis.analysis, samples);
        self.report.add_shapes(shapes.into_iter().map(|shape| shape.row));
        Ok(())
    }

    /// The report as JSON.
    pub fn json(&self) -> String {
        self.report.to_json()
    }
}
