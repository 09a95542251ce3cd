//! The pixels of a stream: the frame now and the one before, and what is read from them.

use alloc::vec;
use alloc::vec::Vec;

use super::config::{COLDEST, HOTTEST, ThermalConfig};
use super::frame::Pixels;
use super::limb::LimbWatch;
use super::pixels::PixelWatch;
use super::radiometry::Radiometry;
use super::region::Run;
use super::shutter::{Change, Scene};
use super::statistics::{Grid, Limits, Raw, percentiles};
use crate::error::{ConfigError, Error};

/// Frames of one type of pixel.
#[derive(Debug, Clone)]
pub(crate) struct Store<T> {
    now: Vec<T>,
    before: Vec<T>,
    /// The frame of the last look for bad pixels.
    looked: Vec<T>,
    scratch: Vec<T>,
    pub(crate) limits: Limits<T>,
}

impl<T: Raw + Default> Store<T> {
    fn new(pixels: usize, limits: Limits<T>) -> Self {
        let frame = vec![T::default(); pixels];
        Self { now: frame.clone(), before: frame.clone(), looked: frame, scratch: Vec::with_capacity(pixels), limits }
    }

    /// Takes the next frame's pixels.
    fn load<S: Copy>(&mut self, slice: Option<&[S]>, pixels: impl Iterator<Item = S>, of: impl Fn(S) -> T) {
        core::mem::swap(&mut self.now, &mut self.before);
        match slice {
            Some(slice) => self.now.iter_mut().zip(slice).for_each(|(place, &pixel)| *place = of(pixel)),
            None => self.now.iter_mut().zip(pixels).for_each(|(place, pixel)| *place = of(pixel)),
        }
    }

    fn reading(&mut self, region: &Area<'_>, radiometry: &Radiometry, with_percentiles: bool) -> Reading {
        let pieces = region.grid.pieces(region.runs, region.shift);
        let spread = T::spread(&self.now, pieces.clone(), self.limits);
        let (mean, deviation) = radiometry.moments(spread.mean, spread.deviation);
        let mut reading = Reading { mean, deviation, percentiles: [f64::NAN; 3], count: spread.count };
        if with_percentiles && spread.count > 0 {
            self.scratch.clear();
            for piece in pieces {
                let pixels = self.now.get(piece).unwrap_or_default();
                self.scratch.extend(pixels.iter().filter(|pixel| pixel.is_within(self.limits)));
            }
            reading.percentiles = percentiles(&mut self.scratch, [0.05, 0.5, 0.95]).map(|raw| radiometry.celsius(raw));
        }
        reading
    }

    fn warm_share(&self, region: &Area<'_>, threshold: f64) -> Option<f64> {
        let (mut warm, mut count) = (0_u32, 0_u32);
        for piece in region.grid.pieces(region.runs, region.shift) {
            for pixel in self.now.get(piece).unwrap_or_default() {
                let valid = pixel.is_within(self.limits);
                count += u32::from(valid);
                warm += u32::from(valid && pixel.value() > threshold);
            }
        }
        (count > 0).then(|| f64::from(warm) / f64::from(count))
    }
}

/// A region in the frame now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area<'a> {
    pub(crate) grid: &'a Grid,
    pub(crate) runs: &'a [Run],
    /// How far it is moved: rows, columns.
    pub(crate) shift: [i32; 2],
}

/// What was read of a region, °C and K; NaN where there is nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) mean: f64,
    pub(crate) deviation: f64,
    /// 5th, 50th and 95th.
    pub(crate) percentiles: [f64; 3],
    pub(crate) count: u32,
}

/// Frames of counts or of temperatures.
#[derive(Debug, Clone)]
pub(crate) enum Frames {
    Counts(Store<u16>),
    Celsius(Store<f64>),
}

macro_rules! with {
    ($frames:expr, $store:ident => $answer:expr) => {
        match $frames {
            Frames::Counts($store) => $answer,
            Frames::Celsius($store) => $answer,
        }
    };
}

