//! Two series at the same moments: what both limbs share cancels.
//!
//! Of beats the median of the differences is taken, since single beats may be wrong. Differences of temperatures are taken as their mean:
//! no value of a region is wrong by itself, and under vasomotion the median of ten minutes is not their mean.

use alloc::vec::Vec;

use super::channel::ChannelSignal;
use super::context::Context;
use super::level::{Estimate, mean_level, median_level};
use super::recording::Recording;
use super::series::{Track, UNREFERENCED, covered};

/// Differences a − b of the values that lie nearest to each other in time, at most `within` s apart, each used once; with the times
/// of a. Both in order of time; `shift` is added to the times of b.
pub(crate) fn pairs(a: &[(f64, f64)], b: &[(f64, f64)], shift: f64, within: f64) -> Vec<(f64, f64)> {
    let mut pairs = Vec::with_capacity(a.len().min(b.len()));
    let mut next = 0;
    for (place, &(time, value)) in a.iter().enumerate() {
        let distance = |other: &(f64, f64)| (other.0 + shift - time).abs();
        while let (Some(here), Some(ahead)) = (b.get(next), b.get(next + 1)) {
            if distance(ahead) > distance(here) {
                break;
            }
            next += 1;
        }
        let Some(here) = b.get(next).filter(|here| distance(here) <= within) else { continue };
        // The following value of a may be nearer still: then this one has no partner.
        let nearer = a.get(place + 1).is_some_and(|(ahead, _)| (here.0 + shift - ahead).abs() < distance(here));
        if !nearer {
            pairs.push((time, value - here.1));
            next += 1;
        }
    }
    pairs
}

/// The level of the paired difference of two tracks, each in its own window, the windows' starts laid on each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PairedLevel {
    pub(crate) count: usize,
    pub(crate) level: Result<Estimate, &'static str>,
}

/// `a` in window `in_a` minus `b` in window `in_b`; the same window, or those of two sessions.
pub(crate) fn paired_level(context: &Context<'_>, a: usize, in_a: usize, b: usize, in_b: usize) -> PairedLevel {
    let settings = &context.study.settings;
    let absent = |why| PairedLevel { count: 0, level: Err(why) };
    let (Some(window_a), Some(window_b)) = (context.windows.get(in_a), context.windows.get(in_b)) else {
        return absent("no_window");
    };
    let (Some(track_a), Some(track_b)) = (context.tracks.get(a), context.tracks.get(b)) else {
        return absent("no_measure");
    };
    for (track, window) in [(a, in_a), (b, in_b)] {
        if let Some(why) = context.computed(track, window).and_then(|computed| computed.absent) {
            return absent(why);
        }
    }
    let unreferenced = [track_a, track_b].iter().any(|track| track.source == UNREFERENCED);
    if unreferenced && !(in_a == in_b && shares_frames(context, track_a, track_b)) {
        return absent("unreferenced");
    }
    let values_a = track_a.working(window_a.start, window_a.end);
    let values_b = track_b.working(window_b.start, window_b.end);
    let differences = pairs(&values_a, &values_b, window_a.start - window_b.start, settings.pair_within);
    let count = differences.len();
    if count < settings.minimum_beats {
        return PairedLevel { count, level: Err("too_few_pairs") };
    }
    let seconds = covered(differences.iter().map(|(time, _)| *time)).min(window_a.end - window_a.start);
    let values: Vec<f64> = differences.into_iter().map(|(_, value)| value).collect();
    let is_thermal = context.channel(track_a).is_some_and(|channel| channel.signal == ChannelSignal::Thermal);
    let level = if is_thermal { mean_level } else { median_level };
    PairedLevel { count, level: level(&values, seconds, settings).ok_or("no_variation") }
}

/// Whether two tracks are regions of the same frames, so that what the camera's own level does cancels.
fn shares_frames(context: &Context<'_>, a: &Track, b: &Track) -> bool {
    let channels = context.channel(a).zip(context.channel(b));
    channels.is_some_and(|(a, b)| {
        let together = |recording: &Recording| a.is_in(&recording.id) == b.is_in(&recording.id);
        a.signal == b.signal && context.study.recordings.iter().all(together)
    })
}

/// The same over several pairs of windows: their mean, and the number of pairs together.
pub(crate) fn paired_mean(context: &Context<'_>, a: usize, b: usize, windows: &[(usize, usize)]) -> PairedLevel {
    let mut count = 0;
    let mut levels = Vec::new();
    let mut why = "no_baseline";
    for &(in_a, in_b) in windows {
        let paired = paired_level(context, a, in_a, b, in_b);
        count += paired.count;
        match paired.level {
            Ok(level) => levels.push(level),
            Err(reason) => why = reason,
        }
    }
    PairedLevel { count, level: Estimate::mean(&levels).ok_or(why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_time_are_paired_once() {
        let a = [(0.0, 10.0), (1.0, 20.0), (2.0, 30.0), (3.0, 40.0), (4.0, 50.0)];
        // One late, one missing, one extra that lies nearer to nothing.
        let b = [(0.2, 1.0), (1.1, 2.0), (1.6, 9.0), (2.9, 4.0), (9.0, 5.0)];
        assert_eq!(pairs(&a, &b, 0.0, 0.3), [(0.0, 9.0), (1.0, 18.0), (3.0, 36.0)]);
        assert_eq!(pairs(&a, &b, 100.0, 0.3), []);
        assert_eq!(pairs(&[], &b, 0.0, 0.3), []);
        assert_eq!(pairs(&a, &[], 0.0, 0.3), []);
    }

    #[test]
    fn a_shift_lays_one_window_on_the_other() {
        let a: Vec<(f64, f64)> = (0..50).map(|i| (f64::from(i) * 0.9, 3.0)).collect();
        let b: Vec<(f64, f64)> = a.iter().map(|(time, _)| (time - 1000.0, 1.0)).collect();
        let paired = pairs(&a, &b, 1000.0, 0.1);
        assert_eq!(paired.len(), 50);
        assert!(paired.iter().all(|(_, difference)| *difference == 2.0));
    }
}
