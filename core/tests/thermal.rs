//! Thermal streams against synthetic cameras whose scene is known: levels, differences, movement, equality, allocation, bad input.
//!
//! Hundreds of seeds: `cargo run --release -p plethys-benches --bin thermal_seeds`.

mod common;

use std::hint::black_box;

use common::heap_events;
use ndarray::{Array2, Array3, ArrayView2, aview2};
use plethys::thermal::{
    BandMeter, Encoding, EvenSeries, FlowFilter, Frame, NoticeTable, Shape, ShutterRule, Telemetry, ThermalAnalysis,
    ThermalConfig, ThermalEvent, ThermalMonitor, ThermalNotice, ThermalReason, ThermalState, ThermalTables,
    WaveletOptions, analyze_thermal, band_correlation, fit_depth, frames_of, oscillations, relative_flow,
};
use plethys::{Error, table::ABSENT};
use plethys_datasets::{Course, FlowDrive, Line, Outline, Rng, Site, ThermalFrame, ThermalOutput, ThermalSynth};

/// A frame of the synthetic camera as the kernel takes it.
fn view<'a>(frame: &ThermalFrame<'a>, rows: usize, columns: usize) -> Frame<'a> {
    if frame.counts.is_empty() {
        ArrayView2::from_shape((rows, columns), frame.celsius).expect("the frame's shape").into()
    } else {
        ArrayView2::from_shape((rows, columns), frame.counts).expect("the frame's shape").into()
    }
}

fn run(synth: &ThermalSynth, config: ThermalConfig) -> ThermalAnalysis {
    let mut camera = synth.camera().expect("a valid configuration");
    let mut monitor = ThermalMonitor::new(config).expect("a valid configuration");
    let mut tables = ThermalTables::default();
    while let Some(frame) = camera.next_frame() {
        let view = view(&frame, synth.rows, synth.columns);
        monitor.push(view, frame.time, &mut |event| tables.push(event)).expect("a frame that fits");
    }
    monitor.finish(&mut |event| tables.push(event));
    ThermalAnalysis::new(&monitor, tables)
}

/// Largest distance from truth of a series of window means.
fn worst(series: &(Vec<f64>, Vec<f64>), truth: impl FnMut(f64) -> f64) -> f64 {
    let truths = series.0.iter().copied().map(truth);
    series.1.iter().zip(truths).map(|(value, truth)| (value - truth).abs()).fold(0.0, f64::max)
}

fn rectangle(top: usize, bottom: usize, left: usize, right: usize) -> Shape {
    Shape::Rectangle { top, bottom, left, right }
}

/// The same pixels as a mask, for the truth.
fn mask(shape: &Shape, rows: usize, columns: usize) -> Vec<bool> {
    let Shape::Rectangle { top, bottom, left, right } = *shape else { panic!("rectangles only") };
    let inside = |i: usize| (top..bottom).contains(&(i / columns)) && (left..right).contains(&(i % columns));
    (0..rows * columns).map(inside).collect()
}

/// A foot whose warmth rises by 2 K and falls again.
fn wandering() -> Course {
    Course { level: 31.0, steps: vec![[100.0, 0.0], [600.0, 2.0], [1100.0, 0.5]], ..Course::default() }
}

fn lepton(seed: u64, duration: f64) -> ThermalSynth {
    let mut synth = ThermalSynth { repeats: 1, ..ThermalSynth::lepton(seed, duration) };
    synth.sites[0].course = wandering();
    synth
}

