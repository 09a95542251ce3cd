//! Medians over the newest accepted beats.

use crate::event::Beat;
use crate::measure::robust::median;
use crate::reason::Reason;

/// Most accepted beats that a summary looks back on: more than 10 s hold.
const MOST: usize = 64;

/// What a summary needs of a beat.
#[derive(Debug, Clone, Copy)]
struct Entry {
    peak: f64,
    amplitude: Result<f64, Reason>,
    perfusion_index: Result<f64, Reason>,
    quality: f64,
}

/// The newest accepted beats.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    entries: [Option<Entry>; MOST],
    count: usize,
    no_perfusion: Option<Reason>,
}

impl Summary {
    pub(crate) fn new() -> Self {
        Self { entries: [None; MOST], count: 0, no_perfusion: None }
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes note of a beat, and of its perfusion index or why it has none.
    pub(crate) fn push(&mut self, beat: &Beat, perfusion_index: Result<f64, Reason>) {
        if beat.accepted {
            self.entries[self.count % MOST] = Some(Entry {
                peak: beat.peak,
                amplitude: beat.amplitude.ok_or(beat.reason.unwrap_or(Reason::NotPresent)),
                perfusion_index,
                quality: beat.quality,
            });
            self.count += 1;
            if let Err(reason) = perfusion_index {
                self.no_perfusion = Some(telling(self.no_perfusion, reason));
            }
        }
    }

    /// Why accepted beats have no perfusion index: the newest reason, one that is not only the end of the stream where there is one.
    pub(crate) fn no_perfusion(&self) -> Option<Reason> {
        self.no_perfusion
    }

    /// Time of the newest accepted beat's peak.
    pub(crate) fn newest(&self) -> Option<f64> {
        let last = self.count.checked_sub(1)?;
        self.entries[last % MOST].map(|entry| entry.peak)
    }

    /// Median amplitude of the beats from `since` on.
    pub(crate) fn amplitude(&self, since: f64) -> Result<f64, Reason> {
        self.median(since, |entry| entry.amplitude)
    }

    /// Median perfusion index of the beats from `since` on.
    pub(crate) fn perfusion_index(&self, since: f64) -> Result<f64, Reason> {
        self.median(since, |entry| entry.perfusion_index)
    }

    /// Median quality of the beats from `since` on.
    pub(crate) fn quality(&self, since: f64) -> Result<f64, Reason> {
        self.median(since, |entry| Ok(entry.quality))
    }

    fn median(&self, since: f64, of: impl Fn(&Entry) -> Result<f64, Reason>) -> Result<f64, Reason> {
        let mut values = [0.0; MOST];
        let mut count = 0;
        let mut why = None;
        for entry in self.entries.iter().flatten().filter(|entry| entry.peak >= since) {
            match of(entry) {
                Ok(value) => {
                    values[count] = value;
                    count += 1;
                }
                Err(reason) => why = Some(telling(why, reason)),
            }
        }
        median(&mut values[..count]).ok_or(why.unwrap_or(Reason::NoBeats))
    }
}

/// The reason to tell of two: that a beat was the last before an end says nothing about the stream.
fn telling(before: Option<Reason>, reason: Reason) -> Reason {
    before.filter(|_| reason == Reason::NoNextBeat).unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_stream_is_told_only_where_nothing_else_is_wrong() {
        assert_eq!(telling(None, Reason::NoNextBeat), Reason::NoNextBeat);
        assert_eq!(telling(Some(Reason::NoDc), Reason::NoNextBeat), Reason::NoDc);
        assert_eq!(telling(Some(Reason::NoNextBeat), Reason::NoDc), Reason::NoDc);
        assert_eq!(telling(Some(Reason::NoDc), Reason::Clipped), Reason::Clipped);
    }
}
