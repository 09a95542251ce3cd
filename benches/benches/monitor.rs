//! Speed of the pipeline: a monitor fed sample by sample, `analyze`, and what motion and time stamps cost.
//!
//! `cargo bench -p plethys-benches --bench monitor`; the table of multiples is printed at the end of every run.

use plethys::filter::{Band, BiquadCascade, Family, Sections};
use plethys::{Config, Event, Input, Monitor, SampleRate, analyze, analyze_input};
use plethys_benches::{Stage, run};
use plethys_datasets::{Level, Rhythm, Synth};

const RATE: f64 = 125.0;
/// Length of the stream, s.
const DURATION: f64 = 600.0;

fn config() -> Config {
    Config::ppg(SampleRate::hz(RATE).expect("in range"))
}

fn cascade() -> BiquadCascade {
    let band = Band::BandPass { low: 0.5, high: 8.0 };
    BiquadCascade::new(Sections::design(Family::Butterworth, 4, band, RATE).expect("a valid design"))
}

fn acceleration(count: usize) -> Vec<[f64; 3]> {
    let swing = |i: usize| libm::sin(1.7 * core::f64::consts::TAU * i as f64 / RATE);
    (0..count).map(|i| [0.5 * swing(i), 0.3 * swing(i + 9), 1.0 + 0.2 * swing(2 * i)]).collect()
}

fn stages() -> Vec<Stage> {
    let mut reference = cascade();
    let mut monitor = Monitor::new(config()).expect("a valid configuration");
    let count = (DURATION * RATE) as usize;
    let (motion, time) = (acceleration(count), (0..count).map(|i| i as f64 / RATE).collect::<Vec<f64>>());
    vec![
        Stage::each("cascade of 4 biquads", move |x| reference.push(x)),
        Stage::new("monitor, sample by sample", move |samples| {
            monitor.reset();
            let mut beats = 0.0;
            for sample in samples {
                for event in monitor.push(*sample) {
                    beats += f64::from(u8::from(matches!(event, Event::Beat(_))));
                }
            }
            beats
        }),
        Stage::new("analyze", |samples| {
            let result = analyze(samples, config()).expect("a valid configuration");
            result.beats.len() as f64
        }),
        Stage::new("analyze, with time stamps", move |samples| {
            let input = Input { time: Some(&time), ..Input::new(samples) };
            analyze_input(&input, config()).expect("a valid input").beats.len() as f64
        }),
        Stage::new("analyze, with motion", move |samples| {
            let input = Input { motion: Some(&motion), ..Input::new(samples) };
            let config = Config { motion: true, ..config() };
            analyze_input(&input, config).expect("a valid input").beats.len() as f64
        }),
    ]
}

fn main() {
    let synth =
        Synth { seed: 5, rhythm: Rhythm::resting(68.0), white: Some(Level::SnrDb(30.0)), ..Synth::ppg(RATE, DURATION) };
    run("monitor", stages, &synth.record().expect("a valid recording").samples, 8);
}
