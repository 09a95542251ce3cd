//! The local scale: the usual height of the pulses before and after a candidate.

use super::candidate::Candidate;

/// At most this many candidates count on one side.
const MOST: usize = 64;

/// Median of the larger heights among `candidates`: of those that reach `share` of the one with this `rank` (0 the largest, 1 the
/// second, which one artefact cannot be). `None` without any.
pub(super) fn usual_height<'a>(
    candidates: impl Iterator<Item = &'a Candidate>,
    share: f64,
    rank: usize,
) -> Option<f64> {
    let mut heights = [0.0; MOST];
    let mut count = 0;
    for candidate in candidates.take(MOST) {
        // Insertion keeps the list sorted, largest first.
        let mut at = count;
        while at > 0 && heights[at - 1] < candidate.height {
            heights[at] = heights[at - 1];
            at -= 1;
        }
        heights[at] = candidate.height;
        count += 1;
    }
    let sorted = &heights[..count];
    let reference = *sorted.get(rank).or(sorted.first())?;
    let large = sorted.iter().take_while(|h| **h >= share * reference).count();
    let sorted = &sorted[..large];
    Some(0.5 * (sorted[large / 2] + sorted[(large - 1) / 2]))
}
