//! Studies with known truth, and bad ones: what is computed, and what is said about the rest.

use plethys::study::{
    Cells, Channel, ChannelSignal, Edge, Measurements, Phase, PhaseKind, PooledDeviation, Recording, Report, Role,
    Scale, Side, SourceFacts, Study,
};
use plethys::{Config, SampleRate, SignalKind, analyze};
use plethys_datasets::{Rng, Swing, add_white};

const STEP: f64 = 60.0 / 64.0;

/// Beats of a circulation at rest around `level`, from `start` to `end`, s of the recording; swings follow `seed`, and the noise
/// from beat to beat also `own`.
fn beats(seed: u64, own: &str, start: f64, end: f64, level: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
    let n = ((end - start) / STEP) as usize;
    let mut ln = vec![0.0; n];
    for (i, swing) in Swing::at_rest().iter().enumerate() {
        swing.add(&mut Rng::stream(seed, &format!("swing {i}")), STEP, &mut ln);
    }
    add_white(&mut Rng::stream(seed, own), 0.03, &mut ln);
    let time: Vec<f64> = (0..n).map(|i| start + (i as f64 + 0.5) * STEP).collect();
    let value = time.iter().zip(&ln).map(|(time, ln)| level(*time) * libm::exp(*ln)).collect();
    (time, value)
}

fn calf(id: &str, side: Side, role: Role) -> Channel {
    let pvr = ChannelSignal::Pulse(SignalKind::Pvr);
    Channel { site: Some("calf".into()), unit: Some("mm[Hg]".into()), ..Channel::new(id, pvr, side, role) }
}

/// Two legs and a finger in one session of 10 + 15 + 30 min.
fn session() -> Study {
    let mut study = Study { title: "session".into(), ..Study::default() };
    study.recordings.push(Recording::new("day 1", "1", 0.0));
    study.channels.push(calf("right", Side::Right, Role::Treated));
    study.channels.push(calf("left", Side::Left, Role::Contralateral));
    study.channels.push(Channel::new("finger", ChannelSignal::Pulse(SignalKind::Ppg), Side::Left, Role::Remote));
    study.phases.push(Phase::new("before", PhaseKind::Baseline, 0.0, 600.0));
    study.phases.push(Phase::new("massage", PhaseKind::Intervention, 600.0, 1500.0));
    study.phases.push(Phase::new("after", PhaseKind::FollowUp, 1500.0, 3300.0));
    study
}

fn facts(duration: f64) -> SourceFacts {
    SourceFacts { duration, sample_rate: Some(250.0), sha256: None }
}

fn put(
    study: &Study,
    data: &mut Measurements,
    channel: &str,
    recording: &str,
    series: &(Vec<f64>, Vec<f64>),
    duration: f64,
) {
    data.add_values(
        study,
        channel,
        recording,
        "amplitude",
        "mm[Hg]",
        Scale::Ratio,
        &series.0,
        &series.1,
        facts(duration),
    )
    .unwrap();
}

fn legs_and_finger(study: &Study, order: &[usize]) -> Measurements {
    let rise = |to: f64| move |time: f64| if time < 1500.0 { 0.81 } else { to };
    let series = [
        ("right", beats(1, "right", 0.0, 3300.0, rise(0.99))),
        ("left", beats(1, "left", 0.0, 3300.0, rise(1.22))),
        ("finger", beats(1, "finger", 0.0, 3300.0, |_| 2.0)),
    ];
    let mut data = Measurements::new();
    for &place in order {
        let (channel, series) = &series[place];
        put(study, &mut data, channel, "day 1", series, 3300.0);
    }
    data
}

fn change<'a>(report: &'a Report, channel: &str, window: &str) -> &'a plethys::study::Change {
    report.changes.iter().find(|row| row.channel == channel && row.window == window).expect("a change")
}

fn codes(report: &Report) -> Vec<&str> {
    report.problems.iter().map(|problem| problem.code).collect()
}

fn has(report: &Report, code: &str) -> bool {
    report.findings.iter().any(|finding| finding.code == code)
}

