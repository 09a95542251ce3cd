//! What every finder of pulses takes and gives.

use crate::reason::Reason;

/// One sample of an unbroken stretch of a stream, ready for finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segmented {
    /// The sample in calibrated units, oriented so that systole is a rise; always finite.
    pub value: f64,
    /// The sensor was at a rail, or held a flat extreme.
    pub clipped: bool,
    /// The sample was missing and lies on the line between its neighbours.
    pub bridged: bool,
}

impl Segmented {
    /// A plain sample.
    pub fn new(value: f64) -> Self {
        Self { value, clipped: false, bridged: false }
    }
}

/// A pulse that a finder has decided on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Where its systolic peak is on the finding path, in samples from the start of the segment (delay of the path removed).
    /// The peak on the measuring path is within 0.15 s of it.
    pub peak: f64,
    /// Probability that this is a pulse of the heart, 0 to 1.
    pub quality: f64,
    /// What speaks most against it; the reason of its rejection where `quality` does not suffice.
    pub doubt: Reason,
}

/// A streaming finder of pulses in one unbroken stretch of samples.
///
/// A segment starts with `new` or [`reset`](FindPulses::reset) and ends with [`finish`](FindPulses::finish). Pulses come out in
/// the order of their peaks and are never taken back. Nothing is allocated after construction.
pub trait FindPulses {
    /// Takes the next sample; hands each pulse that is decided by it to `found`.
    fn push(&mut self, sample: Segmented, found: &mut impl FnMut(Found));

    /// Ends the segment: decides what is still open.
    fn finish(&mut self, found: &mut impl FnMut(Found));

    /// Back to the state after `new`, keeping all memory.
    fn reset(&mut self);

    /// The most samples between a peak and the call that hands it out.
    fn latency_samples(&self) -> usize;
}
