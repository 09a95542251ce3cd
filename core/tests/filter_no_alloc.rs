//! Filters take nothing from the heap once they are built; its twin shows the counter counting.

mod common;

use std::hint::black_box;

use plethys::filter::{
    Band, Baseline, BiquadCascade, Decimator, Derivative, Family, FirFilter, Kaiser, Resampler, RunningExtrema,
    RunningMedian, Sections, Taps,
};

use common::heap_events;

/// Ramps, missing samples, infinities, a spike, the largest number there is.
fn rough(n: u32) -> f64 {
    match n % 97 {
        13..=20 => f64::NAN,
        33 => f64::INFINITY,
        55 => 1e30,
        77 => f64::MIN,
        other => f64::from(other * other % 31),
    }
}

#[test]
fn stages_leave_the_heap_alone() {
    let sections = Sections::design(Family::Bessel, 4, Band::BandPass { low: 0.5, high: 8.0 }, 125.0).unwrap();
    let mut cascade = BiquadCascade::new(sections);
    let mut fir = FirFilter::new(&Taps::low_pass(8.0, Kaiser::new(31, 5.0).unwrap(), 125.0).unwrap());
    let mut decimator = Decimator::new(4).unwrap();
    let mut slope = Derivative::new(0.1, 125.0).unwrap();
    let mut baseline = Baseline::new(1.0, 125.0).unwrap();
    let mut extrema = RunningExtrema::new(100).unwrap();
    let mut median = RunningMedian::new(100).unwrap();
    let mut resampler = Resampler::<3>::new(125.0).unwrap();
    let mut emitted = 0;
    let events = heap_events(|| {
        for round in 0..3 {
            for n in 0..5000 {
                let x = rough(n);
                black_box((cascade.push(x), fir.push(x), decimator.push(x), slope.push(x)));
                black_box((baseline.push(x), extrema.push(x), median.push(x)));
                // A jittering clock with holes, steps back, jumps and stamps that are no numbers.
                let time = match n % 501 {
                    100 => f64::NAN,
                    200 => f64::from(n) * 0.008 - 0.5,
                    300 => 1e9,
                    400..=480 => continue,
                    other => f64::from(n) * 0.008 + f64::from(other % 3) * 0.001,
                };
                black_box(resampler.push(time, [x; 3], &mut |_| emitted += 1).is_ok());
            }
            resampler.finish(&mut |_| emitted += 1);
            cascade.fill(f64::from(round));
            fir.fill(1.0);
            decimator.fill(1.0);
            slope.fill(1.0);
            cascade.reset();
            fir.reset();
            decimator.reset();
            slope.reset();
            baseline.reset();
            extrema.reset();
            median.reset();
            resampler.reset();
        }
    });
    assert_eq!(events, 0);
    assert!(emitted > 10_000, "only {emitted} grid samples");
}

#[test]
fn the_counter_counts() {
    assert!(heap_events(|| drop(black_box(vec![0_u8; 64]))) >= 2, "the counter is dead");
}
