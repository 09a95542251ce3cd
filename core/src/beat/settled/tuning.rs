//! Every constant of the settled finder, in seconds, hertz and ratios.

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident: $value:expr,)*) => {
        /// The constants.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct Tuning {
            $($(#[$doc])* pub $name: f64,)*
        }

        impl Default for Tuning {
            /// The constants in use.
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }

        impl Tuning {
            /// Sets the constant of this name; `false` if there is none. For ablations.
            pub fn set(&mut self, name: &str, value: f64) -> bool {
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

constants! {
    /// The input is decimated to at least this rate, Hz.
    internal_hz: 40.0,
    /// Lower corner of the finding path, Hz.
    band_low: 0.5,
    /// Upper corner of the finding path, Hz.
    band_high: 8.0,
    /// Shape of the Kaiser window of the band-pass.
    band_beta: 5.0,
    /// Half the length of the band-pass, s: its delay.
    band_reach: 0.9,
    /// Half width of the smoother where nothing repeats, in periods,
    smooth_share: 0.2,
    /// and at most, s.
    smooth_most: 0.2,
    /// Autocorrelation from which on nothing is smoothed.
    smooth_sure: 0.8,
    /// Pulse heights climbed in a period up to which nothing is smoothed,
    smooth_from: 1.0,
    /// and from which on it is in full.
    smooth_full: 2.0,
    /// Share of the past that is left in what is climbed after a block of the autocorrelation.
    smooth_fade: 0.9,
    /// Two humps of one pulse are at most this far apart, s,
    hump_reach: 0.3,
    /// with no dip between them deeper than this share of its height.
    hump_share: 0.5,
    /// Programme runs this often, s.
    hop: 1.0,
    /// A candidate is decided when this much of the finding path after it is known, s.
    future: 2.35,
    /// Candidates and trace are kept for this long, s.
    memory: 13.0,
    /// Two candidates are at least this far apart, s.
    separation: 0.1,
    /// How far a candidate's sides reach, s.
    side: 1.0,
    /// Flags are counted this far on both sides of a candidate, s.
    around: 0.1,
    /// Past over which the local scale is taken, s.
    past_scale: 5.0,
    /// Future over which the local scale is taken, in periods.
    future_scale: 1.2,
    /// The least that future is, s.
    future_scale_least: 0.6,
    /// The most that future is, s.
    future_scale_most: 2.9,
    /// Heights below this share of the second largest do not count for the scale.
    scale_share: 0.3,
    /// Height relative to the scale at which the evidence is neutral.
    neutral_height: 0.2,
    /// Evidence per unit of log height.
    height_weight: 2.7,
    /// Least evidence.
    evidence_least: -8.0,
    /// Most evidence.
    evidence_most: 4.6,
    /// Heights below this share of the long scale are held for noise.
    floor: 0.05,
    /// The long scale is the median over this many seconds.
    long_scale: 40.0,
    /// Evidence per unit of log(rise / fall).
    side_weight: 0.5,
    /// A candidate this soon after a far higher one stands in its shadow, s; below 60 a minute longer, by the root of the period in seconds,
    shadow: 0.37,
    /// where the autocorrelation has lately been this high: atrial fibrillation has no period.
    shadow_sure: 0.45,
    /// How many times higher that one is, where the shadow begins.
    shadow_from: 2.0,
    /// And where it is full.
    shadow_full: 3.0,
    /// What a full shadow takes from the most evidence.
    shadow_weight: 7.0,
    /// Samples of the autocorrelation per second, at least.
    period_hz: 20.0,
    /// The autocorrelation is renewed this often, s.
    period_block: 1.0,
    /// Slopes are cut off at this multiple of the usual (RMS) rising slope.
    period_clip: 3.0,
    /// Share of the long memory of the autocorrelation that is left after a block.
    period_fade: 0.92,
    /// Autocorrelation is over this many seconds.
    period_window: 11.0,
    /// Shortest period, s.
    shortest_period: 0.22,
    /// Longest period, s.
    longest_period: 3.0,
    /// The period is the shortest lag that reaches this share of the best.
    period_share: 0.75,
    /// A lag is a third of the period where the autocorrelation at three times the lag is this many times that at twice.
    period_third: 1.25,
    /// A lag whose autocorrelation is this high is no third.
    period_third_most: 0.7,
    /// Reward of an interval that equals the period.
    rhythm_weight: 3.0,
    /// Share of that reward that two intervals earn which together equal the period.
    over_share: 0.5,
    /// Width of that reward, in log interval.
    rhythm_width: 0.11,
    /// Intervals below this share of the period cost.
    short_share: 0.55,
    /// Intervals above this never cost, s.
    short_cap: 0.48,
    /// Cost of an interval of zero.
    short_weight: 20.0,
    /// Shortest interval, s.
    refractory: 0.30,
    /// Shortest interval in periods, where the period is confidently short.
    refractory_share: 0.55,
}
