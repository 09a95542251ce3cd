//! Speed of plethys: what the benches share.
//!
//! A bench is a list of [`Stage`]s, each run over the same samples. [`run`] measures their throughput with criterion and then prints each
//! one's time as a multiple of the first's, all stages in turn in the same run: machines are noisy, ratios less so.

pub mod study;
pub mod thermal;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput};

/// Takes a block of samples and returns a number that depends on all of it.
type Run = Box<dyn FnMut(&[f64]) -> f64>;

/// Something to be timed, under its name.
pub struct Stage {
    name: &'static str,
    run: Run,
}

impl Stage {
    /// A stage that takes a block at a time.
    pub fn new(name: &'static str, run: impl FnMut(&[f64]) -> f64 + 'static) -> Self {
        Self { name, run: Box::new(run) }
    }

    /// A stage that answers each sample with one.
    pub fn each(name: &'static str, mut push: impl FnMut(f64) -> f64 + 'static) -> Self {
        Self::new(name, move |samples| samples.iter().fold(0.0, |sum, &x| sum + push(x)))
    }
}

/// Times `stages` over `samples`, `rounds` times each for the multiples; the first stage is what the others are compared with.
///
/// # Panics
/// Where a stage answers with zero or no finite number: it would not be worth timing.
pub fn run(group: &str, stages: impl Fn() -> Vec<Stage>, samples: &[f64], rounds: usize) {
    for stage in &mut stages() {
        let sum = (stage.run)(samples);
        assert!(sum.is_finite() && sum != 0.0, "{}: {sum}", stage.name);
    }
    let mut criterion = Criterion::default().configure_from_args();
    throughput(&mut criterion, group, stages(), samples);
    ratios(stages(), samples, rounds);
    criterion.final_summary();
}

fn throughput(criterion: &mut Criterion, group: &str, stages: Vec<Stage>, samples: &[f64]) {
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Elements(samples.len() as u64));
    for mut stage in stages {
        group.bench_function(stage.name, |bencher| bencher.iter(|| (stage.run)(black_box(samples))));
    }
    group.finish();
}

/// Fastest of several runs in turn, so that all stages see the same machine: ns per sample.
fn fastest(stages: &mut [Stage], samples: &[f64], rounds: usize) -> Vec<f64> {
    let mut best = vec![f64::INFINITY; stages.len()];
    for _ in 0..rounds {
        for (stage, best) in stages.iter_mut().zip(&mut best) {
            let start = Instant::now();
            black_box((stage.run)(black_box(samples)));
            *best = best.min(start.elapsed().as_secs_f64() * 1e9 / samples.len() as f64);
        }
    }
    best
}

fn ratios(mut stages: Vec<Stage>, samples: &[f64], rounds: usize) {
    let times = fastest(&mut stages, samples, rounds);
    let reference = times.first().copied().unwrap_or(f64::NAN);
    println!("{:<34} {:>10} {:>12} {:>26}", "stage", "ns/sample", "Msamples/s", "times the first");
    for (stage, time) in stages.iter().zip(times) {
        println!("{:<34} {time:>10.2} {:>12.1} {:>26.2}", stage.name, 1e3 / time, time / reference);
    }
}
