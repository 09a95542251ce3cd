//! Order statistics of a few numbers, without the heap.

/// The median of `values`, which are sorted in place; the mean of the middle two where their number is even.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => Some(values[middle]),
        _ => Some(0.5 * (values[middle - 1] + values[middle])),
    }
}

/// The quantile at `share` of `sorted`, linear between order statistics (type 7 of Hyndman & Fan 1996, doi 10.2307/2684934).
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len().checked_sub(1)?) as f64;
    let below = libm::floor(place);
    let low = *sorted.get(below as usize)?;
    let high = sorted.get(below as usize + 1).copied().unwrap_or(low);
    Some(low + (high - low) * (place - below))
}

/// The same as [`median`] for many `values`, which are put in another order.
pub(crate) fn median_of_many(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (middle, even) = (values.len() / 2, values.len().is_multiple_of(2));
    let (lower, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let below = lower.iter().copied().max_by(f64::total_cmp);
    Some(below.filter(|_| even).map_or(upper, |below| 0.5 * (below + upper)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_medians_are_the_same() {
        for count in 0..60 {
            let mut few: [f64; 60] = core::array::from_fn(|i| libm::sin((i * i) as f64));
            let mut many = few;
            assert_eq!(median(&mut few[..count]), median_of_many(&mut many[..count]));
        }
    }
}
