//! Everything that a monitor said, as tables.

use plethys::{BeatTable, Event, RateTable};

#[derive(Default, PartialEq)]
pub(crate) struct Tables {
    pub(crate) beats: BeatTable,
    pub(crate) rates: RateTable,
    pub(crate) pulses: Vec<f64>,
}

impl Tables {
    pub(crate) fn take(&mut self, event: Event) {
        match event {
            Event::Pulse(pulse) => self.pulses.push(pulse.peak),
            Event::Beat(beat) => self.beats.push(&beat),
            Event::Rate(row) => self.rates.push(&row),
            _ => unreachable!("a new kind of event has no table here"),
        }
    }

    pub(crate) fn bytes(&self) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let pulses = self.pulses.iter().flat_map(|pulse| pulse.to_le_bytes()).collect();
        (self.beats.to_bytes(), self.rates.to_bytes(), pulses)
    }
}