#[test]
fn a_session_shows_what_was_planted() {
    let study = session();
    let report = study.run(&legs_and_finger(&study, &[0, 1, 2]));
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    let windows: Vec<&str> = report.windows.iter().map(|window| window.window.as_str()).collect();
    assert_eq!(windows, ["before", "massage", "after:first", "after:last"]);

    let left = change(&report, "left", "after:last");
    assert_eq!((left.verdict, left.scope, left.baselines), ("claimed", "session", 1));
    assert!((left.percent.unwrap() - 50.6).abs() < 8.0, "{:?}", left.percent);
    assert!(left.low.unwrap() < libm::log(1.22 / 0.81) && left.high.unwrap() > libm::log(1.22 / 0.81));
    assert_eq!(change(&report, "finger", "after:last").verdict, "not_claimed");

    // Swings that all share cancel: what is left is the planted difference, within the noise from beat to beat.
    let against = report.differences.iter().find(|row| row.channel == "left" && row.window == "after:last").unwrap();
    assert_eq!((against.reference.as_str(), against.against, against.verdict), ("finger", "channel", "claimed"));
    assert!((against.change.unwrap() - libm::log(1.22 / 0.81)).abs() < 0.01, "{:?}", against.change);
    assert!(against.high.unwrap() - against.low.unwrap() < 0.3 * (left.high.unwrap() - left.low.unwrap()));
    assert!(against.pairs > 600);

    let side = report.asymmetries.iter().find(|row| row.window == "after:last").unwrap();
    let index = 100.0 * (0.99 - 1.22) / (0.5 * (0.99 + 1.22));
    assert!((side.index.unwrap() - index).abs() < 1.0, "{:?} against {index}", side.index);
    assert!((side.change.unwrap() - libm::log(0.99 / 1.22)).abs() < 0.01);

    let duration = report.durations.iter().find(|row| row.channel == "left").unwrap();
    assert_eq!(duration.outcome, "not_established");
    for code in ["one_baseline", "session_only", "no_sham", "one_person", "nothing_after", "many_comparisons"] {
        assert!(has(&report, code), "{code}");
    }
    for code in ["one_limb", "no_reference", "short_window", "two_baselines"] {
        assert!(!has(&report, code), "{code}");
    }
}

#[test]
fn the_order_of_the_data_does_not_matter_and_hashes_follow_the_bytes() {
    let study = session();
    let first = study.run(&legs_and_finger(&study, &[0, 1, 2]));
    let second = study.run(&legs_and_finger(&study, &[2, 0, 1]));
    assert_eq!(first, second);
    let mut nudged = session();
    nudged.settings.bootstrap_seed = 2;
    let other = nudged.run(&legs_and_finger(&nudged, &[0, 1, 2]));
    assert_ne!(other.settings_hash, first.settings_hash);
    assert_eq!(other.input_hash, first.input_hash);
    let mut data = legs_and_finger(&study, &[0, 1, 2]);
    let (time, mut value) = beats(1, "finger", 0.0, 3300.0, |_| 2.0);
    value[7] = f64::from_bits(value[7].to_bits() + 1);
    put(&study, &mut data, "finger", "day 1", &(time, value), 3300.0);
    assert_ne!(study.run(&data).input_hash, first.input_hash);
    assert_eq!(first.settings_hash.len(), 64);
}

#[test]
fn a_gain_changes_no_comparison() {
    let study = session();
    let run = |gain: f64| {
        let (time, value) = beats(4, "left", 0.0, 3300.0, |time| if time < 1500.0 { 1.0 } else { 1.2 });
        let value = value.iter().map(|x| gain * x).collect();
        let mut data = Measurements::new();
        put(&study, &mut data, "left", "day 1", &(time, value), 3300.0);
        study.run(&data)
    };
    let (one, many) = (run(1.0), run(1234.5));
    for (a, b) in one.changes.iter().zip(&many.changes) {
        for (a, b) in [(a.change, b.change), (a.low, b.low), (a.high, b.high), (a.bootstrap_low, b.bootstrap_low)] {
            assert!((a.unwrap() - b.unwrap()).abs() < 1e-9);
        }
        assert_eq!(a.verdict, b.verdict);
        assert!((b.absolute.unwrap() / a.absolute.unwrap() - 1234.5).abs() < 1e-6);
    }
}