#[test]
fn levels_hold_against_a_reference_in_the_frame() {
    let synth = lepton(11, 1200.0);
    let foot = rectangle(50, 85, 32, 55);
    let config = ThermalConfig::new(120, 160, Encoding::LEPTON)
        .region("right", foot.clone())
        .and_then(|config| config.region("plate", rectangle(8, 22, 68, 92)))
        .and_then(|config| config.reference("plate", Some(30.0)))
        .expect("short names");
    let analysis = run(&synth, config);
    let mut scene = synth.scene().expect("a valid configuration");
    let mask = mask(&foot, 120, 160);
    let series = analysis.mean_series("right", 10.0);
    assert!(series.0.len() > 110, "{} windows", series.0.len());
    let error =
        worst(&series, |time| (0..11).map(|i| scene.mean_over(&mask, time - 5.0 + f64::from(i))).sum::<f64>() / 11.0);
    assert!(error < 0.05, "{error:.3} K");
    // Six shutters in twenty minutes, each of them seen; and all dead pixels.
    let shutters = synth.camera().expect("a valid configuration").shutters();
    let mut dead = synth.camera().expect("a valid configuration").dead_pixels();
    dead.sort_unstable();
    dead.dedup();
    let steps = of_kind(&analysis.notices, ThermalNotice::Step);
    for time in &steps {
        assert!(shutters.iter().any(|shut| (time - shut).abs() < 1.0), "a step at {time} s, shutters at {shutters:?}");
    }
    assert!(steps.len() >= shutters.len() - 2, "{steps:?}");
    assert_eq!(of_kind(&analysis.notices, ThermalNotice::BadPixel).len(), dead.len());
}

fn of_kind(notices: &NoticeTable, kind: ThermalNotice) -> Vec<f64> {
    let rows = notices.number("time").iter().zip(notices.code("notice"));
    rows.filter(|(_, code)| **code == kind.code()).map(|(time, _)| *time).collect()
}

#[test]
fn without_a_reference_segments_are_marked_and_not_compared() {
    let synth = lepton(3, 400.0);
    let config =
        ThermalConfig::new(120, 160, Encoding::LEPTON).region("right", rectangle(50, 85, 32, 55)).expect("short");
    let mut camera = synth.camera().expect("a valid configuration");
    let mut monitor = ThermalMonitor::new(config).expect("a valid configuration");
    let mut tables = ThermalTables::default();
    while let Some(frame) = camera.next_frame() {
        let telemetry = Telemetry { counter: Some(frame.counter), shutter: frame.shutter, uptime: None };
        let view = view(&frame, 120, 160).with(telemetry);
        monitor.push(view, frame.time, &mut |event| tables.push(event)).expect("a frame that fits");
    }
    monitor.finish(&mut |event| tables.push(event));
    let analysis = ThermalAnalysis::new(&monitor, tables);
    assert!(!analysis.is_comparable());
    assert_eq!(analysis.end.segment, 2);
    let rows = analysis.regions.number("time").iter().zip(analysis.regions.flag("shutter"));
    for (time, shutter) in rows {
        let near = [180.0, 360.0].iter().any(|shut| *time > shut - 0.9 && *time < shut + 1.5);
        let far = [180.0, 360.0].iter().all(|shut| *time < shut - 1.3 || *time > shut + 2.0);
        assert!(!near || *shutter, "not cut at {time} s");
        assert!(!far || !*shutter, "cut at {time} s");
    }
    let crossing: Vec<f64> = analysis
        .means
        .number("time")
        .iter()
        .zip(analysis.means.flag("crossing"))
        .zip(analysis.means.number("window"))
        .filter(|((_, crossing), window)| **crossing && **window == 60.0)
        .map(|((time, _), _)| *time)
        .collect();
    // 180 s and 360 s are borders of windows: what lies after the cut belongs to the next segment.
    assert!(crossing.is_empty(), "{crossing:?}");
    assert_eq!(of_kind(&analysis.notices, ThermalNotice::Shutter).len(), 2);
}

