//! The course itself: exponential from a lag on, as its mean over the steps that data are means of.

/// T₀, T∞, lag, ln τ.
pub(super) type Parameters = [f64; 4];

/// The course at `time`, as its mean over a `step`.
pub(super) fn model([start, end, lag, log_tau]: Parameters, time: f64, step: f64) -> f64 {
    end - (end - start) * decay(lag, log_tau, time, step)
}

/// exp(−(t − lag)/τ), 1 before the lag, as its mean over the step about `time` that the data are means of: the kink is sharper than that.
pub(super) fn decay(lag: f64, log_tau: f64, time: f64, step: f64) -> f64 {
    let tau = libm::exp(log_tau);
    let (from, to) = (time - 0.5 * step - lag, time + 0.5 * step - lag);
    let before = (-from).clamp(0.0, step);
    let integral = tau * (libm::exp(-from.max(0.0) / tau) - libm::exp(-to.max(0.0) / tau));
    (before + integral) / step
}

/// Derivative of the model by a parameter.
pub(super) fn derivative([start, end, lag, log_tau]: Parameters, time: f64, step: f64, which: usize) -> f64 {
    let by = 1e-4;
    match which {
        0 => decay(lag, log_tau, time, step),
        1 => 1.0 - decay(lag, log_tau, time, step),
        2 => (start - end) * (decay(lag + by, log_tau, time, step) - decay(lag - by, log_tau, time, step)) / (2.0 * by),
        _ => (start - end) * (decay(lag, log_tau + by, time, step) - decay(lag, log_tau - by, time, step)) / (2.0 * by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_model() {
        let parameters = [22.0, 32.0, 50.0, 5.7];
        for which in 0..4 {
            for time in [20.0, 51.0, 300.0] {
                let moved = |by: f64| {
                    let mut parameters = parameters;
                    parameters[which] += by;
                    model(parameters, time, 2.0)
                };
                let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                approx::assert_abs_diff_eq!(derivative(parameters, time, 2.0, which), slope, epsilon = 1e-5);
            }
        }
    }
}
