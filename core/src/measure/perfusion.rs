//! The perfusion index, and whether the stream can have one.
//!
//! Definition: 100 × (systolic peak − foot level of the beat) / mean of the samples from its onset to its end, on the light as it
//! was recorded. Bedside exports and wearables have often lost the level of the light, and their swing over mean would pass for a perfusion
//! index; so without word from the caller it is given only while the samples keep one sign (all but a thousandth: a spike does not
//! take the level away) and the running median of AC/DC stays within 20 %, the top of the range that oximeters show (Lima et al. 2002, Crit. Care Med. 30(6):1210,
//! doi 10.1097/00003246-200206000-00006, for the index and its range in health).

use crate::filter::Newest;
use crate::reason::Reason;
use crate::signal::SignalKind;

/// Largest running median of AC/DC of a stream that has kept its DC.
const LARGEST_SHARE: f64 = 0.2;

/// Beats that the running median is taken over.
const SHARES: usize = 15;

/// One sample of the other sign among this many is a spike.
const SPIKE_SHARE: u64 = 1000;

/// Decides beat by beat whether AC/DC is a perfusion index.
#[derive(Debug, Clone)]
pub(crate) struct Perfusion {
    applicable: bool,
    dc_coupled: Option<bool>,
    /// Samples of either sign.
    positive: u64,
    negative: u64,
    shares: Newest<SHARES>,
    /// The running median has been beyond the largest share: a weak stretch later on does not bring the level back.
    lost: bool,
}

impl Perfusion {
    pub(crate) fn new(signal: SignalKind, dc_coupled: Option<bool>) -> Self {
        Self {
            applicable: signal == SignalKind::Ppg,
            dc_coupled,
            positive: 0,
            negative: 0,
            shares: Newest::new(),
            lost: false,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.positive = 0;
        self.negative = 0;
        self.shares.reset();
        self.lost = false;
    }

    /// Takes note of the sign of a calibrated sample.
    #[inline]
    pub(crate) fn see(&mut self, value: f64) {
        self.positive += u64::from(value > 0.0);
        self.negative += u64::from(value < 0.0);
    }

    /// Takes note of the signs of calibrated samples.
    pub(crate) fn see_all(&mut self, values: &[f64]) {
        for value in values {
            self.see(*value);
        }
    }

    /// The perfusion index of a beat of this amplitude and mean, %.
    pub(crate) fn of(&mut self, amplitude: f64, mean: f64) -> Result<f64, Reason> {
        if !self.applicable {
            return Err(Reason::NotApplicable);
        }
        let share = amplitude / mean.abs();
        // A level of nothing, or next to it.
        if !(100.0 * share).is_finite() {
            return Err(Reason::NoDc);
        }
        self.shares.push(share);
        let (few, many) = (self.positive.min(self.negative), self.positive.max(self.negative));
        let beyond = self.shares.median().is_some_and(|median| median > LARGEST_SHARE);
        self.lost |= beyond && self.shares.count() == SHARES;
        let seems = few <= many / SPIKE_SHARE && !beyond && !self.lost;
        let has_dc = self.dc_coupled.unwrap_or(seems);
        if has_dc { Ok(100.0 * share) } else { Err(Reason::NoDc) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_around_zero_has_no_perfusion_index_unless_the_caller_says_so() {
        for (said, answer) in [(None, Err(Reason::NoDc)), (Some(true), Ok(2.0)), (Some(false), Err(Reason::NoDc))] {
            let mut perfusion = Perfusion::new(SignalKind::Ppg, said);
            perfusion.see(1.0);
            perfusion.see(-1.0);
            assert_eq!(perfusion.of(2.0, 100.0), answer);
        }
        assert_eq!(Perfusion::new(SignalKind::Pvr, None).of(2.0, 100.0), Err(Reason::NotApplicable));
    }

    #[test]
    fn a_swing_above_a_fifth_of_the_mean_is_no_perfusion_index() {
        let mut perfusion = Perfusion::new(SignalKind::Ppg, None);
        perfusion.see(1.0);
        assert_eq!(perfusion.of(21.0, 100.0), Err(Reason::NoDc));
        assert_eq!(Perfusion::new(SignalKind::Ppg, None).of(19.0, -100.0), Ok(19.0));
    }
}