#[test]
fn clocks_are_laid_onto_study_time() {
    // The finger's clock runs 50 ppm slow and is 3.2 s ahead; its beats are those of the leg.
    let mut study = session();
    study.channels[2].recordings = vec!["band".into()];
    study.channels[1].recordings = vec!["day 1".into()];
    study.recordings.push(Recording { clock_offset: -3.2, clock_drift_ppm: 50.0, ..Recording::new("band", "1", 0.0) });
    let band = study.recordings[1].clone();
    let leg = beats(2, "same", 0.0, 3300.0, |_| 1.0);
    let finger = (leg.0.iter().map(|time| band.recording_time(*time)).collect::<Vec<f64>>(), leg.1.clone());
    let run = |study: &Study| {
        let mut data = Measurements::new();
        put(study, &mut data, "left", "day 1", &leg, 3300.0);
        put(study, &mut data, "finger", "band", &finger, 3310.0);
        study.run(&data)
    };
    let pairs = |report: &Report| report.differences.iter().find(|row| row.window == "before").map(|row| row.pairs);
    assert!(pairs(&run(&study)).is_none(), "a baseline is not compared with itself");
    let rows = |study: &Study| {
        let report = run(study);
        report
            .differences
            .iter()
            .filter(|row| row.channel == "left")
            .map(|row| (row.pairs, row.absent))
            .collect::<Vec<_>>()
    };
    // Equal values at equal moments: every beat has its twin, and nothing varies.
    assert!(
        rows(&study).iter().all(|(pairs, absent)| *pairs > 630 && *absent == Some("no_variation")),
        "{:?}",
        rows(&study)
    );
    study.recordings[1].clock_offset = 0.0;
    assert!(rows(&study).iter().all(|(_, absent)| absent.is_none()), "{:?}", rows(&study));
}

#[test]
fn three_baselines_establish_what_two_do_not() {
    let run = |levels: &[f64], after: f64, pooled: Option<f64>| {
        let mut study = Study::default();
        study.channels.push(calf("left", Side::Left, Role::Contralateral));
        study.settings.pooled.extend(pooled.map(|s_w| PooledDeviation {
            measure: "amplitude".into(),
            s_w,
            degrees_of_freedom: None,
        }));
        let mut data = Measurements::new();
        for day in 0..=levels.len() {
            let id = format!("day {day}");
            let start = 86_400.0 * day as f64;
            study.recordings.push(Recording::new(&id, &id, start));
            let kind = if day < levels.len() { PhaseKind::Baseline } else { PhaseKind::Visit };
            study.phases.push(Phase { recording: Some(id.clone()), ..Phase::new(&id, kind, 0.0, 600.0) });
        }
        for (day, level) in levels.iter().chain([&after]).enumerate() {
            put(
                &study,
                &mut data,
                "left",
                &format!("day {day}"),
                &beats(day as u64, "own", 0.0, 600.0, |_| *level),
                600.0,
            );
        }
        study.run(&data)
    };
    let verdict = |report: &Report| report.changes.last().map(|row| (row.verdict, row.why)).unwrap();
    assert_eq!(verdict(&run(&[1.0], 2.0, None)), ("not_established", "one_baseline"));
    let two = run(&[1.0, 1.05], 2.0, None);
    assert_eq!(verdict(&two), ("not_established", "two_baselines"));
    assert!(has(&two, "two_baselines") && has(&two, "interval_within_session"));
    let three = run(&[1.0, 1.05, 0.96], 2.0, None);
    assert_eq!(verdict(&three), ("claimed", "exceeds_detectable_change"));
    let row = three.changes.last().unwrap();
    assert_eq!((row.baselines, row.scope, row.detectable_from), (3, "placements", "baselines"));
    // The deviation of the baselines' ln medians, and 4.303 sqrt(4/3) times it.
    let medians: Vec<f64> = three.levels.iter().take(3).map(|level| libm::log(level.median.unwrap())).collect();
    let mean = medians.iter().sum::<f64>() / 3.0;
    let s_w = libm::sqrt(medians.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 2.0);
    assert!(
        (row.s_w.unwrap() - s_w).abs() < 1e-6
            && (row.detectable.unwrap() - 4.302_652_73 * libm::sqrt(4.0 / 3.0) * s_w).abs() < 1e-6
    );
    assert_eq!(verdict(&run(&[1.0, 1.05, 0.96], 1.08, None)).0, "not_claimed");
    assert_eq!(verdict(&run(&[1.0], 2.0, Some(0.1))), ("claimed", "exceeds_detectable_change"));
    assert_eq!(verdict(&run(&[1.0], 1.2, Some(0.1))), ("not_claimed", "within_detectable_change"));
}

