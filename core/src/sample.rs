//! What can be pushed: a number of a common type, and a block of them with what was recorded alongside.

use crate::error::Error;

/// A raw sample: processed as `f64`; NaN is a missing sample.
pub trait Sample: Copy {
    /// The value as `f64`; integers beyond 2^53 are rounded.
    fn to_f64(self) -> f64;
}

macro_rules! sample {
    ($($number:ty),*) => {$(
        impl Sample for $number {
            #[inline]
            #[allow(clippy::cast_lossless)]
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )*};
}

sample!(f64, f32, i8, i16, i32, i64, u8, u16, u32, u64);

/// A block of samples with what was recorded alongside, one entry per sample each.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a, S> {
    /// The pulse stream, raw units.
    pub samples: &'a [S],
    /// Time stamps, s; without them sample i lies at i over the sample rate.
    pub time: Option<&'a [f64]>,
    /// Acceleration of the site, three axes, any unit.
    pub motion: Option<&'a [[f64; 3]]>,
    /// A second optical channel of the same site, any unit.
    pub companion: Option<&'a [f64]>,
}

impl<'a, S: Sample> Input<'a, S> {
    /// Samples alone.
    pub fn new(samples: &'a [S]) -> Self {
        Self { samples, time: None, motion: None, companion: None }
    }

    /// Checks that everything alongside is as long as the samples.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] naming the first that is not.
    pub fn check(&self) -> Result<(), Error> {
        let expected = self.samples.len();
        let lengths = [
            ("time", self.time.map(<[_]>::len)),
            ("motion", self.motion.map(<[_]>::len)),
            ("companion", self.companion.map(<[_]>::len)),
        ];
        for (argument, length) in lengths {
            if let Some(length) = length
                && length != expected
            {
                return Err(Error::LengthMismatch { argument, length, expected });
            }
        }
        Ok(())
    }
}
