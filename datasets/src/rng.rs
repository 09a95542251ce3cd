//! A small random number generator, so that a seed means the same signal on every machine and in every release.
//!
//! xoshiro256++ (Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4),
//! doi 10.1145/3460772), its state filled by `SplitMix64` (Steele, Lea & Flood 2014, doi 10.1145/2714064.2660195).
//! Not for secrets.

use core::f64::consts::TAU;

/// One step of `SplitMix64`: advances `state` and returns 64 well mixed bits.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// A seeded source of uniform and normal deviates.
///
/// ```
/// use plethys_datasets::Rng;
/// let (mut a, mut b) = (Rng::new(7), Rng::new(7));
/// assert_eq!(a.uniform().to_bits(), b.uniform().to_bits());
/// ```
#[derive(Debug, Clone)]
pub struct Rng {
    state: [u64; 4],
    spare: Option<f64>,
}

impl Rng {
    /// A generator whose whole sequence follows from `seed`; any seed will do, 0 included.
    pub fn new(seed: u64) -> Self {
        let mut mix = seed;
        Self { state: core::array::from_fn(|_| split_mix(&mut mix)), spare: None }
    }

    /// An independent generator for one purpose, named by `tag`.
    ///
    /// Each part of a recording draws from its own stream, so that turning one disturbance on leaves all others as
    /// they were.
    pub fn stream(seed: u64, tag: &str) -> Self {
        // FNV-1a over the tag, then mixed with the seed.
        let hash = tag
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
        let mut mix = seed ^ hash;
        Self::new(split_mix(&mut mix))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let out = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        out
    }

    /// Uniform on [0, 1), in steps of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform on [`low`, `high`).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Normal with mean 0 and standard deviation 1 (Box & Muller 1958, doi 10.1214/aoms/1177706645).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // 1 - u is in (0, 1], so the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        let (sine, cosine) = libm::sincos(TAU * self.uniform());
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// A phase, uniform on [0, 2π).
    pub fn phase(&mut self) -> f64 {
        TAU * self.uniform()
    }
}

/// Noise with a 1/f power spectrum of unit variance, at any step.
///
/// A sum of Ornstein–Uhlenbeck processes, their time constants an octave apart and their variances equal: between the
/// two corners the sum of their Lorentzians follows 1/f within 5 % (van der Ziel 1950,
/// doi 10.1016/0031-8914(50)90078-4). Each is discretised exactly, so its statistics do not depend on the step.
#[derive(Debug, Clone)]
pub struct Pink {
    rng: Rng,
    /// (time constant in s, value)
    processes: Vec<(f64, f64)>,
}

impl Pink {
    /// A stationary process that is 1/f between `lowest` and `highest` (Hz, both > 0) and white below, 1/f² above.
    pub fn new(mut rng: Rng, lowest: f64, highest: f64) -> Self {
        let octaves = libm::ceil(libm::log2((highest / lowest).max(1.0))) as usize + 1;
        let processes =
            (0..octaves).map(|octave| (1.0 / (TAU * lowest * libm::exp2(octave as f64)), rng.normal())).collect();
        Self { rng, processes }
    }

    /// The value `step` seconds after the one before.
    pub fn next(&mut self, step: f64) -> f64 {
        let mut sum = 0.0;
        for (constant, value) in &mut self.processes {
            let keep = libm::exp(-step / *constant);
            *value = keep * *value + libm::sqrt(1.0 - keep * keep) * self.rng.normal();
            sum += *value;
        }
        sum / libm::sqrt(self.processes.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_outputs_are_those_of_the_published_generators() {
        // `SplitMix64` from state 0: the first output is in Vigna's reference description.
        let mut state = 0;
        assert_eq!(split_mix(&mut state), 0xE220_A839_7B1D_CDAF);
        // xoshiro256++ from the state 1, 2, 3, 4: worked by hand from the recurrence.
        let mut rng = Rng { state: [1, 2, 3, 4], spare: None };
        assert_eq!([rng.bits(), rng.bits()], [41_943_041, 58_720_359]);
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut rng = Rng::new(1);
        let n = 200_000;
        let (mut sum, mut square, mut fourth, mut uniform) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = rng.normal();
            sum += x;
            square += x * x;
            fourth += x * x * x * x;
            uniform += rng.uniform();
        }
        let n = f64::from(n);
        // Four standard errors each.
        assert!((sum / n).abs() < 0.009, "mean {}", sum / n);
        assert!((square / n - 1.0).abs() < 0.013, "variance {}", square / n);
        assert!((fourth / n - 3.0).abs() < 0.09, "fourth moment {}", fourth / n);
        assert!((uniform / n - 0.5).abs() < 0.0026, "uniform mean {}", uniform / n);
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Rng::stream(1, "drift").bits(), Rng::stream(1, "white").bits());
        assert_ne!(Rng::stream(1, "drift").bits(), Rng::stream(2, "drift").bits());
        assert_eq!(Rng::stream(1, "drift").bits(), Rng::stream(1, "drift").bits());
    }

    #[test]
    fn pink_noise_has_equal_power_per_octave() {
        // Power in an octave by direct sums at random frequencies, averaged over seeds.
        let (rate, n) = (64.0, 8192_u32);
        let power = |low: f64| {
            let mut total = 0.0;
            for seed in 0..24 {
                let mut pink = Pink::new(Rng::new(seed), 0.01, 32.0);
                let values: Vec<f64> = (0..n).map(|_| pink.next(1.0 / rate)).collect();
                for k in 0..8 {
                    let frequency = low * libm::exp2((f64::from(k) + 0.5) / 8.0);
                    let (mut re, mut im) = (0.0, 0.0);
                    for (i, value) in values.iter().enumerate() {
                        // Hann window: a plain one would leak the strong low end upwards.
                        let hann = 0.5 - 0.5 * libm::cos(TAU * i as f64 / f64::from(n));
                        let (sine, cosine) = libm::sincos(TAU * frequency * i as f64 / rate);
                        re += hann * value * cosine;
                        im += hann * value * sine;
                    }
                    total += (re * re + im * im) * frequency;
                }
            }
            total
        };
        let (slow, fast) = (power(0.25), power(4.0));
        let ratio = slow / fast;
        // White noise would give 1/16 of it, a random walk 16 times.
        assert!((0.6..1.7).contains(&ratio), "power per octave at 0.25 and 4 Hz: ratio {ratio}");
    }
}
