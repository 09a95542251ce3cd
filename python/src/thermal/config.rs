//! What a stream of frames is, as Python says it.

use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2};
use plethys::ConfigError;
use plethys::Label;
use plethys::thermal::{self, Emissivity, Encoding, Planck, Radiometry, Shape, ShutterRule};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyDictMethods};

use crate::errors::config_error;

/// A checked configuration of a stream of frames.
#[pyclass(frozen, module = "plethys._plethys")]
pub(crate) struct ThermalConfig(pub(crate) thermal::ThermalConfig);

/// Name, kind of shape, the shape itself, pixels taken off its edge.
type RegionArgument<'py> = (String, String, Bound<'py, PyAny>, usize);
/// Name, region, region that is subtracted, whether it is a gradient along a limb.
type DifferenceArgument = (String, String, String, bool);
/// Emissivity, reflected temperature, transmission, temperature of the air.
type EmissivityArgument = (f64, f64, f64, f64);

/// What the pixels are.
#[derive(FromPyObject)]
pub(crate) enum EncodingArgument {
    /// K per count.
    #[pyo3(transparent)]
    Linear(f64),
    /// R1, R2, B, F, O.
    #[pyo3(transparent)]
    Planck((f64, f64, f64, f64, f64)),
}

#[pymethods]
impl ThermalConfig {
    /// `settings` holds the kernel's other fields by name; those that are not there keep the kernel's default.
    #[new]
    #[pyo3(signature = (rows, columns, encoding, regions, differences, settings))]
    #[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
    fn new(
        rows: usize,
        columns: usize,
        encoding: Option<EncodingArgument>,
        regions: Vec<RegionArgument<'_>>,
        differences: Vec<DifferenceArgument>,
        settings: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let encoding = match encoding {
            None => Encoding::Celsius,
            Some(EncodingArgument::Linear(kelvin_per_count)) => Encoding::TLinear { kelvin_per_count },
            Some(EncodingArgument::Planck((r1, r2, b, f, o))) => Encoding::Planck(Planck { r1, r2, b, f, o }),
        };
        let mut config = thermal::ThermalConfig::new(rows, columns, encoding);
        for (name, kind, shape, erode) in &regions {
            let shape = shape_of(name, kind, shape)?;
            config = config.eroded_region(name, shape, *erode).map_err(config_error)?;
        }
        for (name, of, minus, is_gradient) in &differences {
            config = if *is_gradient { config.gradient(name, of, minus) } else { config.difference(name, of, minus) }
                .map_err(config_error)?;
        }
        set(&mut config, settings)?;
        // Built once here, so that a fault shows where the arguments are.
        thermal::ThermalMonitor::new(config.clone()).map_err(crate::errors::process_error)?;
        Ok(Self(config))
    }

    /// Names of the regions, in the order of their codes.
    #[getter]
    fn regions(&self) -> Vec<&str> {
        self.0.region_names().collect()
    }

    /// Names of the differences, in the order of their codes.
    #[getter]
    fn differences(&self) -> Vec<&str> {
        self.0.differences.iter().map(|pair| pair.name.as_str()).collect()
    }

    /// Whether frames are counts (`uint16`).
    #[getter]
    fn takes_counts(&self) -> bool {
        self.0.radiometry.encoding().is_counts()
    }

    /// Who turned apparent temperatures into those of skin.
    #[getter]
    fn emissivity_applied_by(&self) -> &'static str {
        self.0.radiometry.applied_by().name()
    }

    /// The pixels of a region: truth values (row, column).
    fn mask<'py>(&self, py: Python<'py>, region: &str) -> PyResult<Bound<'py, PyArray2<bool>>> {
        let mask = self.0.mask(region).map_err(config_error)?;
        let mask = mask.ok_or_else(|| PyKeyError::new_err(format!("no region is named {region:?}")))?;
        PyArray1::from_vec(py, mask).reshape([self.0.rows, self.0.columns])
    }

    /// Temperatures of raw pixels, °C, as the monitor reads them.
    #[allow(clippy::needless_pass_by_value)] // PyO3 hands extracted arguments over by value.
    fn celsius<'py>(&self, py: Python<'py>, frame: PyReadonlyArray2<'py, f64>) -> Bound<'py, PyArray2<f64>> {
        let radiometry = self.0.radiometry;
        let view = frame.as_array();
        py.detach(|| view.mapv(|raw| radiometry.celsius(raw))).into_pyarray(py)
    }
}

