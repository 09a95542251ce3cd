//! Studies whose truth is known, at the level of beats: how often is a change claimed, and how often does an interval cover?
//!
//! Each seed is a whole study through [`Study::run`]: a pulse of 64 beats per minute whose ln amplitude swings with breathing, Mayer waves and
//! vasomotion ([`Swing::at_rest`]), with 5 % noise from beat to beat.

use crate::thermal::Feet;
use plethys::study::{
    Change, Channel, ChannelSignal, Measurements, Phase, PhaseKind, Recording, Report, Role, Scale, Side, SourceFacts,
    Study,
};
use plethys::{Calibration, Config, SampleRate, SignalKind, analyze};
use plethys_datasets::{Rng, STUDY_SENSORS, SourceStudy, StudyRecording, StudySensor, Swing, add_red, add_white};

/// Seconds from beat to beat.
pub const STEP_S: f64 = 60.0 / 64.0;

/// What swings.
#[derive(Debug, Clone)]
pub struct Noise {
    /// Narrow-band swings of ln amplitude.
    pub swings: Vec<Swing>,
    /// Time constant (s) and deviation of red noise.
    pub red: Option<(f64, f64)>,
    /// Deviation from beat to beat.
    pub white: f64,
}

impl Noise {
    /// A circulation at rest: breathing, Mayer waves, vasomotion, and 5 % from beat to beat.
    pub fn at_rest() -> Self {
        Self { swings: Swing::at_rest().to_vec(), red: None, white: 0.05 }
    }

    /// The same with red noise (30 s, 0.08) in the place of vasomotion.
    pub fn red() -> Self {
        let swings = Swing::at_rest().into_iter().filter(|swing| swing.frequency > 0.05).collect();
        Self { swings, red: Some((30.0, 0.08)), white: 0.05 }
    }

    /// ln amplitudes around zero of `n` beats; each kind of noise draws from a stream of its own.
    pub fn series(&self, seed: u64, tag: &str, n: usize) -> Vec<f64> {
        let mut values = vec![0.0; n];
        for (i, swing) in self.swings.iter().enumerate() {
            swing.add(&mut Rng::stream(seed, &format!("{tag} swing {i}")), STEP_S, &mut values);
        }
        if let Some((tau, deviation)) = self.red {
            add_red(&mut Rng::stream(seed, &format!("{tag} red")), tau, deviation, STEP_S, &mut values);
        }
        add_white(&mut Rng::stream(seed, &format!("{tag} white")), self.white, &mut values);
        values
    }
}

/// What one study said about its only change.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// A change was claimed.
    pub claimed: bool,
    /// The verdict was `not_established`.
    pub not_established: bool,
    /// The beat-by-beat t-test would have claimed one.
    pub t_test: bool,
    /// The bootstrap would have claimed one.
    pub bootstrap: bool,
    /// The interval covers the true change.
    pub covered: bool,
    /// The windows were marked as short.
    pub short: bool,
}

fn outcome(change: &Change, truth: f64) -> Outcome {
    let without_zero =
        |low: Option<f64>, high: Option<f64>| low.is_some_and(|x| x > 0.0) || high.is_some_and(|x| x < 0.0);
    Outcome {
        claimed: change.verdict == "claimed",
        not_established: change.verdict == "not_established",
        t_test: without_zero(change.independent_low, change.independent_high),
        bootstrap: without_zero(change.bootstrap_low, change.bootstrap_high),
        covered: change.low.is_some_and(|low| low <= truth) && change.high.is_some_and(|high| high >= truth),
        short: change.short,
    }
}

fn leg(id: &str, side: Side, role: Role) -> Channel {
    let pvr = ChannelSignal::Pulse(SignalKind::Pvr);
    Channel { site: Some("calf".into()), unit: Some("mm[Hg]".into()), ..Channel::new(id, pvr, side, role) }
}

/// Beats at `STEP_S` from `start` (s of the recording), `level` times e to the noise.
fn beats(start: f64, noise: &[f64], level: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
    let time: Vec<f64> = (0..noise.len()).map(|i| start + (i as f64 + 0.5) * STEP_S).collect();
    let value = time.iter().zip(noise).map(|(&time, noise)| level(time) * libm::exp(*noise)).collect();
    (time, value)
}

/// Whole beats in `seconds`.
fn count(seconds: f64) -> usize {
    (seconds / STEP_S) as usize
}

/// Takes series into a study.
///
/// # Panics
/// Where the study does not know the channel or the recording.
pub fn add(study: &Study, data: &mut Measurements, channel: &str, recording: &str, series: (Vec<f64>, Vec<f64>)) {
    let (time, value) = series;
    let facts = SourceFacts { duration: time.last().map_or(0.0, |last| last + STEP_S), ..SourceFacts::default() };
    data.add_values(study, channel, recording, "amplitude", "mm[Hg]", Scale::Ratio, &time, &value, facts)
        .expect("a known channel");
}

