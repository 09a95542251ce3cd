//! A frame as it comes in: borrowed pixels, and what the camera says beside them.

use ndarray::ArrayView2;

/// The pixels of a frame, borrowed; row by row from the top, any memory layout.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Pixels<'a> {
    /// Counts of an encoding ([`Encoding::TLinear`](super::Encoding::TLinear) or [`Encoding::Planck`](super::Encoding::Planck)).
    Counts(ArrayView2<'a, u16>),
    /// Temperatures, °C; NaN is a missing pixel.
    F32(ArrayView2<'a, f32>),
    /// Temperatures, °C; NaN is a missing pixel.
    F64(ArrayView2<'a, f64>),
}

impl Pixels<'_> {
    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::Counts(view) => view.dim(),
            Self::F32(view) => view.dim(),
            Self::F64(view) => view.dim(),
        }
    }
}

/// What a camera says beside a frame; all of it may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Telemetry {
    /// The camera's own frame counter: the same number again is the same frame again.
    pub counter: Option<u64>,
    /// Whether the shutter is shut for a flat-field correction, or about to be.
    pub shutter: bool,
    /// Time since the camera was switched on, s; without it, since the first frame.
    pub uptime: Option<f64>,
}

/// One frame of a thermal stream.
///
/// ```
/// use ndarray::Array2;
/// use plethys::thermal::{Frame, Telemetry};
/// let counts = Array2::<u16>::from_elem((120, 160), 30_615);
/// let frame = Frame::from(counts.view()).with(Telemetry { counter: Some(7), ..Telemetry::default() });
/// assert_eq!(frame.pixels.shape(), (120, 160));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The pixels.
    pub pixels: Pixels<'a>,
    /// What the camera says.
    pub telemetry: Telemetry,
}

impl<'a> Frame<'a> {
    /// A reading of a contact probe, °C: a frame of one pixel.
    pub fn probe(celsius: &'a f64) -> Self {
        ndarray::aview2(core::slice::from_ref(core::array::from_ref(celsius))).into()
    }

    /// The same frame with telemetry.
    #[must_use]
    pub fn with(mut self, telemetry: Telemetry) -> Self {
        self.telemetry = telemetry;
        self
    }
}

impl<'a> From<Pixels<'a>> for Frame<'a> {
    fn from(pixels: Pixels<'a>) -> Self {
        Self { pixels, telemetry: Telemetry::default() }
    }
}

impl<'a> From<ArrayView2<'a, u16>> for Frame<'a> {
    fn from(view: ArrayView2<'a, u16>) -> Self {
        Pixels::Counts(view).into()
    }
}

impl<'a> From<ArrayView2<'a, f32>> for Frame<'a> {
    fn from(view: ArrayView2<'a, f32>) -> Self {
        Pixels::F32(view).into()
    }
}

impl<'a> From<ArrayView2<'a, f64>> for Frame<'a> {
    fn from(view: ArrayView2<'a, f64>) -> Self {
        Pixels::F64(view).into()
    }
}
