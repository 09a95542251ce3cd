//! Medians of a few numbers, and of the newest.

/// The median of a few `values`, none of them NaN, which are sorted in place; the mean of the middle two where their number is even.
pub(crate) fn median_of_few(values: &mut [f64]) -> Option<f64> {
    for end in 1..values.len() {
        let value = values[end];
        let mut at = end;
        while at > 0 && value < values[at - 1] {
            values[at] = values[at - 1];
            at -= 1;
        }
        values[at] = value;
    }
    let count = values.len();
    let upper = values.get(count / 2)?;
    Some(if count % 2 == 1 { *upper } else { 0.5 * (values[count / 2 - 1] + upper) })
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
            held.reverse();
            assert_eq!(median_of_few(&mut held), newest.median());
        }
    }
}
