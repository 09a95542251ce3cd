//! What a stream is, as Python says it.

use plethys::{Calibration, ConfigError, CuffTarget, Polarity, SampleRate, SensorRange, SignalKind};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::config_error;

/// The arguments of `Config`, in order.
type ConfigArguments = (
    f64,
    &'static str,
    &'static str,
    Option<(f64, f64, String, Option<String>)>,
    Option<(f64, f64)>,
    Option<bool>,
    Option<(f64, f64)>,
    bool,
    bool,
);

/// A checked configuration of a stream.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct Config(pub(crate) plethys::Config);

/// Names the word that came, which the kernel's error has no room for.
fn unknown(error: ConfigError, got: &str) -> PyErr {
    PyValueError::new_err(format!("{error}, got {got:?}"))
}

#[pymethods]
impl Config {
    #[new]
    #[pyo3(signature = (sample_rate, signal, polarity, calibration, sensor_range, dc_coupled, cuff, motion, companion))]
    // One argument per field of the kernel's Config; the package calls it in one place, with all of them.
    #[allow(clippy::too_many_arguments)]
    fn new(
        sample_rate: f64,
        signal: &str,
        polarity: &str,
        calibration: Option<(f64, f64, String, Option<String>)>,
        sensor_range: Option<(f64, f64)>,
        dc_coupled: Option<bool>,
        cuff: Option<(f64, f64)>,
        motion: bool,
        companion: bool,
    ) -> PyResult<Self> {
        let calibration = match calibration {
            None => None,
            Some((scale, offset, unit, date)) => {
                let made = Calibration::new(scale, offset, &unit).map_err(config_error)?;
                Some(match date {
                    None => made,
                    Some(date) => made.dated(&date).map_err(config_error)?,
                })
            }
        };
        let sensor_range = match sensor_range {
            None => None,
            Some((low, high)) => Some(SensorRange::new(low, high).map_err(config_error)?),
        };
        let cuff = match cuff {
            None => None,
            Some((pressure, tolerance)) => Some(CuffTarget::new(pressure, tolerance).map_err(config_error)?),
        };
        Ok(Self(plethys::Config {
            sample_rate: SampleRate::hz(sample_rate).map_err(config_error)?,
            signal: SignalKind::from_name(signal).map_err(|e| unknown(e, signal))?,
            polarity: Polarity::from_name(polarity).map_err(|e| unknown(e, polarity))?,
            calibration,
            sensor_range,
            dc_coupled,
            cuff,
            motion,
            companion,
        }))
    }

    /// The arguments that make it again, for pickle.
    fn __getnewargs__(&self) -> ConfigArguments {
        let plethys::Config {
            sample_rate,
            signal,
            polarity,
            calibration,
            sensor_range,
            dc_coupled,
            cuff,
            motion,
            companion,
        } = self.0;
        let calibration =
            calibration.map(|c| (c.scale(), c.offset(), c.unit().to_owned(), c.date().map(ToOwned::to_owned)));
        (
            sample_rate.as_hz(),
            signal.name(),
            polarity.name(),
            calibration,
            sensor_range.map(|range| (range.low(), range.high())),
            dc_coupled,
            cuff.map(|cuff| (cuff.pressure(), cuff.tolerance())),
            motion,
            companion,
        )
    }

    /// The unit of amplitudes.
    #[getter]
    fn unit(&self) -> &str {
        self.0.unit()
    }

    /// Samples per second.
    #[getter]
    fn sample_rate(&self) -> f64 {
        self.0.sample_rate.as_hz()
    }
}
