//! Extension module `plethys._plethys`: conversions, errors and locks around the kernel, and nothing else.
//!
//! The Python package on top of it turns columns into tables; it never computes what the kernel can.

mod arrow;
mod columns;
mod config;
mod errors;
mod input;
mod monitor;
mod pvr;
mod source_feet;
mod source_study;
mod stored;
mod study;
mod synthetic;
mod thermal;

use pyo3::prelude::*;

/// The kernel's face for the package `plethys`; not an interface of its own.
#[pymodule(gil_used = false)]
mod _plethys {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::arrow::{export_array, export_schema, export_stream};
    #[pymodule_export]
    use crate::config::Config;
    #[pymodule_export]
    use crate::errors::ProcessError;
    #[pymodule_export]
    use crate::monitor::{Analysis, Monitor, analyze, estimate_sample_rate};
    #[pymodule_export]
    use crate::pvr::{CuffMonitor, cuff_readings, deflection, millilitres, pvr_category, two_point};
    #[pymodule_export]
    use crate::source_feet::source_feet;
    #[pymodule_export]
    use crate::source_study::source_study;
    #[pymodule_export]
    use crate::stored::restored;
    #[pymodule_export]
    use crate::study::{Measurements, Report, Study, StudyError, study_template};
    #[pymodule_export]
    use crate::synthetic::{catalogue, catalogue_toml, stress_set, stress_sets, synthetic};
    #[pymodule_export]
    use crate::thermal::config::ThermalConfig;
    #[pymodule_export]
    use crate::thermal::series::{
        thermal_bands, thermal_coherence, thermal_correlation, thermal_depth, thermal_flow, thermal_holes,
        thermal_overview, thermal_rewarming, thermal_scalogram,
    };
    #[pymodule_export]
    use crate::thermal::{ThermalAnalysis, ThermalMonitor, analyze_stack};

    /// The closed lists and the columns that the package builds its tables from.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::columns::add_constants(module)
    }
}