#[test]
fn differences_in_a_frame_do_not_drift() {
    let feet = |rows: usize, columns: usize, shape: Shape, encoding: Encoding| {
        ThermalConfig::new(rows, columns, encoding)
            .region("right", shape)
            .and_then(|config| config.mirrored("left", "right", columns as f64 / 2.0))
            .and_then(|config| config.difference("feet", "right", "left"))
            .expect("short names")
    };
    let cases = [
        // 5 x 5 pixels a side, common-mode drift of 0.3 K.
        (lepton(5, 600.0), feet(120, 160, rectangle(64, 69, 40, 45), Encoding::LEPTON), 10.0, 0.02),
        (ThermalSynth::mlx90640(5, 600.0), feet(24, 32, rectangle(9, 17, 6, 11), Encoding::Celsius), 60.0, 0.05),
        (ThermalSynth::amg8833(5, 600.0), feet(8, 8, rectangle(3, 5, 1, 3), Encoding::Celsius), 60.0, 0.03),
    ];
    for (mut synth, config, window, allowed) in cases {
        synth.fixed_pattern = 0.0;
        synth.sites[0].course = wandering();
        let shape = config.regions[0].shape.clone();
        let Shape::Rectangle { top, bottom, left, right } = shape else { panic!("a rectangle") };
        let mirror = rectangle(top, bottom, synth.columns - right, synth.columns - left);
        let masks = [&shape, &mirror].map(|shape| mask(shape, synth.rows, synth.columns));
        let analysis = run(&synth, config);
        let mut scene = synth.scene().expect("a valid configuration");
        let series = analysis.difference_mean_series("feet", window);
        assert!(series.0.len() as f64 > 0.9 * 600.0 / window, "{} windows", series.0.len());
        let error = worst(&series, |time| {
            let at = |i: i32| time + window * f64::from(i) / 20.0;
            let mut mean = |mask: &[bool]| (-10..=10).map(|i| scene.mean_over(mask, at(i))).sum::<f64>() / 21.0;
            mean(&masks[0]) - mean(&masks[1])
        });
        assert!(error < allowed, "{} x {}: {error:.3} K", synth.rows, synth.columns);
    }
}

/// A probe's readings, empty ones among them.
#[test]
fn a_contact_probe_is_a_frame_of_one_pixel() {
    let config = ThermalConfig::probe("wrist").expect("short");
    let mut monitor = ThermalMonitor::new(config).expect("a valid configuration");
    let mut tables = ThermalTables::default();
    for i in 0..2400_u32 {
        let time = f64::from(i) / 4.0;
        let celsius = if i % 100 == 7 { f64::NAN } else { (31.0 + time / 600.0) * 50.0 };
        let celsius = libm::round(celsius) / 50.0;
        monitor.push(Frame::probe(&celsius), time, &mut |event| tables.push(event)).expect("a reading");
    }
    monitor.finish(&mut |event| tables.push(event));
    let accepted = tables.regions.flag("accepted").iter().filter(|accepted| **accepted).count();
    assert_eq!((tables.regions.len(), accepted), (2400, 2376));
    let analysis = ThermalAnalysis::new(&monitor, tables);
    let (time, mean) = analysis.mean_series("wrist", 60.0);
    assert_eq!(time.len(), 10);
    for (time, mean) in time.iter().zip(mean) {
        assert!((mean - 31.0 - time / 600.0).abs() < 0.005, "{mean} at {time}");
    }
    assert_eq!(analysis.end.state, ThermalState::Measuring);
}

/// Frames with everything that can go wrong.
fn rough() -> (Array3<u16>, Vec<f64>) {
    let synth = ThermalSynth { repeats: 2, frame_rate: 4.0, ..ThermalSynth::lepton(9, 40.0) };
    let mut camera = synth.camera().expect("a valid configuration");
    let (mut pixels, mut times) = (Vec::new(), Vec::new());
    while let Some(frame) = camera.next_frame() {
        let number = times.len();
        let step = if number > 200 { 60 } else { 0 };
        pixels.extend(frame.counts.iter().map(|count| match number {
            100..110 => 0,
            150 => 3000,
            _ => count + step,
        }));
        times.push(if number == 50 { 3.0 } else { frame.time });
    }
    let stack = Array3::from_shape_vec((times.len(), 120, 160), pixels).expect("whole frames");
    (stack, times)
}

fn everything() -> ThermalConfig {
    let toes = Shape::Polygon(vec![[30.0, 50.0], [60.0, 45.0], [64.0, 80.0], [28.0, 84.0]]);
    let mut config = ThermalConfig::new(120, 160, Encoding::LEPTON)
        .eroded_region("right", toes, 2)
        .and_then(|config| config.mirrored("left", "right", 80.0))
        .and_then(|config| config.region("plate", rectangle(8, 22, 68, 92)))
        .and_then(|config| config.difference("feet", "right", "left"))
        .and_then(|config| config.reference("plate", Some(30.0)))
        .expect("short names");
    config.baseline = Some([0.0, 10.0]);
    config.bad_pixels = vec![[60, 45], [61, 45]];
    config
}

