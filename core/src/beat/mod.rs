//! Finding pulses and delineating them.
//!
//! Finding works on a band-passed copy of the stream and answers *where* the pulses are; what is measured on them is
//! measured elsewhere, on a copy that is only smoothed. Both finders stand behind one trait: the prompt finder
//! announces a pulse as soon as its peak has passed, the settled finder waits for what follows and is never wrong twice.

mod found;
mod prompt;
mod settled;

pub use found::{FindPulses, Found, Segmented};
pub use prompt::PromptFinder;
#[doc(hidden)]
pub use settled::Tuning as SettledTuning;
pub use settled::{ACCEPT_QUALITY, SettledFinder};