#[test]
fn a_duration_is_an_interval_between_two_visits() {
    let run = |after: &[f64]| {
        let mut study = session();
        study.settings.pooled.push(PooledDeviation { measure: "amplitude".into(), s_w: 0.1, degrees_of_freedom: None });
        let mut data = Measurements::new();
        put(
            &study,
            &mut data,
            "left",
            "day 1",
            &beats(1, "left", 0.0, 3300.0, |time| if time < 1500.0 { 1.0 } else { 2.0 }),
            3300.0,
        );
        for (visit, level) in after.iter().enumerate() {
            let id = format!("visit {visit}");
            let start = 3600.0 * 8.0 * (visit + 1) as f64;
            study.recordings.push(Recording::new(&id, &id, start));
            study.phases.push(Phase::new(&id, PhaseKind::Visit, start, start + 600.0));
            put(&study, &mut data, "left", &id, &beats(70 + visit as u64, "left", 0.0, 600.0, |_| *level), 600.0);
        }
        let report = study.run(&data);
        let row = report.durations.iter().find(|row| row.channel == "left").unwrap().clone();
        (row.outcome, row.last_above, row.first_below, row.at_least, row.at_most)
    };
    let hours = |h: f64| Some(3600.0 * h - 1500.0);
    let visit = |n: usize| Some(format!("visit {n}"));
    assert_eq!(
        run(&[2.0, 1.9, 1.05]),
        ("between", visit(1), visit(2), hours(16.0), hours(24.0).map(|end| end + 600.0))
    );
    assert_eq!(run(&[2.0, 1.9]), ("at_least", visit(1), None, hours(16.0), None));
    assert_eq!(run(&[1.0, 1.9]).0, "returned");
    // A fall is another change, not the same one going on.
    assert_eq!(run(&[0.4]).0, "between");
}

#[test]
fn a_sham_session_is_subtracted() {
    let mut study = session();
    study.channels.truncate(2);
    study.recordings.push(Recording::new("day 2", "2", 86_400.0));
    for (id, kind, start, end) in [
        ("sham before", PhaseKind::Baseline, 0.0, 600.0),
        ("sham", PhaseKind::Sham, 600.0, 1500.0),
        ("sham after", PhaseKind::FollowUp, 1500.0, 3300.0),
    ] {
        study.phases.push(Phase { recording: Some("day 2".into()), ..Phase::new(id, kind, start, end) });
    }
    study.check().unwrap();
    let mut data = Measurements::new();
    // Rest alone brings 10 %, the massage 30 % more.
    put(
        &study,
        &mut data,
        "left",
        "day 1",
        &beats(1, "a", 0.0, 3300.0, |t| if t < 1500.0 { 1.0 } else { 1.43 }),
        3300.0,
    );
    put(
        &study,
        &mut data,
        "left",
        "day 2",
        &beats(2, "b", 0.0, 3300.0, |t| if t < 1500.0 { 0.8 } else { 0.88 }),
        3300.0,
    );
    let report = study.run(&data);
    let row = report.differences.iter().find(|row| row.window == "after:last").unwrap();
    assert_eq!((row.against, row.reference.as_str(), row.verdict), ("sham", "left", "claimed"));
    assert!(row.low.unwrap() < libm::log(1.3) && row.high.unwrap() > libm::log(1.3));
    assert!(row.high.unwrap() - row.low.unwrap() < 0.3);
    // Each session has its own baseline.
    assert_eq!(change(&report, "left", "sham after:last").against, "sham before");
    assert_eq!(change(&report, "left", "after:last").against, "before");
    assert!(!has(&report, "no_sham") && !has(&report, "no_reference"));
}

