//! Ordinary pulses and those locked to a rate tracked through motion: for each second one of the two.

use alloc::collections::VecDeque;

use crate::beat::{Found, Segmented};
use crate::error::ConfigError;
use crate::motion::{LockedBeat, MotionTracker, Stretch, TrackRow};
use crate::reason::Reason;
use crate::signal::SampleRate;

/// What is recorded alongside a sample: three axes of acceleration and the companion; NaN is unknown.
pub(crate) type Reference = [f64; 4];

/// Room for pulses that wait for a decision: more than six seconds hold.
const WAITING: usize = 64;
/// Rows and stretches kept for those that ask later.
const KEPT: usize = 32;
/// Where the source changes, a pulse this share of the tracked period after the one before is the same pulse …
const SAME_SHARE: f64 = 0.55;
/// … or, where no rate is known, one this soon after it, s.
const SAME_S: f64 = 0.3;

/// A pulse that stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    /// The pulse; its place in samples of the segment.
    pub(crate) found: Found,
    /// Whether it was found with the help of the tracked rate.
    pub(crate) locked: bool,
}

/// Decides second by second which pulses stand.
#[derive(Debug, Clone)]
pub(crate) struct Merge {
    hz: f64,
    tracker: MotionTracker,
    /// Ordinary pulses about whose second nothing is known yet.
    waiting: VecDeque<Found>,
    stretches: VecDeque<Stretch>,
    /// Rows with their time in the stream, s.
    rows: VecDeque<TrackRow>,
    /// A locked beat of a stretch to come.
    next_beat: Option<LockedBeat>,
    last: Option<Standing>,
    period: f64,
    /// Time of the segment's first sample in the stream, s.
    offset: f64,
}

impl Merge {
    pub(crate) fn new(rate: SampleRate) -> Result<Self, ConfigError> {
        Ok(Self {
            hz: rate.as_hz(),
            tracker: MotionTracker::new(rate.as_hz())?,
            waiting: VecDeque::with_capacity(WAITING),
            stretches: VecDeque::with_capacity(KEPT),
            rows: VecDeque::with_capacity(KEPT),
            next_beat: None,
            last: None,
            period: SAME_S / SAME_SHARE,
            offset: 0.0,
        })
    }

    /// Starts a segment whose first sample lies at `offset` s of the stream.
    pub(crate) fn begin(&mut self, offset: f64) {
        self.tracker.reset();
        self.waiting.clear();
        self.stretches.clear();
        self.next_beat = None;
        self.last = None;
        self.period = SAME_S / SAME_SHARE;
        self.offset = offset;
    }

    /// Forgets the rows as well.
    pub(crate) fn reset(&mut self) {
        self.begin(0.0);
        self.rows.clear();
    }

    /// How long after the end of its 8 s a row comes at the latest, s.
    pub(crate) fn row_latency(&self) -> f64 {
        self.tracker.row_latency()
    }

    /// How long after its peak a pulse stands at the latest, s.
    pub(crate) fn beat_latency(&self) -> f64 {
        self.tracker.beat_latency()
    }

    /// Takes an oriented sample and what was recorded alongside.
    pub(crate) fn push(&mut self, sample: Segmented, reference: Reference, stands: &mut impl FnMut(Standing)) {
        let [x, y, z, companion] = reference;
        let known = |value: f64| (!value.is_nan()).then_some(value);
        let acceleration = [x, y, z];
        let acceleration = acceleration.iter().all(|axis| axis.is_finite()).then_some(acceleration);
        self.tracker.push(sample.value, acceleration, known(companion));
        self.collect(stands);
    }

    /// Takes an ordinary pulse, in order of time.
    pub(crate) fn offer(&mut self, found: Found, stands: &mut impl FnMut(Standing)) {
        let time = found.peak / self.hz;
        let done = self.stretches.back().map_or(f64::NEG_INFINITY, |stretch| stretch.end);
        if time >= done.max(self.tracker.first_beat()) && self.waiting.len() < WAITING {
            self.waiting.push_back(found);
        } else if !self.stretches.iter().any(|stretch| holds(stretch, time) && stretch.prefers_locked()) {
            self.stand(Standing { found, locked: false }, stands);
        }
    }

    /// Ends the segment: everything that waits is decided.
    pub(crate) fn finish(&mut self, stands: &mut impl FnMut(Standing)) {
        self.tracker.finish();
        self.collect(stands);
        while let Some(found) = self.waiting.pop_front() {
            self.stand(Standing { found, locked: false }, stands);
        }
    }

    /// The tracked row at this time of the stream, if one came.
    pub(crate) fn row(&self, time: f64) -> Option<TrackRow> {
        self.rows.iter().copied().find(|row| (row.time - time).abs() <= 0.5)
    }

    /// Whether there is motion in the newest seconds.
    pub(crate) fn is_moving(&self) -> bool {
        self.tracker.is_moving()
    }

    fn collect(&mut self, stands: &mut impl FnMut(Standing)) {
        while let Some(row) = self.tracker.pop_row() {
            if let Some(rate) = row.rate {
                self.period = 60.0 / rate;
            }
            keep(&mut self.rows, TrackRow { time: row.time + self.offset, ..row });
        }
        while let Some(stretch) = self.tracker.pop_stretch() {
            // Ordinary pulses from before the first stretch, then those in this one.
            while let Some(found) = self.waiting.front().copied() {
                let time = found.peak / self.hz;
                if time >= stretch.end {
                    break;
                }
                self.waiting.pop_front();
                if time < stretch.start || !stretch.prefers_locked() {
                    self.stand(Standing { found, locked: false }, stands);
                }
            }
            keep(&mut self.stretches, stretch);
            while let Some(beat) = self.next_beat.take().or_else(|| self.tracker.pop_beat()) {
                if beat.peak_time >= stretch.end {
                    self.next_beat = Some(beat);
                    break;
                }
                if stretch.prefers_locked() {
                    let peak = beat.peak_time * self.hz;
                    let found = Found { peak, quality: beat.quality, doubt: Reason::Motion };
                    self.stand(Standing { found, locked: true }, stands);
                }
            }
        }
    }

    fn stand(&mut self, pulse: Standing, stands: &mut impl FnMut(Standing)) {
        let same = self.last.is_some_and(|last| {
            let distance = (pulse.found.peak - last.found.peak) / self.hz;
            distance <= 0.0 || (last.locked != pulse.locked && distance < SAME_SHARE * self.period)
        });
        if !same {
            self.last = Some(pulse);
            stands(pulse);
        }
    }
}

fn holds(stretch: &Stretch, time: f64) -> bool {
    time >= stretch.start && time < stretch.end
}

/// Appends to a queue that holds the newest only.
fn keep<T>(queue: &mut VecDeque<T>, item: T) {
    if queue.len() == KEPT {
        queue.pop_front();
    }
    queue.push_back(item);
}
