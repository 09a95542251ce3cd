//! Did the circulation change? Phases, windows and comparisons, with their uncertainty.
//!
//! **The question.** A sensor sits on a limb before, during and after something is done, often with others on the opposite limb and on a
//! finger. Its level moves. Is the change real: larger than the scatter within the session, larger than what putting the sensor on
//! anew does, larger than what a site or a session without the treatment shows?
//!
//! **Levels.** A [`Study`] cuts each channel's values (one for each accepted beat, or any values over time: [`Measurements`]) into
//! windows: the baseline, the intervention, the first and the last ten minutes of a follow-up, later visits. The level of a
//! window is the median. Beats breathe together, and swing with Mayer waves (0.1 Hz) and vasomotion (0.01 to 0.02 Hz); a t-test over
//! beats takes them for independent and claims a change in one of three studies without any. The interval here is that
//! of the equal-weighted cosine estimator (Lazarus, Lewis, Stock & Watson 2018, doi 10.1080/07350015.2018.1506926): the influence
//! series of the median, sign(x − m) / (2 f(m)), is projected on ν = T / 100 s cosines (4 to 12) of half a wave to ν/2 waves per window;
//! their mean square is the long-run variance, and Student's t has ν degrees of freedom. Beside it stand a studentised block
//! bootstrap (blocks of 60 s, its standard error widened by √(b / (b − 1)), t with b − 1 degrees of freedom, stored seed), and the
//! beat-by-beat t interval, named as what it is: wrong. Windows with less than ten minutes of signal are marked as short.
//!
//! **Changes.** Amplitudes, rates and times are compared as ln ratios, temperatures as differences ([`Scale`]); levels are given
//! in units. The change of a window is its level minus the mean level of the baselines before it in the same kind of session, its
//! interval that of Welch. While the sensors stay in place this interval decides. Once they were taken off, it says too little:
//! then the *minimal detectable change* decides, `t(k − 1) · √(1 + 1/k) · s_w` from k baselines, each with the sensors put on anew.
//! Below three baselines it is not established, unless a pooled `s_w` is given ([`PooledDeviation`]). A change beyond it is claimed
//! where its interval leaves zero out too.
//!
//! **Controls.** The difference in differences subtracts, beat for beat, the ln values of a reference channel (a finger, an arm), or
//! those of the same channel in a sham session at the same time since the start of the window, and takes the change of that
//! difference: what both have in common cancels before the interval is made. The treated limb is no control for the opposite
//! one: both may change. Right and left are compared in the same way, as the asymmetry index 100 (R − L) / ((R + L) / 2), ratio and ln ratio.
//!
//! **Duration** is an interval between two looks: the last one whose change exceeds the minimal detectable change, and the first
//! after it whose change does not; no hour is ever interpolated.
//!
//! **What cannot be concluded** is part of the answer ([`Finding`]): one limb cannot be told from the whole circulation, one session without
//! control not from rest or time of day, one baseline says nothing about putting the sensors on anew, one person nothing about
//! people. What is wrong with the data is a row that says what and where ([`Problem`]); everything else is still computed.
//!
//! **Fingerprints.** The same bytes in give the same bytes out, on every target; [`Report::settings_hash`] and
//! [`Report::input_hash`] are SHA-256 over the study and over all series.
//!
//! ```
//! use plethys::study::*;
//!
//! let mut study = Study::default();
//! study.recordings.push(Recording::new("all", "1", 0.0));
//! study.channels.push(Channel::new("toe", ChannelSignal::Thermal, Side::Left, Role::Contralateral));
//! study.phases.push(Phase::new("before", PhaseKind::Baseline, 0.0, 600.0));
//! study.phases.push(Phase::new("massage", PhaseKind::Intervention, 600.0, 1500.0));
//! study.phases.push(Phase::new("after", PhaseKind::FollowUp, 1500.0, 2100.0));
//! study.check()?;
//!
//! // A toe that swings by 0.1 °C with a period of 67 s, and is 0.5 °C warmer after the massage.
//! let time: Vec<f64> = (0..2100).map(f64::from).collect();
//! let warm = |t: &f64| 29.0 + if *t < 1500.0 { 0.0 } else { 0.5 } + 0.1 * (t / 67.0 * 6.283).sin();
//! let value: Vec<f64> = time.iter().map(warm).collect();
//! let mut data = Measurements::new();
//! let facts = SourceFacts { duration: 2100.0, ..SourceFacts::default() };
//! data.add_values(&study, "toe", "all", "temperature", "Cel", Scale::Difference, &time, &value, facts)?;
//!
//! let report = study.run(&data);
//! let after = report.changes.iter().find(|change| change.window == "after").unwrap();
//! assert!((after.change.unwrap() - 0.5).abs() < 0.02);
//! assert_eq!((after.verdict, after.scope, after.detectable), ("claimed", "session", None));
//! assert!(report.findings.iter().any(|finding| finding.code == "one_limb"));
//! # Ok::<(), StudyError>(())
//! ```
//!
//! With the feature `study-file` a study is read from a documented text file (`Study::parse`, `TEMPLATE`); with `json` a report
//! writes itself as JSON (`Report::to_json`).

mod asymmetry;
mod bootstrap;
mod change;
mod channel;
mod claim;
mod context;
mod course;
mod describe;
mod design;
mod detectable;
mod did;
mod duration;
mod fault;
#[cfg(feature = "study-file")]
mod file;
mod fit;
mod hash;
#[cfg(feature = "json")]
mod json;
mod level;
mod outlier;
mod paired;
mod phase;
mod quantile;
#[cfg(feature = "study-file")]
mod reader;
mod recording;
mod resolved;
mod result;
mod row;
mod run;
mod series;
mod settings;
mod shape;
mod summary;
mod thermal;
mod window;
mod words;

pub use channel::{Channel, ChannelSignal, Role, Side};
pub use course::CourseRow;
pub use design::{Marker, Study};
pub use fault::{Fault, StudyError};
#[cfg(feature = "study-file")]
pub use file::TEMPLATE;
pub use hash::sha256;
pub use phase::{Edge, Phase, PhaseKind};
pub use recording::Recording;
pub use resolved::phases_from_markers;
pub use result::{
    Asymmetry, Change, ChannelRow, DifferenceInDifferences, Duration, Finding, Level, PhaseRow, Problem, Rejection,
    Report, SourceRow, WindowRow,
};
pub use row::{Cell, CellKind, Cells, Record, RowColumn, Rows};
pub use series::{Measurements, Scale, SourceFacts};
pub use settings::{AmplitudeChoice, PooledDeviation, Settings};
pub use shape::{Shape, ShapeRow};
pub use summary::SummaryRow;
pub use window::WindowRule;
