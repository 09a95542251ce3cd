//! What is measured on the pulses that were found.

pub(crate) mod category;
pub(crate) mod contour;
pub(crate) mod cuff;
pub(crate) mod cycle;
pub(crate) mod descent;
pub(crate) mod ensemble;
pub(crate) mod level;
pub(crate) mod perfusion;
pub(crate) mod pulse;
pub(crate) mod rate;
#[cfg(feature = "spectrum")]
pub(crate) mod rhythm;
pub(crate) mod robust;
pub(crate) mod usual;
pub(crate) mod waveform;