/// One session of one leg: baseline, a quarter of an hour of intervention, follow-up; both windows of `window` s, the true change
/// being the ln ratio `change`.
///
/// # Panics
/// Where the report has no change: the study would not be worth counting.
pub fn two_windows(seed: u64, noise: &Noise, window: f64, change: f64) -> Outcome {
    let mut study = Study::default();
    study.recordings.push(Recording::new("session", "1", 0.0));
    study.channels.push(leg("left", Side::Left, Role::Contralateral));
    let after = window + 900.0;
    study.phases.push(Phase::new("baseline", PhaseKind::Baseline, 0.0, window));
    study.phases.push(Phase::new("massage", PhaseKind::Intervention, window, after));
    study.phases.push(Phase::new("after", PhaseKind::FollowUp, after, after + window));
    study.settings.bootstrap_draws = 400;
    let noise = noise.series(seed, "left", count(after + window));
    let mut data = Measurements::new();
    let level = |time: f64| if time < window { 0.81 } else { 0.81 * libm::exp(change) };
    add(&study, &mut data, "left", "session", beats(0.0, &noise, level));
    let report = study.run(&data);
    let row = report.changes.iter().find(|row| row.window == "after").expect("a change");
    outcome(row, change)
}

/// `k` baselines on days of their own, the sensors put on anew each time with a deviation of `s_w`, and a follow-up without change.
///
/// # Panics
/// Where the report has no change.
pub fn baselines(seed: u64, k: usize, s_w: f64) -> Outcome {
    let mut study = Study::default();
    study.channels.push(leg("left", Side::Left, Role::Contralateral));
    study.settings.bootstrap_draws = 0;
    let day = 86_400.0;
    for visit in 0..=k {
        let (start, id) = (day * visit as f64, format!("day {visit}"));
        study.recordings.push(Recording::new(&id, &id, start));
        let kind = if visit < k { PhaseKind::Baseline } else { PhaseKind::Visit };
        study.phases.push(Phase::new(&id, kind, start, start + 600.0));
    }
    let mut data = Measurements::new();
    let mut placement = Rng::stream(seed, "placement");
    for visit in 0..=k {
        let id = format!("day {visit}");
        let noise = Noise::at_rest().series(seed, &id, count(600.0));
        let level = 0.81 * libm::exp(s_w * placement.normal());
        add(&study, &mut data, "left", &id, beats(0.0, &noise, |_| level));
    }
    let report = study.run(&data);
    outcome(report.changes.last().expect("a change"), 0.0)
}

/// The plan of the source study: its six channels, baseline, massage of 15 min, follow-up of 2 h.
///
/// # Panics
/// Never: the words are those of the study file.
pub fn source_plan(source: &SourceStudy) -> Study {
    let mut study = Study { title: "source study".into(), ..Study::default() };
    study.recordings.push(Recording::new("session", "1", 0.0));
    for sensor in &STUDY_SENSORS {
        let signal = ChannelSignal::from_name(sensor.signal).expect("a signal");
        let (side, role) =
            (Side::from_name(sensor.side).expect("a side"), Role::from_name(sensor.role.name()).expect("a role"));
        let pvr = sensor.signal == "pvr";
        let calibration = pvr.then(|| Calibration::new(sensor.scale, sensor.offset, "mm[Hg]").expect("a calibration"));
        let site = Some(sensor.site.into());
        study.channels.push(Channel { site, calibration, ..Channel::new(sensor.name, signal, side, role) });
    }
    for (name, span) in source.phases() {
        let kind = PhaseKind::from_name(name).expect("a kind");
        study.phases.push(Phase::new(name, kind, span.start, span.end));
    }
    study
}

/// The measure that the truth of a sensor of the source study is about.
pub fn measure_of(sensor: &StudySensor) -> &'static str {
    if sensor.signal == "pvr" { "amplitude" } else { "perfusion_index" }
}

/// The source study at beat level: the planted height of every regular beat of its six channels.
///
/// # Panics
/// Never: the study knows its channels.
pub fn source_beats(seed: u64) -> Report {
    let source = SourceStudy::new(seed);
    let mut study = source_plan(&source);
    study.settings.bootstrap_draws = 0;
    let mut data = Measurements::new();
    for (i, sensor) in STUDY_SENSORS.iter().enumerate() {
        let beats = source.beats(i);
        // A monitor leaves premature beats and the ones after them out of amplitudes now and then; here all others enter.
        let regular = || beats.iter().filter(|beat| !beat.is_ectopic);
        let time: Vec<f64> = regular().map(|beat| beat.time).collect();
        let value: Vec<f64> = regular().map(|beat| beat.perfusion_index.unwrap_or(beat.amplitude)).collect();
        let facts = SourceFacts { duration: source.duration(), ..SourceFacts::default() };
        let measure = measure_of(sensor);
        data.add_values(&study, sensor.name, "session", measure, "1", Scale::Ratio, &time, &value, facts)
            .expect("a known channel");
    }
    study.run(&data)
}