#[test]
fn streaming_is_batch_bit_for_bit_in_any_layout() {
    let (stack, times) = rough();
    let batch = analyze_thermal(frames_of(stack.view()), &times, everything()).expect("frames that fit");
    let bytes = |analysis: &ThermalAnalysis| {
        [
            analysis.regions.to_bytes(),
            analysis.means.to_bytes(),
            analysis.differences.to_bytes(),
            analysis.difference_means.to_bytes(),
            analysis.notices.to_bytes(),
        ]
    };
    assert!(batch.regions.len() > 400 && batch.differences.len() > 130 && !batch.notices.is_empty());
    let mut monitor = ThermalMonitor::new(everything()).expect("a valid configuration");
    for turn in 0..2 {
        let mut tables = ThermalTables::default();
        for (frame, time) in stack.outer_iter().zip(&times) {
            // Column by column in memory.
            let turned = frame.t().to_owned();
            let view = if turn == 0 { frame } else { turned.t() };
            monitor.push(view, *time, &mut |event| tables.push(event)).expect("a frame that fits");
            black_box(monitor.snapshot());
        }
        monitor.finish(&mut |event| tables.push(event));
        assert_eq!(bytes(&ThermalAnalysis::new(&monitor, tables)), bytes(&batch), "turn {turn}");
        monitor.reset();
    }
    // The same as temperatures, in double precision: to rounding.
    let celsius = stack.mapv(|count| f64::from(count) * 0.01 - 273.15);
    let mut config = everything();
    config.radiometry = plethys::thermal::Radiometry::new(Encoding::Celsius);
    let warm = analyze_thermal(frames_of(celsius.view()), &times, config).expect("frames that fit");
    for (a, b) in warm.regions.number("mean").iter().zip(batch.regions.number("mean")) {
        assert!((a - b).abs() < 1e-9 || (a.is_nan() && b.is_nan()), "{a} and {b}");
    }
}

#[test]
fn frames_leave_the_heap_alone() {
    let (stack, times) = rough();
    let wrong = Array2::<u16>::zeros((8, 8));
    for follow in [false, true] {
        let mut monitor = ThermalMonitor::new(ThermalConfig { follow, ..everything() }).expect("a valid configuration");
        let mut rows = 0;
        let mut sink = |event| rows += u32::from(matches!(event, ThermalEvent::Region(_)));
        let events = heap_events(|| {
            for _ in 0..2 {
                for (frame, time) in stack.outer_iter().zip(&times).take(if follow { 60 } else { 400 }) {
                    black_box(monitor.push(frame, *time, &mut sink).is_ok());
                    black_box((monitor.snapshot(), monitor.latest(0), monitor.baseline(0)));
                }
                black_box(monitor.push(wrong.view(), 1e3, &mut sink).is_err());
                black_box(monitor.push(stack.index_axis(ndarray::Axis(0), 0), f64::NAN, &mut sink).is_err());
                monitor.finish(&mut sink);
                monitor.reset();
            }
        });
        assert_eq!(events, 0, "follow: {follow}");
        assert!(rows > 100, "{rows} rows");
    }
    let mut flow = FlowFilter::new(1.5e-3).expect("in range");
    let mut bands = BandMeter::new(1.0).expect("in range");
    let events = heap_events(|| {
        for turn in 0..2 {
            for second in 0..1200_u32 {
                let value =
                    if second == 600 && turn == 1 { f64::NAN } else { 31.0 + libm::sin(0.1 * f64::from(second)) };
                black_box(flow.push(value));
                bands.push(value);
                black_box((bands.power(1).is_ok(), bands.power(99).is_ok()));
            }
            flow.reset();
            bands.reset();
        }
    });
    assert_eq!(events, 0, "flow and bands");
    assert!(heap_events(|| drop(black_box(vec![0_u8; 64]))) > 0, "the counter is dead");
}

