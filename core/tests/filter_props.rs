//! Properties that every stage of `plethys::filter` keeps, whatever the stream.

use plethys::filter::{
    Arrival, Band, Baseline, BiquadCascade, Decimator, Derivative, Extrema, Family, FirFilter, Kaiser, Resampler,
    RunningExtrema, RunningMedian, Sections, Taps,
};
use proptest::prelude::*;

/// Streams with missing samples, repeats, spikes and the largest and smallest numbers there are.
fn stream() -> impl Strategy<Value = Vec<f64>> {
    let sample = prop_oneof![
        6 => -10.0..10.0,
        2 => (-3_i32..3).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(f64::INFINITY), Just(f64::NEG_INFINITY), Just(f64::MAX), Just(f64::MIN), Just(1e30),
            Just(f64::MIN_POSITIVE), Just(-0.0)],
    ];
    prop::collection::vec(sample, 0..200)
}

fn finite_stream() -> impl Strategy<Value = Vec<f64>> {
    stream().prop_map(|samples| samples.into_iter().filter(|x| x.is_finite()).collect())
}

fn valid(window: &[f64]) -> Vec<f64> {
    let mut valid: Vec<f64> = window.iter().copied().filter(|x| x.is_finite()).collect();
    valid.sort_by(f64::total_cmp);
    valid
}

fn naive_median(window: &[f64]) -> Option<f64> {
    let valid = valid(window);
    let upper = *valid.get(valid.len() / 2)?;
    Some(if valid.len() % 2 == 1 { upper } else { 0.5 * valid[valid.len() / 2 - 1] + 0.5 * upper })
}

fn naive_extrema(window: &[f64]) -> Option<Extrema> {
    let valid = valid(window);
    Some(Extrema { min: *valid.first()?, max: *valid.last()? })
}

/// The last `window` samples up to and with `n`.
fn last(samples: &[f64], n: usize, window: usize) -> &[f64] {
    &samples[(n + 1).saturating_sub(window)..=n]
}

/// A stage as a function from a sample to the bits of its output, with its reset.
trait Stage {
    fn push(&mut self, sample: f64) -> Option<f64>;
    fn reset(&mut self);
}

macro_rules! stage {
    ($type:ty, |$stage:ident, $sample:ident| $output:expr) => {
        impl Stage for $type {
            fn push(&mut self, $sample: f64) -> Option<f64> {
                let $stage = self;
                $output
            }
            fn reset(&mut self) {
                <$type>::reset(self);
            }
        }
    };
}

stage!(BiquadCascade, |stage, x| Some(BiquadCascade::push(stage, x)));
stage!(FirFilter, |stage, x| Some(FirFilter::push(stage, x)));
stage!(Derivative, |stage, x| Some(Derivative::push(stage, x)));
stage!(Decimator, |stage, x| Decimator::push(stage, x));
stage!(Baseline, |stage, x| Baseline::push(stage, x));
stage!(RunningMedian, |stage, x| RunningMedian::push(stage, x));
stage!(RunningExtrema, |stage, x| RunningExtrema::push(stage, x).map(|found| found.max - found.min));