/// Puts the settings in that are there.
fn set(config: &mut thermal::ThermalConfig, settings: &Bound<'_, PyDict>) -> PyResult<()> {
    for (key, value) in settings.iter() {
        let key: String = key.extract()?;
        match key.as_str() {
            "emissivity" => {
                let (emissivity, reflected, transmission, air): EmissivityArgument = value.extract()?;
                let surface = Emissivity { emissivity, reflected, transmission, air };
                config.radiometry = config.radiometry.corrected(surface).map_err(config_error)?;
            }
            "corrected_by_camera" => {
                if value.extract::<bool>()? {
                    config.radiometry = config.radiometry.corrected_by_camera().map_err(config_error)?;
                }
            }
            "reference" => {
                let (region, temperature): (String, Option<f64>) = value.extract()?;
                *config = config.clone().reference(&region, temperature).map_err(config_error)?;
            }
            "baseline" => config.baseline = Some(value.extract::<(f64, f64)>()?.into()),
            "warm_up" => config.warm_up = value.extract()?,
            "shutter" => {
                let name: String = value.extract()?;
                config.shutter = shutter_of(&name)?;
            }
            "cut" => config.cut = value.extract()?,
            "skip_repeated" => config.skip_repeated = value.extract()?,
            "bad_pixels" => {
                let pixels: Vec<(usize, usize)> = value.extract()?;
                config.bad_pixels = pixels.into_iter().map(Into::into).collect();
            }
            "find_bad_pixels" => config.find_bad_pixels = value.extract()?,
            "percentiles" => config.percentiles = value.extract()?,
            "watch_limb" => config.watch_limb = value.extract()?,
            "follow" => config.follow = value.extract()?,
            other => return Err(PyTypeError::new_err(format!("no setting is named {other:?}"))),
        }
    }
    Ok(())
}

fn shutter_of(name: &str) -> PyResult<ShutterRule> {
    match name {
        "none" => Ok(ShutterRule::None),
        "telemetry" => Ok(ShutterRule::Telemetry),
        "detect" => Ok(ShutterRule::Detect),
        _ => Err(PyValueError::new_err(format!("shutter_rule must be one of none, telemetry, detect, got {name:?}"))),
    }
}

fn shape_of(name: &str, kind: &str, shape: &Bound<'_, PyAny>) -> PyResult<Shape> {
    match kind {
        "whole" => Ok(Shape::Whole),
        "rectangle" => {
            let edges: [i64; 4] = shape.extract()?;
            let [Ok(top), Ok(bottom), Ok(left), Ok(right)] = edges.map(usize::try_from) else {
                let region = Label::new("region", name).map_err(config_error)?;
                return Err(config_error(ConfigError::Region { region, problem: "lies outside the frame" }));
            };
            Ok(Shape::Rectangle { top, bottom, left, right })
        }
        "polygon" => Ok(Shape::Polygon(shape.extract::<Vec<[f64; 2]>>()?)),
        "mask" => {
            let mask: PyReadonlyArray2<'_, bool> = shape.extract()?;
            Ok(Shape::Mask(mask.as_array().iter().copied().collect()))
        }
        "mirror" => {
            let (of, axis): (String, f64) = shape.extract()?;
            Ok(Shape::Mirrored { of: Label::new("region", &of).map_err(config_error)?, axis })
        }
        _ => Err(PyTypeError::new_err(format!("region {name:?} is of no known kind: {kind:?}"))),
    }
}

/// Who applied an emissivity, and which, for the package's summaries.
pub(crate) fn emissivity(radiometry: &Radiometry) -> Option<EmissivityArgument> {
    let surface = radiometry.emissivity()?;
    Some((surface.emissivity, surface.reflected, surface.transmission, surface.air))
}