/// The streaming flow of a series is that of the record bit for bit, and undoes the wave that it was made for.
#[test]
fn flow_undoes_the_thermal_wave() {
    let mut rng = Rng::new(4);
    for depth in [1e-3, 1.5e-3, 2e-3] {
        let drive = FlowDrive::new(&mut rng, 0.15, [0.005, 0.05], depth);
        let values: Vec<f64> = (0..2400).map(|i| 31.0 + drive.surface(f64::from(i))).collect();
        let series = EvenSeries { start: 0.0, step: 1.0, values };
        let batch = relative_flow(&series, depth).expect("in range");
        let mut filter = FlowFilter::new(depth).expect("in range");
        let (mut streamed, mut square, mut error) = (Vec::new(), 0.0, 0.0);
        for (i, value) in series.values.iter().enumerate() {
            if let Some(flow) = filter.push(*value) {
                let truth = drive.flow(i as f64 - filter.latency());
                square += truth * truth;
                error += (flow - truth) * (flow - truth);
                streamed.push(flow);
            }
        }
        assert_eq!(streamed, batch.values);
        // The gain is capped at 15, where 2 mm at 0.05 Hz ask for 12: what is undone there is part of the truth.
        assert!(error < 0.2 * square, "{depth} m: {:.2} of the power is missed", error / square);
        let truth = EvenSeries { values: (0..2400).map(|i| drive.flow(f64::from(i))).collect(), ..series.clone() };
        let (found, raw) = (band_correlation(&batch, &truth), band_correlation(&series, &truth));
        assert!(found > Some(0.97) && found > raw, "{depth} m: {found:?}, raw {raw:?}");
        let fit = fit_depth(&series, &truth, 1).expect("forty minutes");
        assert!((fit.depth / depth - 1.0).abs() < 0.1 && fit.is_significant(), "{fit:?}");
    }
}

#[test]
fn bands_while_they_arrive_are_those_of_the_record() {
    let mut rng = Rng::new(8);
    let lines: Vec<Line> =
        [0.007, 0.012, 0.04, 0.1].map(|frequency| Line { frequency, amplitude: 0.1, phase: rng.phase() }).to_vec();
    let value = |i: u32| 31.0 + 1e-4 * f64::from(i) + lines.iter().map(|line| line.at(f64::from(i))).sum::<f64>();
    let mut meter = BandMeter::new(1.0).expect("in range");
    for i in 0..2400 {
        // Five cycles of 0.005 Hz, and the next look after them.
        assert!(meter.power(0).is_ok() == (i > 1000) || (1000..1020).contains(&i), "after {i} s");
        meter.push(value(i));
    }
    let series = EvenSeries { start: 0.0, step: 1.0, values: (0..2400).map(value).collect() };
    let record = oscillations(&series, WaveletOptions { surrogates: 0, seed: 1 });
    for band in 0..4 {
        let (live, whole) =
            (meter.power(band).expect("forty minutes"), record.bands[band].power.expect("forty minutes"));
        assert!((live / 0.005 - 1.0).abs() < 0.12 && (live / whole - 1.0).abs() < 0.12, "{band}: {live}, {whole}");
    }
    assert_eq!(meter.power(5), Err(ThermalReason::NotComputable));
}

