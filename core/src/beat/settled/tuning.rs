//! Every constant of the settled finder, in seconds, hertz and ratios.

/// The constants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tuning {
    /// The input is decimated to at least this rate, Hz.
    pub(super) internal_hz: f64,
    /// Lower corner of the finding path, Hz.
    pub(super) band_low: f64,
    /// Upper corner of the finding path, Hz.
    pub(super) band_high: f64,
    /// Shape of the Kaiser window of the band-pass.
    pub(super) band_beta: f64,
    /// Half the length of the band-pass, s: its delay.
    pub(super) band_reach: f64,
    /// Programme runs this often, s.
    pub(super) hop: f64,
    /// A candidate is decided when this much of the finding path after it is known, s.
    pub(super) future: f64,
    /// Candidates and trace are kept for this long, s.
    pub(super) memory: f64,
    /// Two candidates are at least this far apart, s.
    pub(super) separation: f64,
    /// How far a candidate's sides reach, s.
    pub(super) side: f64,
    /// Flags are counted this far on both sides of a candidate, s.
    pub(super) around: f64,
    /// Past over which the local scale is taken, s.
    pub(super) past_scale: f64,
    /// Future over which the local scale is taken, in periods.
    pub(super) future_scale: f64,
    /// The least that future is, s.
    pub(super) future_scale_least: f64,
    /// The most that future is, s.
    pub(super) future_scale_most: f64,
    /// Heights below this share of the second largest do not count for the scale.
    pub(super) scale_share: f64,
    /// Height relative to the scale at which the evidence is neutral.
    pub(super) neutral_height: f64,
    /// Evidence per unit of log height.
    pub(super) height_weight: f64,
    /// Least evidence.
    pub(super) evidence_least: f64,
    /// Most evidence.
    pub(super) evidence_most: f64,
    /// Heights below this share of the long scale are held for noise.
    pub(super) floor: f64,
    /// The long scale is the median over this many seconds.
    pub(super) long_scale: f64,
    /// Evidence per unit of log(rise / fall).
    pub(super) side_weight: f64,
    /// A candidate this soon after a far higher one stands in its shadow, s.
    pub(super) shadow: f64,
    /// How many times higher that one is, where the shadow begins.
    pub(super) shadow_from: f64,
    /// And where it is full.
    pub(super) shadow_full: f64,
    /// What a full shadow takes from the most evidence.
    pub(super) shadow_weight: f64,
    /// Samples of the autocorrelation per second, at least.
    pub(super) period_hz: f64,
    /// The autocorrelation is renewed this often, s.
    pub(super) period_block: f64,
    /// Slopes are cut off at this multiple of the usual (RMS) rising slope.
    pub(super) period_clip: f64,
    /// Factor per block by which an old confidence fades.
    pub(super) period_fade: f64,
    /// Autocorrelation is over this many seconds.
    pub(super) period_window: f64,
    /// Shortest period, s.
    pub(super) shortest_period: f64,
    /// Longest period, s.
    pub(super) longest_period: f64,
    /// The period is the shortest lag that reaches this share of the best.
    pub(super) period_share: f64,
    /// A lag is a third of the period where the autocorrelation at three times the lag is this many times that at twice.
    pub(super) period_third: f64,
    /// A lag whose autocorrelation is this high is no third.
    pub(super) period_third_most: f64,
    /// Reward of an interval that equals the period.
    pub(super) rhythm_weight: f64,
    /// Share of that reward that two intervals earn which together equal the period.
    pub(super) over_share: f64,
    /// Width of that reward, in log interval.
    pub(super) rhythm_width: f64,
    /// Intervals below this share of the period cost.
    pub(super) short_share: f64,
    /// Intervals above this never cost, s.
    pub(super) short_cap: f64,
    /// Cost of an interval of zero.
    pub(super) short_weight: f64,
    /// Shortest interval, s.
    pub(super) refractory: f64,
    /// Shortest interval in periods, where the period is confidently short.
    pub(super) refractory_share: f64,
}

/// The constants in use.
pub(super) const TUNING: Tuning = Tuning {
    internal_hz: 40.0,
    band_low: 0.5,
    band_high: 8.0,
    band_beta: 5.0,
    band_reach: 0.9,
    hop: 1.0,
    future: 2.7,
    memory: 13.0,
    separation: 0.1,
    side: 1.0,
    around: 0.1,
    past_scale: 5.0,
    future_scale: 1.2,
    future_scale_least: 0.6,
    future_scale_most: 2.9,
    scale_share: 0.3,
    neutral_height: 0.2,
    height_weight: 2.7,
    evidence_least: -8.0,
    evidence_most: 4.6,
    floor: 0.05,
    long_scale: 40.0,
    side_weight: 0.5,
    shadow: 0.37,
    shadow_from: 2.0,
    shadow_full: 3.0,
    shadow_weight: 7.0,
    period_hz: 20.0,
    period_block: 1.0,
    period_clip: 3.0,
    period_fade: 0.985,
    period_window: 11.0,
    shortest_period: 0.22,
    longest_period: 3.0,
    period_share: 0.75,
    period_third: 1.25,
    period_third_most: 0.7,
    rhythm_weight: 3.0,
    over_share: 0.5,
    rhythm_width: 0.11,
    short_share: 0.55,
    short_cap: 0.48,
    short_weight: 20.0,
    refractory: 0.30,
    refractory_share: 0.55,
};
