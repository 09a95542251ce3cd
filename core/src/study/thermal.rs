//! Regions of thermal frames as channels of a study.

use alloc::format;
use alloc::string::ToString;

use super::design::Study;
use super::fault::StudyError;
use super::result::Problem;
use super::series::{Measurements, Scale, SourceFacts, UNREFERENCED};
use crate::thermal::ThermalAnalysis;

/// Frames that come more often than this are taken as means over windows of 1 s, which all regions of a frame share.
const DENSE: f64 = 0.5;

impl Measurements {
    /// Takes the temperature of a region as the measure `temperature` of one channel of one recording, °C: means of 1 s where frames come
    /// more often than every 0.5 s, each frame's otherwise; left-out frames not. Right and left channels of the same site thus have the same
    /// stamps, and their asymmetry is the difference in the same frames.
    ///
    /// Where a shutter came between and nothing in the frame is known to be constant, the levels of the region's windows are shown, their
    /// changes are not judged (`unreferenced`), and a problem says so; differences of two regions stand.
    ///
    /// # Errors
    /// A channel or a recording that the study does not know.
    pub fn add_thermal(
        &mut self,
        study: &Study,
        channel: &str,
        recording: &str,
        analysis: &ThermalAnalysis,
        region: &str,
        sha256: Option<alloc::string::String>,
    ) -> Result<(), StudyError> {
        let is_dense = analysis.end.interval.is_some_and(|interval| interval < DENSE);
        let (time, value) = if is_dense { analysis.mean_series(region, 1.0) } else { analysis.series(region) };
        let rate = analysis.end.interval.filter(|interval| *interval > 0.0).map(|interval| 1.0 / interval);
        let facts = SourceFacts { duration: analysis.duration, sample_rate: rate, sha256 };
        self.add_values(study, channel, recording, "temperature", "Cel", Scale::Difference, &time, &value, facts)?;
        if !analysis.is_comparable() {
            if let Some(series) = self.parts.last_mut().and_then(|part| part.series.last_mut()) {
                series.source = UNREFERENCED.to_string();
            }
            let text = format!(
                "channel \"{channel}\": the camera of recording \"{recording}\" recalibrated itself {} times and nothing in the frame is \
                 known to be constant: changes of its temperature are not judged, differences between regions are",
                analysis.end.segment
            );
            self.problems.push(Problem::source("unreferenced", channel, recording, text));
        }
        Ok(())
    }
}