#[test]
fn bad_input_is_named_and_the_rest_goes_on() {
    let mut monitor = ThermalMonitor::new(everything()).expect("a valid configuration");
    let (stack, times) = rough();
    let mut tables = ThermalTables::default();
    let other = Array2::<u16>::zeros((60, 80));
    let warm = Array2::<f32>::zeros((120, 160));
    for (i, (frame, time)) in stack.outer_iter().zip(&times).enumerate() {
        let mut sink = |event| tables.push(event);
        if i == 20 {
            let error = monitor.push(other.view(), *time, &mut sink).expect_err("another shape");
            assert_eq!(error.to_string(), "frames must be 120 x 160, got 60 x 80");
            let error = monitor.push(warm.view(), *time, &mut sink).expect_err("temperatures");
            assert_eq!(error.to_string(), "the monitor takes counts (u16), got temperatures (f32, f64)");
            let error = monitor.push(frame, f64::INFINITY, &mut sink).expect_err("no time");
            assert!(matches!(error, Error::BadTime { index: 20, .. }), "{error}");
        }
        monitor.push(frame, *time, &mut sink).expect("a frame that fits");
    }
    monitor.finish(&mut |event| tables.push(event));
    let end = monitor.snapshot();
    assert_eq!((end.counts.frames, end.counts.backward), (times.len() as u64, 1));
    assert!(end.counts.repeated > 100 && end.counts.wrong_unit >= 2, "{:?}", end.counts);
    for kind in [ThermalNotice::BackwardStamp, ThermalNotice::WrongUnit, ThermalNotice::Step] {
        assert!(!of_kind(&tables.notices, kind).is_empty(), "{} was not told", kind.name());
    }
    let is_lost = |code: &&u8| ThermalReason::from_code(**code) == Some(ThermalReason::WrongUnit);
    let lost = tables.regions.code("reason").iter().filter(is_lost).count();
    assert!((3..30).contains(&lost), "{lost} rows");
    let last = monitor.push(stack.index_axis(ndarray::Axis(0), 0), 1e6, &mut |_| {}).expect_err("finished");
    assert_eq!(last, Error::Finished);
    // Missing pixels: those that are there count.
    let mut holes = Array2::from_elem((8, 8), 30.0);
    holes[[3, 3]] = f64::NAN;
    holes[[3, 4]] = f64::INFINITY;
    let config = ThermalConfig::new(8, 8, Encoding::Celsius).region("all", Shape::Whole).expect("short");
    let analysis = analyze_thermal([holes.view()], &[0.0], config.clone()).expect("a frame that fits");
    assert_eq!((analysis.regions.number("count")[0], analysis.regions.number("mean")[0]), (62.0, 30.0));
    // Counts where °C was said.
    let counts = Array2::from_elem((8, 8), 30_315.0_f32);
    let analysis = analyze_thermal([counts.view()], &[0.0], config.clone()).expect("a frame that fits");
    assert_eq!(analysis.regions.number("mean")[0].to_bits(), ABSENT.to_bits());
    assert_eq!(analysis.regions.code("reason")[0], ThermalReason::WrongUnit.code());
    assert!(analyze_thermal([aview2(&[[0_u16; 8]; 8])], &[0.0], config.clone()).is_err());
    // Stamps that are not as many as frames.
    assert!(analyze_thermal([holes.view()], &[0.0, 1.0], config).is_err());
}

#[test]
fn what_cannot_be_measured_is_refused() {
    let refused = |config: ThermalConfig| ThermalMonitor::new(config).expect_err("refused").to_string();
    let small = ThermalConfig::new(8, 8, Encoding::Celsius).region("all", Shape::Whole).expect("short");
    let follow = ThermalConfig { follow: true, ..small.clone() };
    assert_eq!(refused(follow), "follow cannot be used: frames of fewer than 16 x 16 pixels cannot be registered");
    assert!(refused(ThermalConfig { shutter: ShutterRule::Detect, ..small.clone() }).contains("256 pixels"));
    let twice = small.clone().region("all", Shape::Whole).expect("short");
    assert_eq!(refused(twice), "region \"all\" has the name of another region");
    let unknown = small.clone().difference("feet", "all", "left").expect("short");
    assert_eq!(refused(unknown), "region \"left\" is not one of the regions");
    assert!(refused(ThermalConfig::new(8, 8, Encoding::Celsius)).contains("number of regions"));
    assert!(refused(ThermalConfig { baseline: Some([5.0, 5.0]), ..small }).contains("baseline"));
}

/// A limb that wanders by up to five pixels, seen by a camera with 50 mK of fixed pattern.
fn shifts(synth: &ThermalSynth, config: ThermalConfig) -> (f64, ThermalAnalysis) {
    let analysis = run(synth, ThermalConfig { follow: true, ..config });
    let scene = synth.scene().expect("a valid configuration");
    let rows = analysis.regions.number("time").iter().zip(analysis.regions.number("shift_x"));
    let error = rows.zip(analysis.regions.number("shift_y")).fold(0.0, |worst: f64, ((time, x), y)| {
        let [true_x, true_y] = scene.shift(*time);
        worst.max((x - true_x).abs()).max((y - true_y).abs())
    });
    (error, analysis)
}