#[test]
fn what_is_wrong_with_the_data_is_said_and_the_rest_is_computed() {
    let mut study = session();
    // A phase after the end of the recordings, one that sticks out, and a visit without beats.
    study.phases.push(Phase::new("later", PhaseKind::FollowUp, 3200.0 + 200.0, 3400.0 + 600.0));
    study.recordings.push(Recording { sample_rate: Some(125.0), ..Recording::new("day 2", "2", 90_000.0) });
    study.phases.push(Phase { recording: Some("day 2".into()), ..Phase::new("day 2", PhaseKind::Visit, 0.0, 900.0) });
    study.recordings.push(Recording::new("day 3", "3", 180_000.0));
    let mut data = legs_and_finger(&study, &[0, 1, 2]);
    put(&study, &mut data, "left", "day 2", &(Vec::new(), Vec::new()), 700.0);
    data.add_failure("missing_file", None, "day 3", "day3.csv: no such file");
    let report = study.run(&data);
    let codes = codes(&report);
    for code in ["phase_outside", "phase_partly_outside", "rate_differs", "no_beats", "missing_file"] {
        assert!(codes.contains(&code), "{code} in {codes:?}");
    }
    let problem = |code: &str| report.problems.iter().find(|problem| problem.code == code).unwrap();
    assert_eq!(problem("phase_outside").phase.as_deref(), Some("later"));
    assert!(problem("rate_differs").text.contains("125 Hz") && problem("rate_differs").text.contains("250 Hz"));
    assert_eq!(
        (problem("no_beats").channel.as_deref(), problem("no_beats").window.as_deref()),
        (Some("left"), Some("day 2"))
    );
    assert_eq!(problem("missing_file").recording.as_deref(), Some("day 3"));
    let empty = report.levels.iter().find(|level| level.channel == "left" && level.window == "day 2").unwrap();
    assert_eq!((empty.accepted, empty.median, empty.absent), (0, None, Some("no_beats")));
    let off = report.levels.iter().find(|level| level.channel == "right" && level.window == "day 2").unwrap();
    assert_eq!(off.absent, Some("not_recorded"));
    assert_eq!(change(&report, "left", "day 2").verdict, "unsupported");
    assert_eq!(change(&report, "left", "after:last").verdict, "claimed");
    assert!(data.add_values(&study, "elbow", "day 1", "x", "1", Scale::Ratio, &[], &[], facts(1.0)).is_err());
}

#[test]
fn rates_and_recordings_that_do_not_fit_are_named() {
    let mut study = session();
    study.recordings.push(Recording::new("again", "1", 3000.0));
    let mut data = legs_and_finger(&study, &[0, 1, 2]);
    let series = beats(9, "again", 0.0, 600.0, |_| 1.0);
    put(&study, &mut data, "left", "again", &series, 600.0);
    let slow = SourceFacts { duration: 3300.0, sample_rate: Some(125.0), sha256: None };
    let (time, value) = beats(1, "right", 0.0, 3300.0, |_| 1.0);
    data.add_values(&study, "right", "day 1", "amplitude", "mm[Hg]", Scale::Ratio, &time, &value, slow).unwrap();
    let report = study.run(&data);
    assert_eq!(codes(&report), ["recordings_overlap", "rates_differ"]);
    assert!(report.problems[0].text.contains("overlap by 300.0 s from 3000.0 s"), "{}", report.problems[0].text);
    let rates = &report.problems[1].text;
    assert!(rates.contains("\"right\" has 125 Hz, \"left\" has 250 Hz"), "{rates}");
    assert_eq!(change(&report, "right", "after:last").verdict, "not_claimed");
}

#[test]
fn clocks_that_share_no_moment_are_named() {
    let mut study = session();
    study.channels[2].recordings = vec!["band".into()];
    study.recordings.push(Recording::new("band", "1", 7200.0));
    let mut data = legs_and_finger(&study, &[0, 1]);
    put(&study, &mut data, "finger", "band", &beats(1, "finger", 0.0, 3300.0, |_| 2.0), 3300.0);
    let report = study.run(&data);
    let apart = report.problems.iter().find(|problem| problem.code == "clocks_apart").expect("a row");
    assert!(apart.text.contains("\"finger\"") && apart.text.contains("clock_offset"), "{}", apart.text);
    assert!(report.differences.iter().all(|row| row.verdict == "unsupported"));
    assert_eq!(change(&report, "left", "after:last").verdict, "claimed");
}

