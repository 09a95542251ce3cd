//! Order statistics and sums of a window's values.

use alloc::vec::Vec;

use crate::measure::robust::{median, quantile};

/// What a set of values looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Description {
    pub(crate) median: f64,
    pub(crate) mean: f64,
    pub(crate) trimmed_mean: f64,
    pub(crate) quartile_1: f64,
    pub(crate) quartile_3: f64,
    /// Standard deviation, with n − 1.
    pub(crate) deviation: f64,
}

/// Describes `values`; `None` without any.
pub(crate) fn describe(values: &[f64]) -> Option<Description> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    // The tenth that is cut off at each end, in whole values.
    let cut = n / 10;
    let kept = sorted.get(cut..n - cut).filter(|kept| !kept.is_empty())?;
    Some(Description {
        median: quantile(&sorted, 0.5)?,
        mean: mean(values)?,
        trimmed_mean: mean(kept)?,
        quartile_1: quantile(&sorted, 0.25)?,
        quartile_3: quantile(&sorted, 0.75)?,
        deviation: deviation(values)?,
    })
}

/// The mean; `None` without values.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The standard deviation with n − 1; 0 for a single value, `None` without any.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - centre) * (x - centre)).sum();
    Some(libm::sqrt(squares / (values.len() as f64 - 1.0).max(1.0)))
}

/// The median of unsorted values; `None` without any.
pub(crate) fn median_of(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.to_vec();
    median(&mut sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_that_of_textbook_formulas() {
        let values: Vec<f64> = (1..=20).map(|i| f64::from(i * i)).collect();
        let d = describe(&values).unwrap();
        assert_eq!(d.median, 110.5);
        assert_eq!(d.mean, 143.5);
        // Without 1, 4 and 361, 400.
        assert_eq!(d.trimmed_mean, (2870.0 - 766.0) / 16.0);
        assert_eq!(d.quartile_1, 25.0 + 0.75 * 11.0);
        assert_eq!(d.quartile_3, 225.0 + 0.25 * 31.0);
        assert!(describe(&[]).is_none());
        let one = describe(&[3.0]).unwrap();
        assert_eq!((one.median, one.quartile_1, one.deviation), (3.0, 3.0, 0.0));
    }
}