#[test]
fn a_limb_is_followed_to_a_fifth_of_a_pixel() {
    let path = |size: f64| vec![[0.0, 0.0, 0.0], [10.0, size, -0.6 * size], [20.0, -size, size], [30.0, 0.0, -size]];
    for seed in 0..3 {
        let base = ThermalSynth { frame_rate: 2.0, repeats: 1, ..ThermalSynth::lepton(seed, 30.0) };
        let mut synth = ThermalSynth { fixed_pattern: 0.05, motion: path(5.0), ..base };
        synth.sites.pop();
        let foot =
            ThermalConfig::new(120, 160, Encoding::LEPTON).region("right", rectangle(50, 85, 32, 55)).expect("short");
        let (error, analysis) = shifts(&synth, foot);
        assert!(error < 0.2, "160 x 120, seed {seed}: {error:.2} pixels");
        assert!(!analysis.regions.flag("unobservable").contains(&true));
        assert!(!analysis.regions.flag("limb_left").contains(&true));
        let base = ThermalSynth { frame_rate: 2.0, ..ThermalSynth::mlx90640(seed, 30.0) };
        let synth = ThermalSynth { fixed_pattern: 0.05, motion: path(1.0), ..base };
        let foot =
            ThermalConfig::new(24, 32, Encoding::Celsius).region("right", rectangle(10, 17, 7, 11)).expect("short");
        let (error, _) = shifts(&synth, foot);
        assert!(error < 0.2, "32 x 24, seed {seed}: {error:.2} pixels");
    }
}

#[test]
fn a_shank_is_not_seen_to_slide_along_itself() {
    let shank = Outline::Rectangle { top: -50.0, bottom: 200.0, left: 55.0, right: 105.0 };
    let base = ThermalSynth { frame_rate: 2.0, repeats: 1, fixed_pattern: 0.05, ..ThermalSynth::lepton(1, 20.0) };
    let motion = vec![[0.0, 0.0, 0.0], [10.0, 4.0, 6.0], [20.0, -4.0, -6.0]];
    let synth = ThermalSynth { sites: vec![Site::new("shank", shank, 31.0)], motion, ..base };
    let config =
        ThermalConfig::new(120, 160, Encoding::LEPTON).region("shank", rectangle(40, 80, 65, 95)).expect("short");
    let (_, analysis) = shifts(&synth, config);
    assert!(analysis.regions.flag("unobservable").iter().all(|flag| *flag));
    let scene = synth.scene().expect("a valid configuration");
    let rows = analysis.regions.number("time").iter().zip(analysis.regions.number("shift_x"));
    for ((time, x), y) in rows.zip(analysis.regions.number("shift_y")) {
        assert!((x - scene.shift(*time)[0]).abs() < 0.2 && y.abs() < 0.05, "({x:.2}, {y:.2}) at {time} s");
    }
}

#[test]
fn a_limb_that_leaves_its_region_is_told() {
    let motion = vec![[20.0, 0.0, 0.0], [30.0, 40.0, 0.0], [40.0, 40.0, 0.0], [50.0, 0.0, 0.0]];
    let base = ThermalSynth {
        frame_rate: 4.0,
        repeats: 1,
        output: ThermalOutput::Celsius { step: 0.0 },
        ..ThermalSynth::lepton(2, 70.0)
    };
    let synth = ThermalSynth { motion, ..base };
    let config =
        ThermalConfig::new(120, 160, Encoding::Celsius).region("right", rectangle(50, 85, 32, 55)).expect("short");
    let analysis = run(&synth, config);
    let (left, back) =
        (of_kind(&analysis.notices, ThermalNotice::LimbLeft), of_kind(&analysis.notices, ThermalNotice::LimbBack));
    assert_eq!((left.len(), back.len()), (1, 1), "{left:?} {back:?}");
    assert!((20.0..25.0).contains(&left[0]) && (45.0..50.5).contains(&back[0]), "{left:?} {back:?}");
}
