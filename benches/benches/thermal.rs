//! Speed of thermography: frames of 160 × 120 counts with four polygons of 1000 pixels each.
//!
//! `cargo bench -p plethys-benches --bench thermal`; the table of multiples is printed at the end of every run. What others are compared
//! with is the least that a program does: every pixel of the frame to °C, and summed.

use std::hint::black_box;

use ndarray::{Array3, ArrayView2, Axis};
use plethys::thermal::{
    Encoding, EvenSeries, FlowFilter, Shape, ThermalConfig, ThermalEvent, ThermalMonitor, WaveletOptions,
    fit_rewarming, oscillations,
};
use plethys_benches::{Stage, run};
use plethys_datasets::ThermalSynth;

/// Frames per run.
const FRAMES: usize = 64;

fn frames() -> Array3<u16> {
    let mut camera =
        ThermalSynth { repeats: 1, ..ThermalSynth::lepton(1, 60.0) }.camera().expect("a valid configuration");
    let mut pixels = Vec::new();
    for _ in 0..FRAMES {
        pixels.extend_from_slice(camera.next_frame().expect("a minute of frames").counts);
    }
    Array3::from_shape_vec((FRAMES, 120, 160), pixels).expect("whole frames")
}

/// Four rhombs of 1000 pixels.
fn config() -> ThermalConfig {
    let mut config = ThermalConfig::new(120, 160, Encoding::LEPTON);
    for (name, x, y) in [("a", 40.0, 35.0), ("b", 120.0, 35.0), ("c", 40.0, 85.0), ("d", 120.0, 85.0)] {
        let half = 22.4;
        let corners = vec![[x - half, y], [x, y - half], [x + half, y], [x, y + half]];
        config = config.region(name, Shape::Polygon(corners)).expect("a short name");
    }
    config
}

/// A monitor over the frames, again and again, with time going on.
fn monitor(name: &'static str, config: ThermalConfig) -> Stage {
    let stack = frames();
    let mut monitor = ThermalMonitor::new(config).expect("a valid configuration");
    let mut number = 0_u32;
    Stage::new(name, move |_| {
        let mut sum = 0.0;
        for frame in stack.axis_iter(Axis(0)) {
            number += 1;
            let mut sink = |event| {
                if let ThermalEvent::Region(row) = event {
                    sum += row.mean.unwrap_or(0.0);
                }
            };
            monitor.push(frame, f64::from(number) / 8.7, &mut sink).expect("a frame that fits");
        }
        sum
    })
}

fn stages() -> Vec<Stage> {
    let stack = frames();
    let base = || ThermalConfig { percentiles: false, ..config() };
    let bare = || ThermalConfig {
        find_bad_pixels: false,
        watch_limb: false,
        shutter: plethys::thermal::ShutterRule::Telemetry,
        ..base()
    };
    let series = EvenSeries {
        start: 0.0,
        step: 1.0,
        values: (0..1200)
            .map(|i| 31.0 + 0.1 * libm::sin(0.25 * f64::from(i)) - 9.0 * libm::exp(-f64::from(i) / 300.0))
            .collect(),
    };
    let (waves, rewarmed) = (series.clone(), series);
    let mut flow = FlowFilter::new(1.5e-3).expect("in range");
    vec![
        Stage::new("each pixel to degrees, summed", move |_| {
            let sum_of = |frame: ArrayView2<u16>| -> f64 {
                black_box(frame).iter().map(|count| 0.01 * f64::from(*count) - 273.15).sum()
            };
            stack.axis_iter(Axis(0)).map(sum_of).sum()
        }),
        monitor("monitor, mean and SD alone", bare()),
        monitor("monitor, mean and SD, with all watches", base()),
        monitor("monitor, and percentiles", config()),
        monitor("monitor, and following the limb", ThermalConfig { follow: true, ..config() }),
        Stage::each("flow, a second", move |_| flow.push(31.0).unwrap_or(1e-3) + 1.0),
        Stage::new("bands of 20 minutes (64th part)", move |_| {
            oscillations(&waves, WaveletOptions { surrogates: 0, seed: 1 }).bands[2].power.unwrap_or(f64::NAN)
        }),
        Stage::new("rewarming of 20 minutes (64th part)", move |_| {
            let time: Vec<f64> = (0..1200).map(f64::from).collect();
            fit_rewarming(&time, &rewarmed.values, 0.0, None).tau.map_or(1.0, |tau| tau.value)
        }),
    ]
}

fn main() {
    run("thermal, frames", stages, &[1.0; FRAMES], 8);
}
