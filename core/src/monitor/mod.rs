//! The pipeline that one stream flows through: samples in, pulses, beats and rate rows out.

mod complete;
mod history;
mod intake;
mod merge;
mod polarity;
mod queue;
mod stream;
mod summary;
mod travel;

pub use queue::Events;

use crate::error::{ConfigError, Error};
use crate::event::Event;
use crate::filter::{Arrival, BLOCK, Resampler};
use crate::reason::{Reason, State};
use crate::sample::{Input, Sample};
use crate::signal::{Config, Polarity, SignalKind};
use crate::snapshot::{Absent, Counts, Snapshot};
use intake::{Intake, Line, Step};
use stream::Stream;

/// A recording shorter than this has no beats, s.
const SHORTEST_S: f64 = 3.0;
/// A snapshot looks back on this much settled signal, s.
const RECENT_S: f64 = 10.0;
/// A gap this long lets go of the polarity that was found, s.
const LONG_GAP_S: f64 = 10.0;
/// A jump of the clock by more samples than this is not followed.
const FARTHEST: f64 = 1e15;
/// Samples from which on they are taken as a block.
const FEWEST: usize = 8;
/// What is recorded alongside at a time stamp: the sample, three axes, the companion.
const CHANNELS: usize = 5;

/// The state of one stream: push samples in, take pulses, beats, rate rows and a snapshot out.
///
/// One call or many, the beats are the same bit for bit: a function of the sequence of samples and of nothing else.
///
/// # Real-time
/// `new` allocates, nothing after it does, except that a clone's first pushes allocate what room of its original was not in use. A push costs some hundred operations at 125 Hz; the push that decides the
/// polarity, or ends a gap, goes through the seconds that were held. A settled beat comes within [`Monitor::latency`] of what ended it.
///
/// ```
/// use plethys::{Config, Event, Monitor, SampleRate};
///
/// // Ten seconds of a pulse at 72 per minute on a level of 1000.
/// let wave = |i: u32| { let t = f64::from(i) / 100.0 * 1.2; 1000.0 + 10.0 * (t - t.floor()).mul_add(-8.0, 0.0).exp() };
/// let mut monitor = Monitor::new(Config::ppg(SampleRate::hz(100.0)?))?;
/// let mut beats = 0;
/// for i in 0..1000 {
///     for event in monitor.push(wave(i)) {
///         if let Event::Beat(beat) = event { beats += 1; assert!(beat.peak < 10.0) }
///     }
/// }
/// monitor.finish(&mut |event| if let Event::Beat(_) = event { beats += 1 });
/// assert!(beats >= 10);
/// # Ok::<(), plethys::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Monitor {
    config: Config,
    clock: Resampler<CHANNELS>,
    /// Stream index of sample 0 of the clock's present grid.
    grid_start: u64,
    /// Whether the samples came with time stamps; decided by the first push that says so.
    timed: Option<bool>,
    pipeline: Pipeline,
    finished: bool,
}

/// What a sample on the grid flows through.
#[derive(Debug, Clone)]
struct Pipeline {
    hz: f64,
    /// Missing samples that let go of the polarity.
    long_gap: usize,
    intake: Intake,
    stream: Stream,
    /// A block of samples, as they came and calibrated.
    raw: [f64; BLOCK],
    values: [f64; BLOCK],
    /// Stream index of the next sample: the number of samples so far, and of those that a jump of the clock left out.
    index: u64,
}

impl Pipeline {
    /// Takes the next samples, one or more at once, and gives how many: all that can come before something is due.
    fn take_some<S: Sample>(&mut self, samples: &[S]) -> usize {
        // Fewer are not worth the block's memory.
        let count = if samples.len() >= FEWEST { self.take_block(samples) } else { 0 };
        match samples.first() {
            Some(sample) if count == 0 => {
                self.take([sample.to_f64(), f64::NAN, f64::NAN, f64::NAN, f64::NAN]);
                1
            }
            _ => count,
        }
    }