/// The source study from its raw streams, both feet before a thermal camera among them, with the truth of each pulse channel.
///
/// # Panics
/// Never: the generator's own rates and channels are in range.
pub fn source_raw(source: &SourceStudy) -> (Report, Vec<StudyRecording>) {
    let mut study = source_plan(source);
    let feet = Feet::plan(source, &mut study);
    let mut data = Measurements::new();
    feet.add(&study, &mut data);
    let mut truth = Vec::new();
    for (i, channel) in study.channels.iter().enumerate() {
        let ChannelSignal::Pulse(kind) = channel.signal else { continue };
        let recording = source.record(i).expect("a channel of the study");
        let rate = SampleRate::hz(recording.sample_rate).expect("a rate in range");
        let config = Config { calibration: channel.calibration, ..Config::new(kind, rate) };
        let analysis = analyze(&recording.samples, config).expect("a usable configuration");
        let facts = SourceFacts { duration: analysis.duration, sample_rate: Some(rate.as_hz()), sha256: None };
        data.add_beats(&study, &channel.id, "session", &analysis.beats, facts).expect("a known channel");
        truth.push(StudyRecording { samples: Vec::new(), ..recording });
    }
    (study.run(&data), truth)
}

/// A level or a change of the source study beside what is true.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Name of the channel and of the window.
    pub channel: &'static str,
    /// See `channel`.
    pub window: String,
    /// The report's median and the median of the true heights of all beats in the window.
    pub median: Option<(f64, f64)>,
    /// The report's change from the first window and the realised one, %, with the verdict; absent for the first.
    pub change: Option<(f64, f64, &'static str)>,
    /// Beats that the median rests on, and those that were left out.
    pub accepted: usize,
    /// See `accepted`.
    pub rejected: usize,
}

impl Compared {
    /// How far the median is off, %.
    pub fn off(&self) -> Option<f64> {
        self.median.map(|(said, truth)| 100.0 * (said / truth - 1.0))
    }
}

/// Each channel's own measure in each window outside the intervention, beside what is true.
pub fn compared(report: &Report, truth: &[StudyRecording]) -> Vec<Compared> {
    let mut all = Vec::new();
    for (sensor, truth) in STUDY_SENSORS.iter().zip(truth) {
        let measure = measure_of(sensor);
        let mut first = None;
        for window in report.windows.iter().filter(|window| window.kind != "intervention") {
            let is_this = |channel: &str, of: &str, at: &str| {
                channel == sensor.name && of == measure && at == window.window.as_str()
            };
            let row = report.levels.iter().find(|row| is_this(&row.channel, &row.measure, &row.window));
            let said = report.changes.iter().find(|row| is_this(&row.channel, &row.measure, &row.window));
            let real = true_median(truth, window.start, window.end);
            let realised = first.zip(real).map(|(first, real): (f64, f64)| 100.0 * (real / first - 1.0));
            first = first.or(real);
            all.push(Compared {
                channel: sensor.name,
                window: window.window.clone(),
                median: row.and_then(|row| row.median).zip(real),
                change: said.and_then(|said| Some((said.percent?, realised?, said.verdict))),
                accepted: row.map_or(0, |row| row.accepted),
                rejected: row.map_or(0, |row| row.rejected),
            });
        }
    }
    all
}

/// The median of the true heights of all beats from `start` to `end`.
fn true_median(truth: &StudyRecording, start: f64, end: f64) -> Option<f64> {
    let inside = truth.beats.iter().filter(|beat| (start..end).contains(&beat.time));
    let mut heights: Vec<f64> = inside.map(|beat| beat.perfusion_index.unwrap_or(beat.amplitude)).collect();
    heights.sort_by(f64::total_cmp);
    let upper = heights.get(heights.len() / 2)?;
    let lower = heights.get((heights.len() - 1) / 2)?;
    Some(0.5 * (lower + upper))
}

/// How often something happened.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Times it happened.
    pub hits: usize,
    /// Times it could have.
    pub of: usize,
}

impl Share {
    /// Counts what is true.
    pub fn of(outcomes: &[Outcome], what: impl Fn(&Outcome) -> bool) -> Self {
        Self { hits: outcomes.iter().filter(|outcome| what(outcome)).count(), of: outcomes.len() }
    }

    /// In percent.
    pub fn percent(self) -> f64 {
        100.0 * self.hits as f64 / self.of.max(1) as f64
    }
}

/// Probability of at most `hits` in `of` trials that each succeed with probability `p`.
pub fn binomial_at_most(hits: usize, of: usize, p: f64) -> f64 {
    let ln_term = |k: usize| {
        let (n, k) = (of as f64, k as f64);
        libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
            + k * libm::log(p)
            + (n - k) * libm::log(1.0 - p)
    };
    (0..=hits.min(of)).map(|k| libm::exp(ln_term(k))).sum()
}
