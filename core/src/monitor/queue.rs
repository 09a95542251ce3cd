//! Events waiting to be taken, in memory that is there from the start.

use alloc::vec::Vec;

use crate::event::Event;

/// Events of one push, in order; emptied by the caller or by the next push.
#[derive(Debug)]
pub(crate) struct EventQueue {
    events: Vec<Event>,
    taken: usize,
}

impl Clone for EventQueue {
    /// With the same room: that of a `Vec`'s own clone ends with its last entry, and every later event would be dropped.
    fn clone(&self) -> Self {
        let mut events = Vec::with_capacity(self.events.capacity());
        events.extend_from_slice(&self.events);
        Self { events, taken: self.taken }
    }
}

impl EventQueue {
    /// Room for `capacity` events; more than one push can bring about.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { events: Vec::with_capacity(capacity), taken: 0 }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.taken = 0;
    }

    /// Appends an event; one beyond the room there is would be a fault of this crate, and is dropped rather than allocated for.
    pub(crate) fn push(&mut self, event: Event) {
        debug_assert!(
            self.events.len() < self.events.capacity(),
            "more events in one push than the queue has room for"
        );
        if self.events.len() < self.events.capacity() {
            self.events.push(event);
        }
    }

    /// The oldest event not yet taken.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        let event = self.events.get(self.taken).copied()?;
        self.taken += 1;
        Some(event)
    }
}

/// The events of one push, oldest first; dropping it discards the rest.
#[derive(Debug)]
pub struct Events<'a> {
    queue: &'a mut EventQueue,
}

impl<'a> Events<'a> {
    pub(crate) fn new(queue: &'a mut EventQueue) -> Self {
        Self { queue }
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.queue.pop()
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        self.queue.clear();
    }
}
