//! Where the samples are, and how a device's clock becomes study time.

use alloc::string::String;

/// One file, or one run of a device, with a clock of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Short name, unique in the study.
    pub id: String,
    /// Path of the file, relative to the study file; `None` for samples that come from elsewhere.
    pub file: Option<String>,
    /// The visit it belongs to.
    pub visit: String,
    /// When its first sample was taken, by its own clock: s of study time.
    pub start: f64,
    /// What is added to its clock to give study time, s.
    pub clock_offset: f64,
    /// How much longer than a second its seconds are, in parts per million: positive for a clock that runs slow.
    pub clock_drift_ppm: f64,
    /// Samples per second, where the file does not say; Hz.
    pub sample_rate: Option<f64>,
    /// Path of a table of markers on its clock, relative to the study file: BIDS `_events.tsv`, or CSV.
    pub events: Option<String>,
    /// Name of the column of time stamps, where the file has one.
    pub time_column: Option<String>,
    /// Rows and columns `[y0, y1, x0, x1]` (half open) of what keeps its temperature in its thermal frames, which all regions are corrected
    /// against: single feet can be judged then.
    pub reference_region: Option<[u32; 4]>,
    /// The temperature of it, °C; `None`: unknown, so that changes are right and levels are not.
    pub reference_temperature: Option<f64>,
}

impl Recording {
    /// A recording that starts at `start` (s of study time) on the study's own clock.
    pub fn new(id: &str, visit: &str, start: f64) -> Self {
        Self {
            id: id.into(),
            file: None,
            visit: visit.into(),
            start,
            clock_offset: 0.0,
            clock_drift_ppm: 0.0,
            sample_rate: None,
            events: None,
            time_column: None,
            reference_region: None,
            reference_temperature: None,
        }
    }

    /// Study time of `time`, s from the first sample: `start + clock_offset + time × (1 + drift)`.
    ///
    /// ```
    /// use plethys::study::Recording;
    /// let slow = Recording { clock_offset: -2.0, clock_drift_ppm: 100.0, ..Recording::new("a", "1", 60.0) };
    /// assert!((slow.study_time(7200.0) - 7258.72).abs() < 1e-9);
    /// ```
    pub fn study_time(&self, time: f64) -> f64 {
        self.start + self.clock_offset + time * (1.0 + 1e-6 * self.clock_drift_ppm)
    }

    /// The inverse of [`Recording::study_time`]: s from the first sample.
    pub fn recording_time(&self, study_time: f64) -> f64 {
        (study_time - self.start - self.clock_offset) / (1.0 + 1e-6 * self.clock_drift_ppm)
    }
}
