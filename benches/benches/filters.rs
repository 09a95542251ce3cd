//! Speed of the building blocks: throughput of each stage, and its time as a multiple of a four-biquad cascade's.
//!
//! `cargo bench -p plethys-benches --bench filters`; the table of multiples is printed at the end of every run.

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput};
use plethys::filter::{
    Band, Baseline, Biquad, BiquadCascade, BiquadState, Decimator, Derivative, Family, FirFilter, Kaiser, Resampler,
    RunningExtrema, RunningMedian, Sections, Taps,
};
use plethys_datasets::Synth;

const RATE: f64 = 125.0;
/// Samples of one run: two minutes.
const BLOCK: usize = 15_000;
const REFERENCE: &str = "cascade of 4 biquads";

/// Takes a block and returns a number that depends on all of it.
type Run = Box<dyn FnMut(&[f64]) -> f64>;

/// A stage under its name.
struct Bench {
    name: &'static str,
    run: Run,
}

fn bench(name: &'static str, run: impl FnMut(&[f64]) -> f64 + 'static) -> Bench {
    Bench { name, run: Box::new(run) }
}

/// A stage that answers each sample with one.
fn each(name: &'static str, mut push: impl FnMut(f64) -> f64 + 'static) -> Bench {
    bench(name, move |samples| samples.iter().fold(0.0, |sum, &x| sum + push(x)))
}

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

fn benches() -> Vec<Bench> {
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
        each(REFERENCE, move |x| four.push(x)),
        // One sample, then zeros: the memory decays into the subnormal numbers, with which some processors are slow.
        bench("cascade of 4 biquads, silence", move |samples| {
            let first = silent.push(1.0);
            samples.iter().fold(first, |sum, _| sum + silent.push(black_box(0.0)))
        }),
        each("biquad, bare", move |x| one.push(&mut state, x)),
        each("cascade of 1 biquad", move |x| single.push(x)),
        each("FIR, 31 taps", move |x| short.push(x)),
        each("FIR, 101 taps", move |x| long.push(x)),
        each("decimator by 8", move |x| decimator.push(x).unwrap_or(0.0)),
        each("derivative over 0.1 s", move |x| slope.push(x)),
        each("baseline over 7 s", move |x| baseline.push(x).unwrap_or(0.0)),
        each("extrema of 250 samples", move |x| extrema.push(x).map_or(0.0, |found| found.max)),
        each("median of 9 samples", move |x| median.push(x).unwrap_or(0.0)),
        each("median of 251 samples", move |x| wide_median.push(x).unwrap_or(0.0)),
        each("resampler, jittered stamps", move |x| {
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

/// Every stage answers with a finite number that is not 0 before it is timed.
fn check(stages: &mut [Bench], samples: &[f64]) {
    for stage in stages {
        let sum = (stage.run)(samples);
        assert!(sum.is_finite() && sum != 0.0, "{}: {sum}", stage.name);
    }
}

fn throughput(criterion: &mut Criterion, samples: &[f64]) {
    let mut group = criterion.benchmark_group("filters");
    group.throughput(Throughput::Elements(BLOCK as u64));
    for mut stage in benches() {
        group.bench_function(stage.name, |bencher| bencher.iter(|| (stage.run)(black_box(samples))));
    }
    group.finish();
}

/// Fastest of several runs in turn, so that all stages see the same machine: ns per sample.
fn fastest(stages: &mut [Bench], samples: &[f64], rounds: usize) -> Vec<f64> {
    let mut best = vec![f64::INFINITY; stages.len()];
    for _ in 0..rounds {
        for (stage, best) in stages.iter_mut().zip(&mut best) {
            let start = Instant::now();
            black_box((stage.run)(black_box(samples)));
            *best = best.min(start.elapsed().as_secs_f64() * 1e9 / BLOCK as f64);
        }
    }
    best
}

fn ratios(samples: &[f64]) {
    let mut stages = benches();
    let times = fastest(&mut stages, samples, 200);
    let reference = times[0];
    println!("{:<30} {:>10} {:>12} {:>26}", "stage", "ns/sample", "Msamples/s", "times a 4-biquad cascade");
    for (stage, time) in stages.iter().zip(times) {
        println!("{:<30} {time:>10.2} {:>12.1} {:>26.2}", stage.name, 1e3 / time, time / reference);
    }
}

fn main() {
    let samples = signal();
    check(&mut benches(), &samples);
    let mut criterion = Criterion::default().configure_from_args();
    throughput(&mut criterion, &samples);
    ratios(&samples);
    criterion.final_summary();
}