impl Frames {
    pub(crate) fn new(config: &ThermalConfig) -> Result<Self, ConfigError> {
        let pixels = config.rows * config.columns;
        let encoding = config.radiometry.encoding();
        if !encoding.is_counts() {
            return Ok(Self::Celsius(Store::new(pixels, Limits { low: COLDEST, high: HOTTEST })));
        }
        // 0 and 65 535 are what dead pixels give.
        let is_body = |count: &u16| (COLDEST..=HOTTEST).contains(&encoding.celsius(f64::from(*count)));
        let (low, high) = ((1..u16::MAX).find(is_body), (1..u16::MAX).rfind(is_body));
        let (Some(low), Some(high)) = (low, high) else {
            let because = "no count is a temperature between -60 and 200 degrees Celsius";
            return Err(ConfigError::Conflict { argument: "encoding", because });
        };
        Ok(Self::Counts(Store::new(pixels, Limits { low, high })))
    }

    /// Takes the pixels of the next frame, whose shape fits.
    pub(crate) fn load(&mut self, pixels: &Pixels<'_>) -> Result<(), Error> {
        match (self, pixels) {
            (Self::Counts(store), Pixels::Counts(view)) => store.load(view.as_slice(), view.iter().copied(), |p| p),
            (Self::Celsius(store), Pixels::F32(view)) => store.load(view.as_slice(), view.iter().copied(), f64::from),
            (Self::Celsius(store), Pixels::F64(view)) => store.load(view.as_slice(), view.iter().copied(), |p| p),
            (Self::Counts(_), _) => {
                return Err(Error::WrongInput { expected: "counts (u16)", got: "temperatures (f32, f64)" });
            }
            (Self::Celsius(_), Pixels::Counts(_)) => {
                let expected = "temperatures in degrees Celsius (f32, f64)";
                return Err(Error::WrongInput { expected, got: "counts (u16)" });
            }
        }
        Ok(())
    }

    /// Takes the last frame back: the one before it is the frame now again.
    pub(crate) fn unload(&mut self) {
        with!(self, store => core::mem::swap(&mut store.now, &mut store.before));
    }

    /// Whether the frame has the very pixels of the one before.
    pub(crate) fn is_repeated(&self) -> bool {
        with!(self, store => Raw::same(&store.now, &store.before))
    }

    pub(crate) fn out_of_range(&self, scene: &Scene) -> f64 {
        with!(self, store => scene.out_of_range(&store.now, store.limits))
    }

    pub(crate) fn roughness(&self, scene: &mut Scene) -> f64 {
        with!(self, store => scene.roughness(&store.now, store.limits))
    }

    pub(crate) fn change(&self, scene: &mut Scene) -> Option<Change> {
        with!(self, store => scene.change(&store.before, &store.now, store.limits))
    }

    pub(crate) fn reading(&mut self, area: &Area<'_>, radiometry: &Radiometry, with_percentiles: bool) -> Reading {
        with!(self, store => store.reading(area, radiometry, with_percentiles))
    }

    pub(crate) fn warm_share(&self, area: &Area<'_>, threshold: f64) -> Option<f64> {
        with!(self, store => store.warm_share(area, threshold))
    }

    pub(crate) fn renew(&self, watch: &mut LimbWatch, time: f64) {
        with!(self, store => watch.renew(time, &store.now, store.limits));
    }

    pub(crate) fn look(
        &mut self,
        watch: &mut PixelWatch,
        time: f64,
        noise: f64,
        grid: &mut Grid,
        found: impl FnMut(usize),
    ) {
        with!(self, store => {
            watch.look(time, [&store.looked, &store.now], store.limits, noise, grid, found);
            store.looked.copy_from_slice(&store.now);
        });
    }

    /// The frame as raw values, bad and missing pixels replaced by the valid one before them in the row (or by the first one).
    #[cfg(feature = "spectrum")]
    pub(crate) fn filled(&self, grid: &Grid, image: &mut [f64]) {
        with!(self, store => {
            let is_good = |(place, pixel): &(usize, &_)| !grid.is_bad(*place) && Raw::is_within(**pixel, store.limits);
            let mut last = store.now.iter().enumerate().find(is_good).map_or(0.0, |(_, pixel)| Raw::value(*pixel));
            for (entry, place) in store.now.iter().enumerate().zip(image) {
                if is_good(&entry) {
                    last = Raw::value(*entry.1);
                }
                *place = last;
            }
        });
    }
}
