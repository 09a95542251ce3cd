//! A smaller share of what `study_seeds` counts, with limits that a study as good as demanded misses once in a thousand times.

use plethys_benches::study::{Noise, Outcome, Share, baselines, binomial_at_most, source_beats, two_windows};
use plethys_datasets::STUDY_SENSORS;

fn run(seeds: u64, one: impl Fn(u64) -> Outcome) -> Vec<Outcome> {
    // Other seeds than the command's first ones.
    (50_000..50_000 + seeds).map(one).collect()
}

/// Fails where so many hits, or more, would come up less than once in a thousand times if `share` were true.
fn no_more_than(share: f64, counted: Share, what: &str) {
    let at_least = 1.0 - counted.hits.checked_sub(1).map_or(0.0, |below| binomial_at_most(below, counted.of, share));
    assert!(at_least > 1e-3, "{what}: {} of {}, {share} allowed", counted.hits, counted.of);
}

fn no_less_than(share: f64, counted: Share, what: &str) {
    let missed = Share { hits: counted.of - counted.hits, ..counted };
    no_more_than(1.0 - share, missed, what);
}

#[test]
fn a_study_without_change_claims_none_where_a_t_test_does() {
    let null = run(120, |seed| two_windows(seed, &Noise::at_rest(), 600.0, 0.0));
    no_more_than(0.07, Share::of(&null, |o| o.claimed), "claimed");
    no_more_than(0.07, Share::of(&null, |o| o.bootstrap), "claimed by the bootstrap");
    // The guard has teeth: what the t-test claims would not pass.
    let t_test = Share::of(&null, |o| o.t_test);
    assert!(binomial_at_most(t_test.hits, t_test.of, 0.07) > 0.999, "{} of {}", t_test.hits, t_test.of);
    no_less_than(0.90, Share::of(&null, |o| o.covered), "covered");
}

#[test]
fn red_noise_and_short_windows_are_survived() {
    let red = run(100, |seed| two_windows(seed, &Noise::red(), 600.0, 0.0));
    no_more_than(0.12, Share::of(&red, |o| o.claimed), "red noise");
    let short = run(120, |seed| two_windows(seed, &Noise::at_rest(), 300.0, 0.0));
    no_more_than(0.07, Share::of(&short, |o| o.claimed), "5-minute windows");
    assert!(short.iter().all(|o| o.short));
    assert!(red.iter().all(|o| !o.short));
}

#[test]
fn a_true_change_is_claimed() {
    for (percent, demand) in [(10.0, 0.80), (20.0, 0.95)] {
        let change = libm::log1p(percent / 100.0);
        let power = run(60, |seed| two_windows(seed, &Noise::at_rest(), 600.0, change));
        no_less_than(demand, Share::of(&power, |o| o.claimed), "claimed");
        no_less_than(0.90, Share::of(&power, |o| o.covered), "covered");
    }
}

#[test]
fn three_baselines_bound_what_two_cannot() {
    let three = run(150, |seed| baselines(seed, 3, 0.10));
    no_more_than(0.07, Share::of(&three, |o| o.claimed), "three baselines");
    assert!(three.iter().all(|o| !o.not_established));
    // The t-test takes the scatter of the cuff for a change almost always.
    no_less_than(0.5, Share::of(&three, |o| o.t_test), "t-test");
    assert!(run(10, |seed| baselines(seed, 2, 0.10)).iter().all(|o| o.not_established && !o.claimed));
}

#[test]
fn intervals_of_the_source_study_cover_what_was_planted() {
    let (mut level, mut zero, seeds) = (0, 0, 25);
    let (left, finger) = (STUDY_SENSORS[0], STUDY_SENSORS[2]);
    for seed in 0..seeds {
        let report = source_beats(90_000 + seed);
        let within = |low: Option<f64>, high: Option<f64>, truth: f64| {
            usize::from(low.is_some_and(|low| low <= truth) && high.is_some_and(|high| high >= truth))
        };
        let first =
            report.levels.iter().find(|row| row.channel == left.name && row.window == "follow_up:first").unwrap();
        level += within(first.low, first.high, left.levels[1]);
        let last = |channel: &str| {
            report.changes.iter().find(|row| row.channel == channel && row.window == "follow_up:last").unwrap()
        };
        zero += within(last(finger.name).low, last(finger.name).high, 0.0);
        assert_eq!(last(left.name).verdict, "claimed");
    }
    no_less_than(0.90, Share { hits: level, of: seeds as usize }, "level");
    no_less_than(0.90, Share { hits: zero, of: seeds as usize }, "finger");
}
