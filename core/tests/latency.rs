//! How late an answer comes, in signal time: over synthetic and recorded streams, across gaps and at the end.

use plethys::{Config, Event, Monitor, SampleRate};
use plethys_datasets::{Span, Synth};

/// A pulse is announced this long after its peak at most, s.
const PROMPT_S: f64 = 0.3;
/// A pause this long ends a beat, s.
const PAUSE_S: f64 = 3.0;

/// The worst latencies of a stream, s.
#[derive(Debug, Default)]
struct Worst {
    pulse: f64,
    beat: f64,
    pulses: usize,
    beats: usize,
}

/// Streams the samples one by one; the end of the stream counts as the end of the last beat.
fn measure(samples: &[f64], hz: f64) -> Worst {
    let mut monitor = Monitor::new(Config::ppg(SampleRate::hz(hz).expect("in range"))).expect("a valid configuration");
    assert!(monitor.latency() <= 6.0, "{} s at {hz} Hz", monitor.latency());
    let mut worst = Worst::default();
    // The last sample of the stretch that a beat lies in, for beats that a gap has ended.
    let mut last_sample = 0.0;
    for (i, sample) in samples.iter().enumerate() {
        let now = i as f64 / hz;
        for event in monitor.push(*sample) {
            note(&mut worst, event, now, last_sample);
        }
        if sample.is_finite() {
            last_sample = now;
        }
    }
    let now = samples.len() as f64 / hz;
    monitor.finish(&mut |event| note(&mut worst, event, now, now));
    worst
}

fn note(worst: &mut Worst, event: Event, now: f64, last_sample: f64) {
    match event {
        Event::Pulse(pulse) => {
            worst.pulse = worst.pulse.max(now - pulse.peak);
            worst.pulses += 1;
        }
        Event::Beat(beat) => {
            // What ended it: the next onset, a pause, or, if earlier, the end of the samples before a gap.
            let end = beat.end.unwrap_or((beat.peak + PAUSE_S).min(last_sample.max(beat.peak)));
            worst.beat = worst.beat.max(now - end);
            worst.beats += 1;
        }
        _ => {}
    }
}

#[test]
fn synthetic_streams_answer_in_time() {
    for hz in [20.0, 25.0, 64.0, 125.0, 250.0, 1000.0] {
        let gaps = vec![Span::new(12.0, 12.25), Span::new(20.0, 20.5), Span::new(30.0, 36.0)];
        let recording = Synth { gaps, ..Synth::ppg(hz, 60.0) }.record().expect("a valid configuration");
        let worst = measure(&recording.samples, hz);
        println!("{hz} Hz: {worst:?}");
        assert!(worst.pulses > 45 && worst.beats > 55, "{worst:?}");
        assert!(worst.pulse <= PROMPT_S && worst.beat <= 6.0, "{hz} Hz: {worst:?}");
    }
}

#[test]
fn recorded_streams_answer_in_time() {
    let Some(data) = plethys_datasets::find_data() else {
        println!("skipped: PLETHYS_DATA is not set");
        return;
    };
    let mut all = Worst::default();
    for (dataset, channel) in [("bidmc", "ppg"), ("troika", "ppg1"), ("mimic_abp", "abp"), ("physionet2015", "ppg")] {
        for path in plethys_datasets::records(&data.join(dataset)).expect("a folder of records") {
            let record = plethys_datasets::Record::read(&path).expect("a record");
            let hz = record.sample_rate.expect("a rate");
            let worst = measure(record.samples(channel).expect("a pulse stream"), hz);
            assert!(worst.pulse <= PROMPT_S && worst.beat <= 6.0, "{}: {worst:?}", path.display());
            all.pulse = all.pulse.max(worst.pulse);
            all.beat = all.beat.max(worst.beat);
            all.pulses += worst.pulses;
            all.beats += worst.beats;
        }
    }
    println!("recorded: {all:?}");
    assert!(all.beats > 20_000);
}
