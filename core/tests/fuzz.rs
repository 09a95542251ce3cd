//! Whatever is pushed into whatever monitor: no panic, live is batch, and what comes out is in order and finite.
//!
//! `PLETHYS_FUZZ=2000 cargo test --release -p plethys --test fuzz` tries as many streams; two hundred without it.

#[path = "common/tables.rs"]
mod tables;

use plethys::table::BEAT_NUMBERS;
use plethys::{
    Calibration, Config, CuffTarget, Error, Event, Input, Monitor, Polarity, SampleRate, SensorRange, SignalKind,
    Snapshot, analyze_input,
};
use proptest::prelude::*;
use tables::Tables;

/// Most samples of a stream: it is gone through four times.
const MOST_SAMPLES: f64 = 12_000.0;
/// A pause this long ends a beat, s.
const PAUSE_S: f64 = 3.0;
/// A pulse is announced this long after its peak at most, s.
const PROMPT_S: f64 = 0.3;

/// What a stretch of a stream does.
#[derive(Debug, Clone, Copy)]
enum Pattern {
    /// Pulses of this many a minute.
    Pulses(f64),
    Missing,
    Infinite,
    Constant,
    Noise,
    /// A new level every so many samples.
    Steps(usize),
    Square(usize),
    Ramp,
    /// Every so many samples one that is this many times the height.
    Spikes(usize, f64),
    /// Any bits at all.
    Bits,
}

/// A stretch: what it does, for how long, at which level and how high.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    pattern: Pattern,
    seconds: f64,
    level: f64,
    height: f64,
}

/// What is recorded alongside.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stamps {
    None,
    Even,
    /// Late, early, equal and backward stamps, and jumps.
    Wild,
}

fn size() -> impl Strategy<Value = f64> {
    let common = (-3.0..5.0).prop_map(libm::exp10);
    let odd = prop_oneof![Just(0.0), Just(1e300), Just(1e31), Just(1e29), Just(1e-300), Just(5e-324), Just(f64::MAX)];
    prop_oneof![6 => common, 1 => odd]
}

fn stretch() -> impl Strategy<Value = Stretch> {
    let pattern = prop_oneof![
        6 => (15.0..320.0).prop_map(Pattern::Pulses),
        1 => Just(Pattern::Missing),
        1 => Just(Pattern::Infinite),
        1 => Just(Pattern::Constant),
        1 => Just(Pattern::Noise),
        1 => (1_usize..400).prop_map(Pattern::Steps),
        1 => (1_usize..400).prop_map(Pattern::Square),
        1 => Just(Pattern::Ramp),
        1 => ((2_usize..300), size()).prop_map(|(every, times)| Pattern::Spikes(every, times)),
        1 => Just(Pattern::Bits),
    ];
    let level = (any::<bool>(), size()).prop_map(|(minus, level)| if minus { -level } else { level });
    let height = (any::<bool>(), size()).prop_map(|(minus, height)| if minus { -height } else { height });
    (pattern, prop_oneof![3 => 0.0..20.0, 1 => 0.0..0.5], level, height)
        .prop_map(|(pattern, seconds, level, height)| Stretch { pattern, seconds, level, height })
}

fn config() -> impl Strategy<Value = Config> {
    let rate = prop_oneof![20.0..130.0, 20.0..2000.0, Just(20.0), Just(25.0), Just(64.0), Just(125.0), Just(4000.0)];
    let signal = prop_oneof![Just(SignalKind::Ppg), Just(SignalKind::Pvr), Just(SignalKind::Pressure)];
    let polarity = prop_oneof![2 => Just(Polarity::Auto), 1 => Just(Polarity::Upright), 1 => Just(Polarity::Inverted)];
    let calibration = prop::option::of((size(), any::<bool>(), -1e6..1e6).prop_map(|(scale, minus, offset)| {
        Calibration::new(if minus { -scale } else { scale }, offset, "mm[Hg]").ok()
    }));
    let range =
        prop::option::weighted(0.3, (-1e5..1e5, size()).prop_map(|(low, span)| SensorRange::new(low, low + span).ok()));
    let cuff = prop::option::weighted(0.2, (0.0..400.0, 0.1..100.0).prop_map(|(at, by)| CuffTarget::new(at, by).ok()));
    let flags = (any::<Option<bool>>(), prop::bool::weighted(0.3), prop::bool::weighted(0.3));
    (rate, signal, polarity, calibration, range, cuff, flags).prop_map(
        |(rate, signal, polarity, calibration, sensor_range, cuff, (dc_coupled, motion, companion))| Config {
            polarity,
            calibration: calibration.flatten(),
            sensor_range: sensor_range.flatten(),
            dc_coupled,
            cuff: cuff.flatten(),
            motion,
            companion,
            ..Config::new(signal, SampleRate::hz(rate).expect("in range"))
        },
    )
}

