//! Studies whose truth is known, at the level of beats: how often is a change claimed, and how often does an interval cover?
//!
//! Each seed is a whole study through [`Study::run`]: a pulse of 64 beats per minute whose ln amplitude swings with breathing, Mayer waves and
//! vasomotion ([`Swing::at_rest`]), with 5 % noise from beat to beat.

use plethys::SignalKind;
use plethys::study::{
    Change, Channel, ChannelSignal, Measurements, Phase, PhaseKind, Recording, Report, Role, Scale, Side, SourceFacts,
    Study,
};
use plethys_datasets::{Rng, Swing, add_red, add_white};

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

/// Amplitude of the contralateral leg over the source study: 0.81 at baseline, 1.22 after a massage of 15 min, 1.63 two hours later.
pub fn source_level(time: f64) -> f64 {
    if time < 600.0 {
        0.81
    } else if time < 1500.0 {
        0.81 + (1.22 - 0.81) * (time - 600.0) / 900.0
    } else {
        1.22 + (1.63 - 1.22) * ((time - 1500.0) / 7200.0).min(1.0)
    }
}

/// The source study at beat level: both legs and a finger, whose swings are alike by nine tenths; the finger does not change.
///
/// # Panics
/// Never: the study knows its channels.
pub fn source_study(seed: u64) -> Report {
    let mut study = Study { title: "source study".into(), ..Study::default() };
    study.recordings.push(Recording::new("session", "1", 0.0));
    study.channels.push(leg("left", Side::Left, Role::Contralateral));
    study.channels.push(leg("right", Side::Right, Role::Treated));
    let ppg = ChannelSignal::Pulse(SignalKind::Ppg);
    study.channels.push(Channel::new("finger", ppg, Side::Left, Role::Remote));
    study.phases.push(Phase::new("baseline", PhaseKind::Baseline, 0.0, 600.0));
    study.phases.push(Phase::new("massage", PhaseKind::Intervention, 600.0, 1500.0));
    study.phases.push(Phase::new("follow", PhaseKind::FollowUp, 1500.0, 8700.0));
    study.settings.bootstrap_draws = 400;
    let n = count(8700.0);
    let shared = Noise { white: 0.0, ..Noise::at_rest() }.series(seed, "shared", n);
    let mut data = Measurements::new();
    for (channel, changes) in [("left", true), ("right", true), ("finger", false)] {
        let own = Noise::at_rest().series(seed, channel, n);
        let noise: Vec<f64> =
            shared.iter().zip(&own).map(|(shared, own)| libm::sqrt(0.9) * shared + libm::sqrt(0.1) * own).collect();
        let level = |time| if changes { source_level(time) } else { 1.0 };
        add(&study, &mut data, channel, "session", beats(0.0, &noise, level));
    }
    study.run(&data)
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
