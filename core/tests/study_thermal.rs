//! Regions of thermal frames in a study: what stands when the camera has moved its level, and what does not.

use ndarray::ArrayView2;
use plethys::study::{Channel, ChannelSignal, Measurements, Phase, PhaseKind, Recording, Report, Role, Side, Study};
use plethys::thermal::{
    Encoding, Frame, Shape, Telemetry, ThermalAnalysis, ThermalConfig, ThermalMonitor, ThermalTables,
};
use plethys_datasets::{Course, Line, Rng, Shutter, ThermalSynth};

const DURATION: f64 = 2100.0;

fn course(seed: u64, tag: &str, warmth: f64) -> Course {
    Course {
        level: 30.0,
        steps: vec![[600.0, 0.0], [900.0, warmth]],
        lines: Line::noise(&mut Rng::stream(seed, tag), 0.015, 0.0075, 0.1),
        ..Course::default()
    }
}

/// An array camera over two feet, with a shutter every five minutes or without.
fn camera(seed: u64, shutter: bool) -> (ThermalSynth, ThermalAnalysis) {
    let mut synth = ThermalSynth {
        frame_rate: 1.0,
        shutter: shutter.then_some(Shutter { interval: 300.0, freeze: 0.7, level: 0.3, residue: 0.0 }),
        ..ThermalSynth::mlx90640(seed, DURATION)
    };
    synth.sites[0].course = course(seed, "right", 0.1);
    synth.sites[1].course = course(seed, "left", 0.6);
    let config = ThermalConfig::new(24, 32, Encoding::Celsius)
        .region("right", Shape::Rectangle { top: 9, bottom: 17, left: 6, right: 11 })
        .and_then(|config| config.mirrored("left", "right", 16.0))
        .expect("short names");
    let mut camera = synth.camera().expect("a valid configuration");
    let mut monitor = ThermalMonitor::new(config).expect("a valid configuration");
    let mut tables = ThermalTables::default();
    while let Some(frame) = camera.next_frame() {
        let telemetry = Telemetry { counter: Some(frame.counter), shutter: frame.shutter, uptime: None };
        let view: Frame<'_> = ArrayView2::from_shape((24, 32), frame.celsius).expect("its shape").into();
        monitor.push(view.with(telemetry), frame.time, &mut |event| tables.push(event)).expect("a frame that fits");
    }
    monitor.finish(&mut |event| tables.push(event));
    (synth, ThermalAnalysis::new(&monitor, tables))
}

/// Both feet before one camera, or the left one before another; a contact probe on a finger.
fn run(analysis: &ThermalAnalysis, same_camera: bool) -> Report {
    let mut study = Study::default();
    for id in ["camera", "other", "probe"] {
        study.recordings.push(Recording::new(id, "1", 0.0));
    }
    let channel = |id: &str, side, role, recording: &str| Channel {
        site: Some(if role == Role::Remote { "finger" } else { "foot" }.into()),
        recordings: vec![recording.into()],
        ..Channel::new(id, ChannelSignal::Thermal, side, role)
    };
    let left = if same_camera { "camera" } else { "other" };
    study.channels.push(channel("right foot", Side::Right, Role::Treated, "camera"));
    study.channels.push(channel("left foot", Side::Left, Role::Contralateral, left));
    study.channels.push(channel("finger", Side::None, Role::Remote, "probe"));
    study.phases.push(Phase::new("before", PhaseKind::Baseline, 0.0, 600.0));
    study.phases.push(Phase::new("massage", PhaseKind::Intervention, 600.0, 900.0));
    study.phases.push(Phase::new("after", PhaseKind::FollowUp, 900.0, DURATION));
    let mut data = Measurements::new();
    data.add_thermal(&study, "right foot", "camera", analysis, "right", None).expect("a channel of the study");
    data.add_thermal(&study, "left foot", left, analysis, "left", None).expect("a channel of the study");
    let config = ThermalConfig::new(1, 1, Encoding::Celsius).region("tip", Shape::Whole).expect("a short name");
    let mut monitor = ThermalMonitor::new(config).expect("a valid configuration");
    let mut tables = ThermalTables::default();
    let mut rng = Rng::new(1);
    for second in 0..DURATION as u32 {
        let celsius = [32.0 + 0.05 * rng.normal()];
        let frame: Frame<'_> = ArrayView2::from_shape((1, 1), &celsius).expect("one pixel").into();
        monitor.push(frame, f64::from(second), &mut |event| tables.push(event)).expect("a frame that fits");
    }
    monitor.finish(&mut |event| tables.push(event));
    let probe = ThermalAnalysis::new(&monitor, tables);
    data.add_thermal(&study, "finger", "probe", &probe, "tip", None).expect("a channel of the study");
    study.run(&data)
}

#[test]
fn the_change_of_the_side_difference_is_the_true_one_whatever_the_shutter_did() {
    for (seed, shutter) in [(1, false), (2, true), (3, true)] {
        let (synth, analysis) = camera(seed, shutter);
        let report = run(&analysis, true);
        let truth = |from: f64| -> f64 {
            let at = |i: i32| from + f64::from(i) + 0.5;
            (0..600).map(|i| synth.sites[0].course.at(at(i)) - synth.sites[1].course.at(at(i))).sum::<f64>() / 600.0
        };
        let row = report.asymmetries.iter().find(|row| row.window == "after:last").expect("a window");
        let error = row.change.expect("both feet") - (truth(DURATION - 600.0) - truth(0.0));
        assert!(error.abs() < 0.05, "seed {seed}: {error} K");
    }
}

#[test]
fn a_level_that_moved_is_held_against_nothing_outside_its_frame() {
    let absent = |report: &Report| -> Vec<Option<&'static str>> {
        let rows = report.differences.iter().filter(|row| row.channel == "left foot" && row.reference == "finger");
        rows.map(|row| row.absent).collect()
    };
    let (_, moved) = camera(4, true);
    let report = run(&moved, true);
    assert!(!absent(&report).is_empty() && absent(&report).iter().all(|why| *why == Some("unreferenced")));
    // Two cameras: not even the side difference stands.
    let report = run(&moved, false);
    assert!(report.asymmetries.iter().all(|row| row.difference.is_none() && row.absent == Some("unreferenced")));
    let (_, still) = camera(4, false);
    let report = run(&still, true);
    assert!(!absent(&report).is_empty() && absent(&report).iter().all(Option::is_none));
}
