//! Medians of a few numbers, and of the newest.

/// Up to so many numbers are ranked by counting.
const COUNTED: usize = 8;

/// The median of a few `values`, none of them NaN, which are put in another order; the mean of the middle two where their number is even.
pub(crate) fn median_of_few(values: &mut [f64]) -> Option<f64> {
    debug_assert!(values.iter().all(|value| !value.is_nan()), "a median of NaN");
    let count = values.len();
    match *values {
        [] => return None,
        [one] => return Some(one),
        [one, other] => return Some(0.5 * (one + other)),
        _ => {}
    }
    let (lower, upper) = ((count - 1) / 2, count / 2);
    if count > COUNTED {
        insertion_sort(values);
        return Some(if lower == upper { values[upper] } else { 0.5 * (values[lower] + values[upper]) });
    }
    // Without a branch that depends on the numbers.
    let mut padded = [f64::INFINITY; COUNTED];
    padded[..count].copy_from_slice(values);
    let (mut low, mut high) = (0.0, 0.0);
    for &value in &*values {
        let (mut below, mut up_to) = (0, 0);
        for other in padded {
            below += usize::from(other < value);
            up_to += usize::from(other <= value);
        }
        low = if below <= lower && lower < up_to { value } else { low };
        high = if below <= upper && upper < up_to { value } else { high };
    }
    Some(if lower == upper { high } else { 0.5 * (low + high) })
}

fn insertion_sort(values: &mut [f64]) {
    for end in 1..values.len() {
        let value = values[end];
        let mut at = end;
        while at > 0 && value < values[at - 1] {
            values[at] = values[at - 1];
            at -= 1;
        }
        values[at] = value;
    }
}

/// The newest `N` numbers, and their median.
#[derive(Debug, Clone)]
pub(crate) struct Newest<const N: usize> {
    values: [f64; N],
    /// The same, smallest first.
    sorted: [f64; N],
    count: usize,
}

impl<const N: usize> Newest<N> {
    pub(crate) fn new() -> Self {
        Self { values: [0.0; N], sorted: [0.0; N], count: 0 }
    }

    pub(crate) fn reset(&mut self) {
        self.count = 0;
    }

    pub(crate) fn push(&mut self, value: f64) {
        let mut held = self.count.min(N);
        let oldest = core::mem::replace(&mut self.values[self.count % N], value);
        if held == N {
            let at = self.rank(oldest, held);
            self.sorted.copy_within(at + 1.., at);
            held -= 1;
        }
        let at = self.rank(value, held);
        self.sorted.copy_within(at..held, at + 1);
        self.sorted[at] = value;
        self.count += 1;
    }

    /// How many of the first `held` sorted numbers are smaller.
    fn rank(&self, value: f64, held: usize) -> usize {
        self.sorted[..held].partition_point(|other| other.total_cmp(&value).is_lt())
    }

    /// How many numbers are held.
    pub(crate) fn count(&self) -> usize {
        self.count.min(N)
    }

    /// Their median; the mean of the middle two where their number is even.
    pub(crate) fn median(&self) -> Option<f64> {
        let held = self.count.min(N);
        let middle = held / 2;
        match held {
            0 => None,
            n if n % 2 == 1 => Some(self.sorted[middle]),
            _ => Some(0.5 * (self.sorted[middle - 1] + self.sorted[middle])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_have_the_median_of_their_values() {
        let mut newest = Newest::<15>::new();
        assert_eq!((newest.median(), median_of_few(&mut [])), (None, None));
        let values: [f64; 200] = core::array::from_fn(|i| libm::sin((i * i) as f64 / 3.0).max(-0.5));
        for now in 0..values.len() {
            newest.push(values[now]);
            let mut held = values[(now + 1).saturating_sub(15)..=now].to_vec();
            held.sort_unstable_by(f64::total_cmp);
            let (low, high) = (held[(held.len() - 1) / 2], held[held.len() / 2]);
            assert_eq!(newest.median(), Some(0.5 * (low + high)));
            let sorted = held.clone();
            for count in 0..=held.len() {
                let (mut few, mut many) = (sorted[..count].to_vec(), sorted[..count].to_vec());
                few.reverse();
                let expected = (count > 0).then(|| 0.5 * (many[(count - 1) / 2] + many[count / 2]));
                assert_eq!(median_of_few(&mut few), expected);
                many.rotate_left(count / 3);
                assert_eq!(median_of_few(&mut many), expected);
            }
        }
    }
}
