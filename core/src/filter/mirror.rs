//! Weights that are their own mirror image: one multiplication for two samples, several outputs side by side.

use alloc::boxed::Box;

use super::taps::Taps;
use super::window::Window;

/// Places that are weighed together: many, and the last few.
const MANY: usize = 8;
const FEW: usize = 4;

/// Weighs `samples` into `places`, each of which rests on as many samples from its own on as there are `weights` (an odd number, mirror
/// images). Each place is summed in the same order, wherever it lies.
pub(crate) fn mirrored(places: &mut [f64], samples: &[f64], weights: &[f64]) {
    let many = places.len() / MANY * MANY;
    in_lanes::<MANY>(&mut places[..many], samples, weights);
    if many == places.len() {
        return;
    }
    // The last few are weighed with those before them, once more, where that fills the lanes.
    let from = many.min(places.len().saturating_sub(FEW));
    let (places, samples) = (&mut places[from..], samples.get(from..).unwrap_or_default());
    in_lanes::<FEW>(places, samples, weights);
}

/// Weighs `N` places at a time; where there are not that many, one by one.
fn in_lanes<const N: usize>(places: &mut [f64], samples: &[f64], weights: &[f64]) {
    let Some(last) = places.len().checked_sub(N) else {
        for (place, around) in places.iter_mut().zip(samples.windows(weights.len())) {
            [*place] = weighed(around, weights);
        }
        return;
    };
    for first in (0..places.len()).step_by(N) {
        let first = first.min(last);
        let chunk = places.get_mut(first..).and_then(<[f64]>::first_chunk_mut::<N>);
        let (Some(chunk), Some(around)) = (chunk, samples.get(first..)) else { break };
        *chunk = weighed(around, weights);
    }
}

/// `N` places side by side.
#[inline]
fn weighed<const N: usize>(samples: &[f64], weights: &[f64]) -> [f64; N] {
    let mut sums = [0.0; N];
    let last = weights.len() - 1;
    let (before, middle) = weights.split_at(last / 2);
    if let (Some(weight), Some(at)) = (middle.first(), samples.get(last / 2..).and_then(<[f64]>::first_chunk::<N>)) {
        for lane in 0..N {
            sums[lane] = weight * at[lane];
        }
    }
    let Some(samples) = samples.get(..last + N) else { return sums };
    for ((weight, left), right) in before.iter().zip(samples.windows(N)).zip(samples.windows(N).rev()) {
        for lane in 0..N {
            sums[lane] += weight * (left[lane] + right[lane]);
        }
    }
    sums
}

/// A running filter with mirrored taps, for samples whose sums stay finite; see [`FirFilter`](super::FirFilter) for all others.
#[derive(Debug, Clone)]
pub(crate) struct MirrorFilter {
    taps: Box<[f64]>,
    history: Window,
}

impl MirrorFilter {
    /// A filter with these taps, an odd number of mirror images, and a history of zeros.
    pub(crate) fn new(taps: &Taps) -> Self {
        Self { taps: taps.as_slice().into(), history: Window::new(taps.as_slice().len()) }
    }

    /// Takes one sample and returns the filtered one, which belongs [`delay_samples`](Self::delay_samples) samples back.
    pub(crate) fn push(&mut self, sample: f64) -> f64 {
        self.history.push(sample);
        let [output] = weighed(self.history.values(), &self.taps);
        output
    }

    /// Takes up to `BLOCK` samples and puts the filtered ones into `outputs`, of which there are as many: the same values, bit for bit, as
    /// one [`push`](Self::push) after another.
    pub(crate) fn push_block(&mut self, samples: &[f64], outputs: &mut [f64]) {
        let held = self.history.append(samples.iter().copied());
        mirrored(outputs, held.get(1..).unwrap_or_default(), &self.taps);
    }

    /// Replaces the history by zeros.
    pub(crate) fn reset(&mut self) {
        self.history.fill(0.0);
    }

    /// How many samples the output lags behind the input.
    pub(crate) fn delay_samples(&self) -> usize {
        self.taps.len() / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{FirFilter, Kaiser};

    #[test]
    fn blocks_of_any_size_are_samples_one_by_one_and_what_a_filter_gives() {
        let samples: [f64; 400] = core::array::from_fn(|i| libm::sin((i * i % 97) as f64));
        for length in [1, 3, 7, 75] {
            let taps = Taps::low_pass(8.0, Kaiser::new(length, 5.0).unwrap(), 40.0).unwrap();
            let (mut single, mut blocks) = (MirrorFilter::new(&taps), MirrorFilter::new(&taps));
            let mut plain = FirFilter::new(&taps);
            assert_eq!(single.delay_samples(), plain.delay_samples());
            let mut rest = samples.as_slice();
            for count in [1, 3, 4, 5, 15, 16, 17, 40].into_iter().cycle() {
                let (now, later) = rest.split_at(count.min(rest.len()));
                let mut outputs = [0.0; 40];
                blocks.push_block(now, &mut outputs[..now.len()]);
                for (sample, output) in now.iter().zip(outputs) {
                    assert_eq!(single.push(*sample).to_bits(), output.to_bits(), "{length} taps, {count} at once");
                    approx::assert_abs_diff_eq!(plain.push(*sample), output, epsilon = 1e-14);
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
        }
    }
}