#[test]
fn beats_of_an_analysis_enter_with_their_reasons() {
    let mut study = Study::default();
    study.recordings.push(Recording::new("a", "1", 0.0));
    let ppg = ChannelSignal::Pulse(SignalKind::Ppg);
    study.channels.push(Channel {
        measures: vec!["amplitude".into(), "pulse_rate".into(), "mood".into()],
        ..Channel::new("toe", ppg, Side::Left, Role::Treated)
    });
    study.phases.push(Phase::new("all", PhaseKind::Baseline, 0.0, 120.0));
    let wave = |i: u32| {
        let phase = (f64::from(i) / 125.0 * 1.2).fract();
        // A jolt of a second in the middle.
        let jolt = if (7000..7125).contains(&i) { 9000.0 * f64::from(i % 17) } else { 0.0 };
        50_000.0 + 1000.0 * libm::exp(-((phase - 0.3) / 0.1) * ((phase - 0.3) / 0.1)) + jolt
    };
    let samples: Vec<f64> = (0..15_000).map(wave).collect();
    let config = Config::ppg(SampleRate::hz(125.0).unwrap());
    let analysis = analyze(&samples, config).unwrap();
    let mut data = Measurements::new();
    data.add_beats(&study, "toe", "a", &analysis.beats, facts(120.0)).unwrap();
    let report = study.run(&data);
    assert_eq!(codes(&report), ["unknown_measure"]);
    let level = &report.levels[0];
    assert_eq!(
        (level.measure.as_str(), level.source.as_str(), level.unit.as_str()),
        ("amplitude", "amplitude", "unstated")
    );
    assert!((level.median.unwrap() - 1000.0).abs() < 15.0);
    let lost: usize = report.rejections.iter().filter(|row| row.measure == "amplitude").map(|row| row.count).sum();
    assert!(lost > 0 && lost == level.rejected);
    assert_eq!(level.accepted + level.rejected, analysis.beats.len());
    assert!(level.short && has(&report, "short_window") && has(&report, "unit_unstated"));
    assert_eq!((report.levels[1].source.as_str(), report.levels[1].unit.as_str()), ("rate", "/min"));
}

#[test]
fn markers_make_phases_where_none_are_written() {
    let mut study = session();
    study.phases.clear();
    let mut data = legs_and_finger(&study, &[1]);
    data.add_marker(Some("day 1"), 1500.0, "follow-up");
    data.add_marker(Some("day 1"), 0.0, "Baseline");
    data.add_marker(Some("day 1"), 600.0, "intervention");
    let report = study.run(&data);
    let phases: Vec<_> = report.phases.iter().map(|phase| (phase.phase.as_str(), phase.start, phase.end)).collect();
    assert_eq!(phases, [("baseline", 0.0, 600.0), ("intervention", 600.0, 1500.0), ("follow_up", 1500.0, 3300.0)]);
    assert_eq!(change(&report, "left", "follow_up:last").verdict, "claimed");

    let mut named = session();
    named.phases[1].start = Edge::Marker("massage".into());
    let report = named.run(&data);
    assert_eq!(codes(&report), ["unknown_marker"]);
    assert!(report.problems[0].text.contains("\"massage\""));
    data.add_marker(None, 610.0, "massage");
    assert_eq!(named.run(&data).phases[1].start, 610.0);
}

#[test]
fn nothing_at_all_is_a_report_too() {
    let report = Study::default().run(&Measurements::new());
    assert_eq!(codes(&report), ["no_phases"]);
    let study = session();
    let report = study.run(&Measurements::new());
    assert!(report.levels.is_empty() && report.changes.is_empty());
    assert_eq!(report.phases.len(), 3);
    // Odd numbers do not panic and do not get into an answer.
    let mut data = Measurements::new();
    let odd = [f64::NAN, f64::INFINITY, -1.0, 0.0, 1e308, 5e-324, 1.0, 1.0];
    let time: Vec<f64> = (0..800).map(f64::from).collect();
    let value: Vec<f64> = (0..800).map(|i| odd[i % odd.len()]).collect();
    put(&study, &mut data, "left", "day 1", &(time, value), 800.0);
    for table in study.run(&data).tables() {
        for (column, cells) in table.columns.iter().zip(&table.cells) {
            if let Cells::Number(numbers) = cells {
                for number in numbers.iter().filter(|number| number.is_nan()) {
                    assert_eq!(number.to_bits(), plethys::table::ABSENT.to_bits(), "{} {}", table.name, column.name);
                }
            }
        }
    }
}