    /// Takes the plain samples that these begin with, as far as nothing is due, and gives how many.
    fn take_block<S: Sample>(&mut self, samples: &[S]) -> usize {
        let room = self.stream.room(self.index, samples.len().min(BLOCK));
        for (place, sample) in self.raw.iter_mut().zip(&samples[..room]) {
            *place = sample.to_f64();
        }
        let count = self.intake.push_plain(&self.raw[..room], &mut self.values);
        if count > 0 {
            self.stream.take_plain(&self.values[..count]);
            self.index += count as u64;
            self.stream.tick(self.index);
        }
        count
    }

    fn take(&mut self, values: [f64; CHANNELS]) {
        let index = self.index;
        let stream = &mut self.stream;
        stream.note([values[1], values[2], values[3], values[4]], index);
        self.intake.push(values[0], &mut |step| stream.step(step, index));
        self.index += 1;
        if self.intake.missing_run() == self.long_gap {
            self.stream.forget_polarity();
        }
        self.stream.tick(self.index);
    }

    /// Ends what is open and goes on at the stream index `to`.
    fn jump(&mut self, to: u64) {
        if self.intake.interrupt() {
            self.stream.step(Step::Break, self.index);
        }
        if (to - self.index) as f64 >= LONG_GAP_S * self.hz {
            self.stream.forget_polarity();
        }
        self.stream.skip(self.index, to);
        self.index = to;
    }

    fn now(&self) -> f64 {
        self.index.saturating_sub(1) as f64 / self.hz
    }
}