/// Numbers that look random, from 0 to 1.
struct Chance(u64);

impl Chance {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn next(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn samples(stretches: &[Stretch], hz: f64, chance: &mut Chance) -> Vec<f64> {
    let mut samples = Vec::new();
    for stretch in stretches {
        let Stretch { pattern, seconds, level, height } = *stretch;
        let mut held = level;
        for i in 0..(seconds * hz) as usize {
            let time = i as f64 / hz;
            samples.push(match pattern {
                Pattern::Pulses(bpm) => {
                    let phase = time * bpm / 60.0;
                    let phase = phase - libm::floor(phase);
                    level + height * (phase * 12.0 * libm::exp(1.0 - phase * 12.0) + 0.01 * chance.next())
                }
                Pattern::Missing => f64::NAN,
                Pattern::Infinite => f64::INFINITY * height,
                Pattern::Constant => level,
                Pattern::Noise => level + height * (chance.next() - 0.5),
                Pattern::Steps(every) => {
                    held = if i % every == 0 { level + height * chance.next() } else { held };
                    held
                }
                Pattern::Square(half) => {
                    if (i / half) % 2 == 0 {
                        level
                    } else {
                        level + height
                    }
                }
                Pattern::Ramp => level + height * time,
                Pattern::Spikes(every, times) => {
                    level + if i % every == 0 { times * height } else { height * libm::sin(7.0 * time) }
                }
                Pattern::Bits => f64::from_bits(chance.bits()),
            });
        }
    }
    samples.truncate(MOST_SAMPLES as usize);
    samples
}

fn stamps(kind: Stamps, count: usize, hz: f64, chance: &mut Chance) -> Option<Vec<f64>> {
    let mut now: f64 = 1e6 * chance.next();
    let mut next = || {
        now += match (kind, chance.next()) {
            (Stamps::Wild, roll) if roll < 0.002 => 1e5 * (chance.next() - 0.3),
            (Stamps::Wild, roll) if roll < 0.004 => 20.0 * chance.next(),
            (Stamps::Wild, roll) if roll < 0.0045 => {
                libm::copysign(libm::exp10(30.0 * chance.next()), chance.next() - 0.5)
            }
            (Stamps::Wild, roll) if roll < 0.05 => 0.0,
            (Stamps::Wild, roll) if roll < 0.1 => -chance.next() / hz,
            (Stamps::Wild, _) => 2.0 * chance.next() / hz,
            _ => 1.0 / hz,
        };
        // Farther stamps are refused.
        now = now.clamp(-1e12, 1e12);
        now
    };
    (kind != Stamps::None).then(|| (0..count).map(|_| next()).collect())
}

/// What is wrong with what was said, if anything.
fn fault(said: &Tables, config: &Config) -> Option<String> {
    let beats = &said.beats;
    for column in BEAT_NUMBERS {
        if let Some(value) = beats.number(column.name).iter().find(|value| value.is_infinite()) {
            return Some(format!("{} of {value}", column.name));
        }
    }
    let number = |name: &str, i: usize| beats.number(name)[i];
    let given = |name: &str, i: usize| Some(number(name, i)).filter(|value| !value.is_nan());
    for i in 0..beats.len() {
        let (peak, quality) = (number("peak", i), number("quality", i));
        let order = i == 0 || number("peak", i - 1) < peak;
        let onset = given("onset", i).is_none_or(|onset| onset <= peak);
        let end = given("end", i).is_none_or(|end| end > number("onset", i).max(0.0));
        let positive = ["rate", "amplitude", "amplitude_corrected", "max_slope"];
        let positive = positive.iter().all(|name| given(name, i).is_none_or(|value| value > 0.0));
        let shares = ["upstroke_fraction", "notch_prominence"];
        let shares = shares.iter().all(|name| given(name, i).is_none_or(|share| share >= 0.0));
        let index = config.signal == SignalKind::Ppg || given("perfusion_index", i).is_none();
        let explained = beats.flag("accepted")[i] || beats.code("reason")[i] != 0;
        let whole = peak >= 0.0 && (0.0..=1.0).contains(&quality);
        if !(order && onset && end && positive && shares && index && explained && whole) {
            let row = BEAT_NUMBERS.map(|column| format!("{} {}", column.name, number(column.name, i)));
            return Some(format!(
                "beat {i}: order {order} onset {onset} end {end} positive {positive} shares {shares} index {index} explained {explained} whole {whole}: {row:?}, before it {:?}",
                i.checked_sub(1).map(|before| number("peak", before))
            ));
        }
    }
    if said.pulses.windows(2).any(|pair| pair[0] >= pair[1]) || said.pulses.iter().any(|peak| !peak.is_finite()) {
        return Some(format!("pulses at {:?}", said.pulses));
    }
    let times = said.rates.number("time");
    let late = times.windows(2).any(|pair| pair[1] - pair[0] < 1.0);
    let bad = |name: &str, most: f64| {
        said.rates.number(name).iter().any(|value| !value.is_nan() && !(0.0..=most).contains(value))
    };
    let bad = bad("pulse_rate", 300.0) || bad("pulse_rate_uncertainty", 1e3) || bad("quality", 1.0);
    (late || bad).then(|| format!("rows at {times:?}: {:?}", said.rates.number("pulse_rate")))
}

fn snapshot_fault(now: &Snapshot) -> Option<String> {
    let fields = [
        (now.pulse_rate, now.absent.pulse_rate),
        (now.perfusion_index, now.absent.perfusion_index),
        (now.amplitude, now.absent.amplitude),
        (now.quality, now.absent.quality),
    ];
    let sound = |(value, reason): &(Option<f64>, Option<plethys::Reason>)| {
        value.is_none_or(f64::is_finite) && value.is_none() == reason.is_some()
    };
    let whole = fields.iter().all(sound) && now.time.is_finite() && now.time >= 0.0;
    (!whole).then(|| format!("{now:?}"))
}

/// Pushes `input` in chunks of these sizes into a used monitor, and looks at it after each.
fn live(monitor: &mut Monitor, input: &Input<'_, f64>, sizes: &[usize]) -> Result<Tables, String> {
    monitor.reset();
    let (mut said, mut from) = (Tables::default(), 0);
    for size in sizes.iter().cycle() {
        let to = (from + size).min(input.samples.len());
        let chunk = Input {
            samples: &input.samples[from..to],
            time: input.time.map(|time| &time[from..to]),
            motion: input.motion.map(|motion| &motion[from..to]),
            companion: input.companion.map(|companion| &companion[from..to]),
        };
        monitor.push_input(&chunk, &mut |event| said.take(event)).map_err(|error| error.to_string())?;
        if let Some(fault) = snapshot_fault(&monitor.snapshot()) {
            return Err(fault);
        }
        from = to;
        if from == input.samples.len() {
            break;
        }
    }
    monitor.finish(&mut |event| said.take(event));
    if monitor.push_slice(&[1.0], &mut |_| ()) != Err(Error::Finished) {
        return Err("a finished monitor took a sample".into());
    }
    snapshot_fault(&monitor.snapshot()).map_or(Ok(said), Err)
}

/// Pushes one sample at a time; says what came too late, if anything did.
fn late(input: &Input<'_, f64>, config: Config) -> Result<Tables, String> {
    let mut monitor = Monitor::new(config).expect("a valid configuration");
    let (hz, latency) = (config.sample_rate.as_hz(), monitor.latency());
    let mut said = Tables::default();
    let mut fault = (latency > 6.0).then(|| format!("a latency of {latency} s"));
    for (i, sample) in input.samples.iter().enumerate() {
        let now = input.time.map_or(i as f64 / hz, |time| time[i] - time[0]);
        // Stamps of a million seconds have ten digits behind the point.
        let rounding = input.time.map_or(1e-9, |_| 1e-5);
        let mut note = |event| {
            let due = match event {
                Event::Pulse(pulse) => pulse.peak + PROMPT_S,
                Event::Beat(beat) => beat.end.unwrap_or(beat.peak + PAUSE_S) + latency,
                Event::Rate(_) => f64::INFINITY,
                _ => unreachable!("a new kind of event"),
            };
            if now > due + rounding {
                fault = Some(format!("at {now} s, due at {due} s: {event:?}"));
            }
            said.take(event);
        };
        if input.time.is_none() && input.motion.is_none() && input.companion.is_none() {
            monitor.push(*sample).for_each(note);
            continue;
        }
        let single = Input {
            samples: &input.samples[i..=i],
            time: input.time.map(|time| &time[i..=i]),
            motion: input.motion.map(|motion| &motion[i..=i]),
            companion: input.companion.map(|companion| &companion[i..=i]),
        };
        monitor.push_input(&single, &mut note).map_err(|error| error.to_string())?;
    }
    monitor.finish(&mut |event| said.take(event));
    fault.map_or(Ok(said), Err)
}

fn cases() -> ProptestConfig {
    let asked = std::env::var("PLETHYS_FUZZ").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(200), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_stream_into_any_monitor(
        config in config(),
        stretches in prop::collection::vec(stretch(), 1..7),
        kind in prop_oneof![2 => Just(Stamps::None), 1 => Just(Stamps::Even), 1 => Just(Stamps::Wild)],
        sizes in prop::collection::vec(1_usize..900, 1..9),
        seed in any::<u64>(),
    ) {
        let mut chance = Chance(seed);
        let hz = config.sample_rate.as_hz();
        let samples = samples(&stretches, hz, &mut chance);
        let time = stamps(kind, samples.len(), hz, &mut chance);
        let shaken = |chance: &mut Chance| if chance.next() < 0.02 { f64::from_bits(chance.bits()) } else { chance.next() };
        let motion: Option<Vec<[f64; 3]>> =
            config.motion.then(|| samples.iter().map(|_| [shaken(&mut chance), shaken(&mut chance), 1.0]).collect());
        let companion: Option<Vec<f64>> = config.companion.then(|| samples.iter().map(|x| x * shaken(&mut chance)).collect());
        let input =
            Input { samples: &samples[..], time: time.as_deref(), motion: motion.as_deref(), companion: companion.as_deref() };

        let whole = analyze_input(&input, config).expect("finite stamps");
        if kind == Stamps::None {
            prop_assert_eq!(whole.counts.samples, samples.len() as u64);
        }
        let whole = Tables { beats: whole.beats, rates: whole.rates, pulses: whole.pulses };
        if let Some(fault) = fault(&whole, &config) {
            prop_assert!(false, "{}", fault);
        }
        let mut monitor = Monitor::new(config).expect("a valid configuration");
        for sizes in [&sizes[..], &[1]] {
            let said = live(&mut monitor, &input, sizes).map_err(TestCaseError::fail)?;
            prop_assert!(said.bytes() == whole.bytes(), "chunks of {:?}", sizes);
        }
        if kind != Stamps::Wild {
            let said = late(&input, config).map_err(TestCaseError::fail)?;
            prop_assert!(said.bytes() == whole.bytes(), "one at a time");
        }
    }

    #[test]
    fn any_number_makes_a_configuration_or_a_fault_that_names_it(bits in prop::collection::vec(any::<u64>(), 2), near in -500.0..5000.0) {
        let [one, other] = [f64::from_bits(bits[0]), f64::from_bits(bits[1])];
        for value in [one, near] {
            let named = |error: plethys::ConfigError, name: &str| error.to_string().contains(name);
            match SampleRate::hz(value) {
                Ok(rate) => prop_assert!((20.0..=4000.0).contains(&rate.as_hz()) && Monitor::new(Config::ppg(rate)).is_ok()),
                Err(error) => prop_assert!(named(error, "sample_rate") && !(20.0..=4000.0).contains(&value)),
            }
            match SensorRange::new(value, other) {
                Ok(range) => prop_assert!(range.low() < range.high()),
                Err(error) => prop_assert!(named(error, "sensor_range")),
            }
            match Calibration::new(value, other, "V") {
                Ok(made) => prop_assert!(made.scale() != 0.0 && made.offset().is_finite()),
                Err(error) => prop_assert!(named(error, "calibration")),
            }
            match CuffTarget::new(value, other) {
                Ok(cuff) => prop_assert!((0.0..=400.0).contains(&cuff.pressure())),
                Err(error) => prop_assert!(named(error, "cuff")),
            }
        }
    }

    #[test]
    fn a_stamp_that_is_no_number_is_refused_and_nothing_else_breaks(at in 0_usize..200, bad in prop_oneof![Just(f64::NAN), Just(f64::INFINITY)]) {
        let mut monitor = Monitor::new(Config::ppg(SampleRate::hz(50.0).expect("in range"))).expect("valid");
        for i in 0..400_usize {
            let time = if i == at { bad } else { i as f64 / 50.0 };
            prop_assert_eq!(monitor.push_timed(time, libm::sin(i as f64 / 8.0)).is_err(), i == at);
        }
        prop_assert!(monitor.snapshot().time > 7.0);
    }
}