#[cfg(feature = "study-file")]
mod file {
    use plethys::study::{Edge, Role, Side, Study, TEMPLATE};

    use super::{legs_and_finger, session};

    #[test]
    fn the_template_is_a_study_and_names_every_key() {
        let study = Study::parse(TEMPLATE).unwrap();
        assert_eq!(study.channels.len(), 3);
        let left = study.channel("left_calf").unwrap();
        assert_eq!((left.side, left.role, left.column()), (Side::Left, Role::Contralateral, "left"));
        let calibration = left.calibration.unwrap();
        assert!((calibration.scale() * 30_147.0 + calibration.offset() - 65.0).abs() < 1e-9);
        assert!((calibration.scale() * 1311.0 + calibration.offset()).abs() < 1e-9);
        assert_eq!((calibration.unit(), calibration.date()), ("mm[Hg]", Some("2026-11-01")));
        assert_eq!(study.phases[1].end, Edge::After(900.0));
        assert_eq!(study.phases[2].end, Edge::At(8700.0));

        // Every comment that shows a key is right: with all of them in force it still is a study.
        let key = |line: &str| {
            let shown = line.strip_prefix("# ").unwrap_or_default();
            let word = shown.split(" = ").next().unwrap_or_default();
            let is_key = shown.contains(" = ") && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            is_key || shown.starts_with("[[")
        };
        let other_form = ["# scale", "# offset", "# recording = \"session\"              #", "# visit = \"1\"  "];
        let lines = TEMPLATE.lines().map(|line| {
            let kept = !key(line) || other_form.iter().any(|form| line.starts_with(form));
            if kept { line } else { line.strip_prefix("# ").unwrap_or(line) }
        });
        let full = lines.collect::<Vec<&str>>().join("\n");
        let full = full.replace("start = 0                            #", "start = 2026-11-20T09:00:00 #");
        let study = Study::parse(&full).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(study.windows.len(), 1);
        assert_eq!(study.settings.pooled.len(), 1);
        assert_eq!(study.recordings[0].events.as_deref(), Some("session_events.tsv"));
        assert_eq!(study.recordings[1].reference_region, Some([2, 12, 60, 90]));
        assert_eq!(study.channel("left_foot").unwrap().region, Some([0, 40, 10, 60]));
        // What the comments call defaults are the defaults.
        let usual = plethys::study::Settings { pooled: study.settings.pooled.clone(), ..Default::default() };
        assert_eq!(study.settings, usual);
    }

    /// The template with one thing changed, and what is said about it.
    #[test]
    fn each_fault_has_its_line_and_key() {
        let cases = [
            ("end = \"10:00\"", "end = \"11:00\"", "start", "overlaps the phase \"baseline\""),
            ("kind = \"follow_up\"", "kind = \"followup\"", "kind", "expected one of \"baseline\""),
            (
                "role = \"remote\"",
                "role = \"remote\"\nreference = \"toe\"",
                "reference",
                "there is no channel \"toe\"; known: \"left_calf\"",
            ),
            (
                "recordings = [\"session\"] ",
                "recordings = [\"sesion\"] ",
                "recordings",
                "there is no recording \"sesion\"; known: \"session\"",
            ),
            ("# sample_rate = 250", "sample_rate = \"250\"", "sample_rate", "expected a number, got the text \"250\""),
            ("# clock_offset = 0.0", "clock_ofset = 0.0", "clock_ofset", "did you mean \"clock_offset\"?"),
            ("signal = \"ppg\"", "signal = \"PPG\"", "signal", "expected one of \"ppg\", \"pvr\""),
            ("duration = \"15:00\"", "duration = \"15:70\"", "duration", "expected seconds, \"MM:SS\""),
            ("id = \"right_calf\"", "id = \"left_calf\"", "id", "\"left_calf\" is used twice"),
            ("raw = [1311, 30147]", "raw = [1311]", "raw", "expected a list of 2 numbers, got a list of 1"),
            ("# alpha = 0.05", "alpha = 5", "alpha", "must be from 0.000001 to 0.5, got 5"),
            ("start = \"10:00\"  ", "start = 2026-11-20T09:00:00  ", "start", "a date needs [study] start"),
            ("# visit = \"1\"  ", "visit = \"3\"  ", "visit", "there is no recording of the visit \"3\"; known: \"1\""),
            (
                "# time_column = \"time\"  ",
                "reference_region = [2, 12, 60, 90]  ",
                "reference_region",
                "is of thermal frames, and no thermal channel with a region is in this recording",
            ),
            (
                "# cuff_column = \"left_cuff\"",
                "region = [0, 40, 10, 60]",
                "region",
                "is of thermal frames, and the signal is \"pvr\"",
            ),
            ("title = \"PVR", "title = \"PVR\" \"", "", ""),
        ];
        for (from, to, key, text) in cases {
            assert!(TEMPLATE.contains(from), "{from}");
            let wrong = TEMPLATE.replacen(from, to, 1);
            let error = Study::parse(&wrong).expect_err(to);
            let fault = &error.faults[0];
            assert_eq!(fault.key, key, "{error}");
            assert!(fault.text.contains(text), "{to}: {error}");
            // The line of the change, or where an overlap begins, is the line that is named.
            let before = TEMPLATE.find(from).unwrap() + to.rfind('\n').map_or(0, |newline| newline + 1);
            let at = wrong[..before].matches('\n').count() + 1;
            let named = wrong.lines().nth(fault.line - 1).unwrap();
            assert!(fault.line == at || text.starts_with("overlaps"), "{to}: line {} against {at}", fault.line);
            assert!(key.is_empty() || named.contains(key), "{named}");
            assert!(error.to_string().starts_with(&format!("line {}, column {}: ", fault.line, fault.column)));
        }
    }