/// One of each, at rest.
fn stages() -> Vec<(&'static str, Box<dyn Stage>)> {
    let band = Band::BandPass { low: 0.5, high: 8.0 };
    let cascade = |family| BiquadCascade::new(Sections::design(family, 4, band, 125.0).unwrap());
    let kaiser = Kaiser::new(31, 5.0).unwrap();
    vec![
        ("Butterworth", Box::new(cascade(Family::Butterworth))),
        ("Bessel", Box::new(cascade(Family::Bessel))),
        ("Chebyshev II", Box::new(cascade(Family::ChebyshevII { attenuation_db: 40.0 }))),
        ("FIR", Box::new(FirFilter::new(&Taps::low_pass(8.0, kaiser, 125.0).unwrap()))),
        ("derivative", Box::new(Derivative::new(0.1, 125.0).unwrap())),
        ("decimator", Box::new(Decimator::new(4).unwrap())),
        ("baseline", Box::new(Baseline::new(0.3, 125.0).unwrap())),
        ("median", Box::new(RunningMedian::new(9).unwrap())),
        ("extrema", Box::new(RunningExtrema::new(9).unwrap())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn median_is_that_of_the_sorted_window(samples in stream(), window in 1_usize..12) {
        let mut median = RunningMedian::new(window).unwrap();
        for n in 0..samples.len() {
            let found = median.push(samples[n]);
            let expected = naive_median(last(&samples, n, window));
            prop_assert_eq!(found, if n + 1 >= window { expected } else { None });
            prop_assert_eq!(median.current(), expected);
        }
    }

    #[test]
    fn extrema_are_those_of_the_window(samples in stream(), window in 1_usize..12) {
        let mut extrema = RunningExtrema::new(window).unwrap();
        for n in 0..samples.len() {
            let found = extrema.push(samples[n]);
            let expected = naive_extrema(last(&samples, n, window));
            prop_assert_eq!(found, if n + 1 >= window { expected } else { None });
            prop_assert_eq!(extrema.current(), expected);
        }
    }

    #[test]
    fn finite_samples_give_finite_answers(samples in finite_stream()) {
        for (name, mut stage) in stages() {
            for &sample in &samples {
                if let Some(output) = stage.push(sample) {
                    // The swing between the largest and the smallest number there is has no finite value.
                    prop_assert!(output.is_finite() || name == "extrema", "{}: {}", name, output);
                }
            }
        }
    }

    #[test]
    fn reset_restores_the_state_just_built(before in stream(), samples in stream()) {
        for ((name, mut used), (_, mut fresh)) in stages().into_iter().zip(stages()) {
            for &sample in &before {
                used.push(sample);
            }
            used.reset();
            for &sample in &samples {
                let (ours, theirs) = (used.push(sample), fresh.push(sample));
                prop_assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{}", name);
            }
        }
    }

    #[test]
    fn blocks_of_any_size_give_the_same_bits(samples in stream(), cuts in prop::collection::vec(0_usize..60, 0..12)) {
        let taps = Taps::low_pass(8.0, Kaiser::new(31, 5.0).unwrap(), 125.0).unwrap();
        let sections = Sections::design(Family::Butterworth, 4, Band::LowPass { corner: 8.0 }, 125.0).unwrap();
        let (mut fir, mut cascade) = (FirFilter::new(&taps), BiquadCascade::new(sections));
        let (mut fir_blocks, mut cascade_blocks) = (fir.clone(), cascade.clone());
        let (mut by_fir, mut by_cascade) = (samples.clone(), samples.clone());
        let mut from = 0;
        for cut in cuts.into_iter().chain([samples.len()]) {
            let to = (from + cut).min(samples.len());
            fir_blocks.push_slice(&mut by_fir[from..to]);
            cascade_blocks.push_slice(&mut by_cascade[from..to]);
            from = to;
        }
        for (n, &sample) in samples.iter().enumerate() {
            prop_assert_eq!(by_fir[n].to_bits(), fir.push(sample).to_bits());
            prop_assert_eq!(by_cascade[n].to_bits(), cascade.push(sample).to_bits());
        }
    }

    #[test]
    fn finite_impulse_responses_forget_all(before in stream(), samples in prop::collection::vec(-10.0..10.0, 31..80)) {
        let mut used = FirFilter::new(&Taps::low_pass(8.0, Kaiser::new(31, 5.0).unwrap(), 125.0).unwrap());
        let mut fresh = used.clone();
        for &sample in &before {
            used.push(sample);
        }
        for (n, &sample) in samples.iter().enumerate() {
            let (ours, theirs) = (used.push(sample), fresh.push(sample));
            if n >= used.warmup_samples() {
                prop_assert_eq!(ours.to_bits(), theirs.to_bits());
            }
        }
    }

    #[test]
    fn filters_are_linear(samples in prop::collection::vec(-10.0_f64..10.0, 0..200), gain in 0.01_f64..100.0) {
        let sections = Sections::design(Family::Bessel, 3, Band::HighPass { corner: 0.5 }, 50.0).unwrap();
        let (mut one, mut other) = (BiquadCascade::new(sections.clone()), BiquadCascade::new(sections));
        let mut smooth = FirFilter::new(&Taps::savitzky_golay(11, 4).unwrap());
        let mut smooth_other = smooth.clone();
        for sample in samples {
            prop_assert!((gain * one.push(sample) - other.push(gain * sample)).abs() < 1e-10 * gain);
            prop_assert!((gain * smooth.push(sample) - smooth_other.push(gain * sample)).abs() < 1e-12 * gain);
        }
    }

    #[test]
    fn the_grid_is_complete_whatever_the_stamps(
        steps in prop::collection::vec(prop_oneof![8 => 0.005..0.04, 1 => -2.0..2.0, 1 => -100.0..100.0, 1 => Just(0.0)], 1..200),
        rate in 20.0..200.0,
    ) {
        let mut resampler = Resampler::<1>::new(rate).unwrap();
        let (mut time, mut emitted, mut span) = (1000.0_f64, 0_u64, (1000.0_f64, 1000.0_f64));
        let expected = |(from, to): (f64, f64)| ((to - from) * rate).floor() as u64 + 1;
        let (mut drops, mut jumps) = (0, 0);
        for (n, step) in steps.iter().enumerate() {
            if n > 0 {
                time += step;
            }
            let arrival = resampler.push(time, [1.0], &mut |[x]| {
                assert!(x.is_nan() || x == 1.0, "{x}");
                emitted += 1;
            }).unwrap();
            match arrival {
                Arrival::Taken | Arrival::AfterHole => span.1 = time,
                Arrival::Dropped => drops += 1,
                Arrival::Jump => {
                    jumps += 1;
                    // Within one: the last stamp may lie on the grid but for its rounding.
                    prop_assert!(emitted.abs_diff(expected(span)) <= 1, "{} of {}", emitted, expected(span));
                    (span, emitted) = ((time, time), 0);
                }
            }
        }
        resampler.finish(&mut |_| emitted += 1);
        prop_assert!(emitted.abs_diff(expected(span)) <= 1, "{} of {}", emitted, expected(span));
        let counts = resampler.counts();
        prop_assert_eq!(counts.jumps, jumps);
        prop_assert_eq!(counts.late + counts.equal + counts.backward, drops);
    }
}

/// The twin that shows the comparison of bits firing: an average that is kept by adding and subtracting remembers a spike.
#[test]
fn a_running_sum_would_be_seen() {
    let (mut spiked, mut clean) = (0.0_f64, 0.0_f64);
    let window = [0.1; 31];
    for (n, sample) in window.iter().enumerate() {
        spiked += if n == 3 { 1e30 } else { *sample };
        clean += sample;
    }
    for (n, sample) in window.iter().enumerate() {
        spiked += sample - if n == 3 { 1e30 } else { *sample };
        clean += sample - sample;
    }
    assert_ne!(spiked.to_bits(), clean.to_bits());
}
