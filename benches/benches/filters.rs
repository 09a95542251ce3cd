//! Speed of the building blocks: throughput of each stage, and its time as a multiple of a four-biquad cascade's.
//!
//! `cargo bench -p plethys-benches --bench filters`; the table of multiples is printed at the end of every run.

use std::hint::black_box;

use plethys::filter::{
    Band, Baseline, Biquad, BiquadCascade, BiquadState, Decimator, Derivative, Family, FirFilter, Kaiser, Resampler,
    RunningExtrema, RunningMedian, Sections, Taps,
};
use plethys_benches::{Stage, run};
use plethys_datasets::Synth;

const RATE: f64 = 125.0;
/// Samples of one run: two minutes.
const BLOCK: usize = 15_000;
fn cascade(order: usize) -> BiquadCascade {
    let band = Band::BandPass { low: 0.5, high: 8.0 };
    BiquadCascade::new(Sections::design(Family::Butterworth, order, band, RATE).expect("a valid design"))
}

fn low_pass(order: usize) -> BiquadCascade {
    let band = Band::LowPass { corner: 20.0 };
    BiquadCascade::new(Sections::design(Family::Butterworth, order, band, RATE).expect("a valid design"))
}

fn fir(length: usize) -> FirFilter {
    let window = Kaiser::new(length, 6.0).expect("a valid window");
    FirFilter::new(&Taps::low_pass(10.0, window, RATE).expect("a valid design"))
}

fn benches() -> Vec<Stage> {
    let one: Biquad = cascade(1).sections().biquads()[0];
    let mut state = BiquadState::default();
    let (mut single, mut four, mut silent) = (cascade(1), cascade(4), low_pass(8));
    let (mut short, mut long) = (fir(31), fir(101));
    let mut decimator = Decimator::new(8).expect("a valid factor");
    let mut slope = Derivative::new(0.1, RATE).expect("a valid window");
    let mut baseline = Baseline::new(7.0, RATE).expect("a valid window");
    let mut extrema = RunningExtrema::new(250).expect("a valid window");
    let (mut median, mut wide_median) =
        (RunningMedian::new(9).expect("a valid window"), RunningMedian::new(251).expect("a valid window"));
    let mut resampler = Resampler::<1>::new(RATE).expect("a valid rate");
    let mut index = 0_u64;
    vec![
        Stage::each("cascade of 4 biquads", move |x| four.push(x)),
        // One sample, then zeros: the memory decays into the subnormal numbers, with which some processors are slow.
        Stage::new("cascade of 4 biquads, silence", move |samples| {
            let first = silent.push(1.0);
            samples.iter().fold(first, |sum, _| sum + silent.push(black_box(0.0)))
        }),
        Stage::each("biquad, bare", move |x| one.push(&mut state, x)),
        Stage::each("cascade of 1 biquad", move |x| single.push(x)),
        Stage::each("FIR, 31 taps", move |x| short.push(x)),
        Stage::each("FIR, 101 taps", move |x| long.push(x)),
        Stage::each("decimator by 8", move |x| decimator.push(x).unwrap_or(0.0)),
        Stage::each("derivative over 0.1 s", move |x| slope.push(x)),
        Stage::each("baseline over 7 s", move |x| baseline.push(x).unwrap_or(0.0)),
        Stage::each("extrema of 250 samples", move |x| extrema.push(x).map_or(0.0, |found| found.max)),
        Stage::each("median of 9 samples", move |x| median.push(x).unwrap_or(0.0)),
        Stage::each("median of 251 samples", move |x| wide_median.push(x).unwrap_or(0.0)),
        Stage::each("resampler, jittered stamps", move |x| {
            // A fifth of an interval of jitter, in a short cycle.
            let time = (index as f64 + 0.05 * (index % 5) as f64) / RATE;
            index += 1;
            let mut sum = 0.0;
            resampler.push(time, [x], &mut |[y]| sum += y).expect("a finite stamp");
            sum
        }),
    ]
}

fn signal() -> Vec<f64> {
    let recording = Synth::ppg(RATE, BLOCK as f64 / RATE).record().expect("a valid recording");
    let samples: Vec<f64> = recording.samples.iter().copied().take(BLOCK).collect();
    assert_eq!(samples.len(), BLOCK);
    samples
}

fn main() {
    run("filters", benches, &signal(), 200);
}