impl Monitor {
    /// A monitor for a stream of this configuration.
    ///
    /// # Errors
    /// [`ConfigError`] where a number of the configuration cannot be used.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let hz = config.sample_rate.as_hz();
        let long_gap = config.sample_rate.samples(LONG_GAP_S);
        let (intake, stream) = (Intake::new(&config), Stream::new(&config)?);
        let pipeline = Pipeline { hz, long_gap, intake, stream, raw: [0.0; BLOCK], values: [0.0; BLOCK], index: 0 };
        Ok(Self { config, clock: Resampler::new(hz)?, grid_start: 0, timed: None, pipeline, finished: false })
    }

    /// What the monitor was built with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Most signal time between the event that ends a beat (the next onset, a gap, a pause of 3 s) and the beat, s; at most 6. That
    /// holds for every beat: where samples are missing just when it is due, and for those that wait for the polarity.
    pub fn latency(&self) -> f64 {
        self.pipeline.stream.latency()
    }

    /// Whether [`Monitor::finish`] was called; then samples are no longer taken.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Takes the next sample and gives what it brought about; a finished monitor, and one whose samples come with time stamps, takes
    /// nothing and gives nothing.
    pub fn push(&mut self, sample: impl Sample) -> Events<'_> {
        self.pipeline.stream.queue.clear();
        if self.check(Some(false), false, false).is_ok() {
            self.pipeline.take_some(&[sample]);
        }
        Events::new(&mut self.pipeline.stream.queue)
    }

    /// Takes the next sample with the acceleration of the site, any unit.
    ///
    /// # Errors
    /// [`Error::Finished`] after `finish`, [`Error::WrongInput`] where `Config::motion` was not set.
    pub fn push_with_motion(&mut self, sample: impl Sample, acceleration: [f64; 3]) -> Result<Events<'_>, Error> {
        self.check(Some(false), true, false)?;
        let [x, y, z] = acceleration;
        self.pipeline.stream.queue.clear();
        self.pipeline.take([sample.to_f64(), x, y, z, f64::NAN]);
        Ok(Events::new(&mut self.pipeline.stream.queue))
    }

    /// Takes a sample with its time stamp, s on any clock; the stream is laid on the grid of the sample rate from the first stamp on.
    ///
    /// Late, equal and backward stamps are counted and left out; a jump by more than 10 s forwards or 1 s backwards starts anew.
    ///
    /// # Errors
    /// [`Error::Finished`] after `finish`, [`Error::BadTime`] for a stamp that is not finite, [`Error::WrongInput`] where earlier samples
    /// came without stamps.
    pub fn push_timed(&mut self, time: f64, sample: impl Sample) -> Result<Events<'_>, Error> {
        self.check(Some(true), false, false)?;
        self.pipeline.stream.queue.clear();
        self.take_timed(time, [sample.to_f64(), f64::NAN, f64::NAN, f64::NAN, f64::NAN])?;
        Ok(Events::new(&mut self.pipeline.stream.queue))
    }

    /// Takes a block of samples; `sink` gets each event as it comes.
    ///
    /// # Errors
    /// [`Error::Finished`] after `finish`.
    pub fn push_slice<S: Sample>(&mut self, samples: &[S], sink: &mut impl FnMut(Event)) -> Result<(), Error> {
        self.push_input(&Input::new(samples), sink)
    }

    /// Takes a block of samples with what was recorded alongside; `sink` gets each event as it comes.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] where a slice is not as long as the samples, [`Error::WrongInput`] where it brings what the monitor was
    /// not built for, [`Error::Finished`], [`Error::BadTime`] as the single pushes; the samples before a bad stamp have been taken then.
    pub fn push_input<S: Sample>(&mut self, input: &Input<'_, S>, sink: &mut impl FnMut(Event)) -> Result<(), Error> {
        input.check()?;
        // No samples say nothing about whether samples come with stamps.
        let timed = (!input.samples.is_empty()).then_some(input.time.is_some());
        self.check(timed, input.motion.is_some(), input.companion.is_some())?;
        if input.time.is_none() && input.motion.is_none() && input.companion.is_none() {
            self.push_alone(input.samples, sink);
            return Ok(());
        }
        for (i, sample) in input.samples.iter().enumerate() {
            let [x, y, z] = input.motion.and_then(|motion| motion.get(i)).copied().unwrap_or([f64::NAN; 3]);
            let companion = input.companion.and_then(|companion| companion.get(i)).copied().unwrap_or(f64::NAN);
            let values = [sample.to_f64(), x, y, z, companion];
            self.pipeline.stream.queue.clear();
            match input.time.and_then(|time| time.get(i)) {
                Some(&time) => self.take_timed(time, values)?,
                None => self.pipeline.take(values),
            }
            self.hand_out(sink);
        }
        Ok(())
    }

    /// Takes samples with nothing alongside, a block at a time.
    fn push_alone<S: Sample>(&mut self, samples: &[S], sink: &mut impl FnMut(Event)) {
        self.pipeline.stream.queue.clear();
        let mut rest = samples;
        while !rest.is_empty() {
            let count = self.pipeline.take_some(rest);
            rest = &rest[count..];
            self.hand_out(sink);
        }
    }

    /// Empties the queue into `sink`.
    #[inline]
    fn hand_out(&mut self, sink: &mut impl FnMut(Event)) {
        while let Some(event) = self.pipeline.stream.queue.pop() {
            sink(event);
        }
        self.pipeline.stream.queue.clear();
    }

    /// Ends the stream: hands out what is due. After it only `snapshot` and `reset` are accepted.
    pub fn finish(&mut self, sink: &mut impl FnMut(Event)) {
        self.pipeline.stream.queue.clear();
        if !self.finished {
            let pipeline = &mut self.pipeline;
            self.clock.finish(&mut |values| pipeline.take(values));
            self.finished = true;
            pipeline.stream.finish(pipeline.index);
        }
        self.hand_out(sink);
    }

    /// Back to the state after `new`, keeping all memory.
    pub fn reset(&mut self) {
        self.clock.reset();
        self.grid_start = 0;
        self.timed = None;
        self.pipeline.intake.reset();
        self.pipeline.stream.reset();
        self.pipeline.index = 0;
        self.finished = false;
    }

    /// What the stream is now.
    pub fn snapshot(&self) -> Snapshot {
        let stream = &self.pipeline.stream;
        let counts = self.counts();
        let since = stream.horizon(self.pipeline.index) - RECENT_S;
        self.describe(since, counts)
    }

    /// Why the newest accepted beat without a perfusion index has none.
    pub(crate) fn no_perfusion(&self) -> Option<Reason> {
        self.pipeline.stream.summary().no_perfusion()
    }

    /// Medians over the accepted beats from `since` on, and the newest rate row.
    fn describe(&self, since: f64, counts: Counts) -> Snapshot {
        let stream = &self.pipeline.stream;
        let summary = stream.summary();
        let why = if stream.polarity() == Polarity::Auto { Reason::NoPolarity } else { Reason::NoBeats };
        let short = (self.pipeline.index as f64) < SHORTEST_S * self.pipeline.hz;
        let explain = |reason| match reason {
            Reason::NoBeats if short => Reason::TooShort,
            Reason::NoBeats => why,
            other => other,
        };
        let amplitude = summary.amplitude(since).map_err(explain);
        let perfusion_index = match self.config.signal {
            SignalKind::Ppg => summary.perfusion_index(since).map_err(explain),
            _ => Err(Reason::NotApplicable),
        };
        let quality = summary.quality(since).map_err(explain);
        let row = stream.row();
        // Beats come some seconds before the first rate row.
        let not_yet = if quality.is_ok() { Reason::TooShort } else { Reason::NoBeats };
        let pulse_rate = row.map_or(Err(not_yet), |row| row.pulse_rate.ok_or(row.reason.unwrap_or(Reason::NoBeats)));
        let pulse_rate = pulse_rate.map_err(explain);
        Snapshot {
            time: self.pipeline.now(),
            state: self.state(short, since),
            polarity: stream.polarity(),
            pulse_rate: pulse_rate.ok(),
            pulse_rate_uncertainty: row.and_then(|row| row.pulse_rate_uncertainty),
            perfusion_index: perfusion_index.ok(),
            amplitude: amplitude.ok(),
            quality: quality.ok(),
            absent: Absent {
                pulse_rate: pulse_rate.err(),
                perfusion_index: perfusion_index.err(),
                amplitude: amplitude.err(),
                quality: quality.err(),
            },
            counts,
        }
    }

    fn state(&self, short: bool, since: f64) -> State {
        let stream = &self.pipeline.stream;
        match self.pipeline.intake.line() {
            _ if short => State::TooShort,
            Line::Missing => State::Missing,
            Line::Rail => State::Rail,
            Line::Flat => State::Flat,
            Line::Live if stream.is_moving() => State::Motion,
            Line::Live if stream.summary().newest().is_some_and(|newest| newest >= since) => State::Tracking,
            Line::Live if stream.polarity() == Polarity::Auto || since < 0.0 => State::Searching,
            Line::Live => State::NoPulse,
        }
    }

    fn counts(&self) -> Counts {
        let clock = self.clock.counts();
        Counts {
            late_stamps: clock.late,
            equal_stamps: clock.equal,
            backward_stamps: clock.backward,
            clock_jumps: clock.jumps,
            ..self.pipeline.intake.counts
        }
    }

    /// Checks that a push brings what the monitor takes.
    fn check(&mut self, timed: Option<bool>, motion: bool, companion: bool) -> Result<(), Error> {
        if self.finished {
            return Err(Error::Finished);
        }
        if motion && !self.config.motion {
            return Err(Error::WrongInput { expected: "samples without motion", got: "motion" });
        }
        if companion && !self.config.companion {
            return Err(Error::WrongInput { expected: "samples without a companion", got: "a companion" });
        }
        let Some(timed) = timed else { return Ok(()) };
        if *self.timed.get_or_insert(timed) == timed {
            Ok(())
        } else if timed {
            Err(Error::WrongInput { expected: "samples without time stamps, as before", got: "time stamps" })
        } else {
            Err(Error::WrongInput { expected: "time stamps, as before", got: "none" })
        }
    }

    fn take_timed(&mut self, time: f64, values: [f64; CHANNELS]) -> Result<(), Error> {
        let pipeline = &mut self.pipeline;
        let ahead = self.clock.origin().map_or(0.0, |origin| (time - origin) * pipeline.hz);
        // A clock set back, or ahead beyond all reason, goes on where the stream stands.
        let ahead = if ahead > 0.0 && ahead < FARTHEST { ahead } else { 0.0 };
        let before = pipeline.stream.clock;
        pipeline.stream.clock = before.max(self.grid_start as f64 + ahead);
        let arrival = self.clock.push(time, values, &mut |values| pipeline.take(values));
        // A stamp that is refused tells no time.
        let arrival = arrival.inspect_err(|_| pipeline.stream.clock = before)?;
        if arrival == Arrival::Jump {
            let to = self.grid_start.saturating_add(libm::round(ahead) as u64).max(pipeline.index);
            pipeline.jump(to);
            self.grid_start = to;
        }
        Ok(())
    }
}
