//! Pulse volume recordings on a cuff of 65 mmHg against their truth. A smaller share of what
//! `cargo run --release -p plethys-benches --example pvr` runs.

#[path = "pvr/accuracy.rs"]
mod accuracy;

use accuracy::{compare, recording, shapes};

/// Every shape from a quarter of a millimetre of mercury. Below, a clear notch only: on blurred and damped shapes the highest of noisy
/// samples is too high by up to 2.5 % at 0.1 mmHg and 7.5 % at 0.05, which the example prints and which is not yet mended.
#[test]
fn the_median_amplitude_holds_on_every_shape_and_with_a_clear_notch_down_to_a_twentieth_of_a_millimetre() {
    for hz in [100.0, 250.0, 1000.0] {
        for (index, (name, shape)) in shapes().iter().enumerate() {
            for (amplitude, limit) in [(0.05, 3.0), (0.1, 2.0), (0.25, 2.0), (1.0, 2.0)] {
                if index > 0 && amplitude < 0.25 {
                    continue;
                }
                let errors = compare(&recording(hz, amplitude, shape, 1));
                assert!(
                    errors.found >= 60 && errors.found * 50 >= errors.beats * 49,
                    "{name} {hz} Hz {amplitude} mmHg: {errors:?}"
                );
                assert!(errors.amplitude.abs() <= limit, "{name} {hz} Hz {amplitude} mmHg: {errors:?}");
            }
        }
    }
}

#[test]
fn times_widths_and_the_mean_height_hold_from_a_quarter_of_a_millimetre() {
    for hz in [100.0, 250.0, 1000.0] {
        for (name, shape) in shapes() {
            let errors = compare(&recording(hz, 0.25, &shape, 2));
            assert!(errors.amplitude_p95 <= 2.0, "{name} {hz} Hz: {errors:?}");
            for ms in [errors.onset, errors.peak, errors.rise, errors.width] {
                assert!(ms.abs() <= 10.0, "{name} {hz} Hz: {errors:?}");
            }
            assert!(errors.mean_height.abs() <= 1.0, "{name} {hz} Hz: {errors:?}");
        }
    }
}

#[test]
fn ensembles_of_ten_beats_show_clear_blurred_and_absent_notches() {
    for (name, shape) in shapes() {
        let all: Vec<_> =
            [100.0, 250.0, 1000.0].into_iter().map(|hz| compare(&recording(hz, 0.5, &shape, 3))).collect();
        let (right, made) = all.iter().fold((0, 0), |(r, m), e| (r + e.notches, m + e.ensembles));
        assert!(made >= 15 && right * 100 >= made * 95, "{name}: {right} of {made}");
    }
}