    #[test]
    fn several_faults_come_together_in_order() {
        let wrong = TEMPLATE.replace("kind = \"visit\"", "kind = 3").replace("side = \"left\"", "side = \"links\"");
        let faults = Study::parse(&wrong).unwrap_err().faults;
        assert_eq!(faults.len(), 3);
        assert!(faults.windows(2).all(|pair| pair[0].line < pair[1].line));
        assert!(Study::parse("").unwrap_err().to_string().contains("at least one [[channel]]"));
        assert!(Study::parse("\u{feff}[[channel]]\nid = \"a\"\nsignal = \"ppg\"\n").is_ok());
        assert!(Study::parse("study = 3").unwrap_err().to_string().contains("expected a table"));
    }

    #[test]
    fn dates_count_from_the_earliest() {
        let text = "
            [[recording]]\nid = \"b\"\nvisit = \"2\"\nstart = 2026-11-21T08:00:00\n
            [[recording]]\nid = \"a\"\nstart = 2026-11-20T09:00:00\n
            [[channel]]\nid = \"x\"\nsignal = \"values\"\n
            [[phase]]\nid = \"p\"\nkind = \"baseline\"\nstart = 2026-11-20T09:10:00\nduration = 600\n";
        let study = Study::parse(text).unwrap();
        assert_eq!(study.start.as_deref(), Some("2026-11-20T09:00:00"));
        assert_eq!((study.recordings[0].start, study.recordings[1].start), (82_800.0, 0.0));
        assert_eq!(study.phases[0].start, Edge::At(600.0));
        let mixed = text.replace("21T08:00:00", "21T08:00:00Z");
        assert!(Study::parse(&mixed).unwrap_err().to_string().contains("offset from UTC"));
    }

    #[test]
    fn json_is_the_report_byte_for_byte() {
        let study = session();
        let report = study.run(&legs_and_finger(&study, &[0, 1, 2]));
        let text = report.to_json();
        assert_eq!(text, study.run(&legs_and_finger(&study, &[1, 2, 0])).to_json());
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["changes"].as_array().unwrap().len(), report.changes.len());
        let row = &json["changes"][0];
        assert_eq!(row["verdict"], report.changes[0].verdict);
        assert_eq!(row["percent"].as_f64(), report.changes[0].percent);
        assert!(row["detectable"].is_null());
        assert_eq!(json["columns"]["levels"][10]["name"], "median");
        for table in report.tables() {
            assert_eq!(json[table.name].as_array().unwrap().len(), table.len());
            assert_eq!(json["columns"][table.name].as_array().unwrap().len(), table.columns.len());
        }
    }
}
