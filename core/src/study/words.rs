//! Numbers and codes as a reader meets them in sentences.

use alloc::format;
use alloc::string::String;

/// Percent that a ln ratio stands for.
pub(crate) fn percent(ln_ratio: f64) -> f64 {
    100.0 * libm::expm1(ln_ratio)
}

/// The same as text, with its sign: `+50.6 %`.
pub(crate) fn percent_text(ln_ratio: f64) -> String {
    let value = percent(ln_ratio);
    // A long minus, and no negative zero.
    if value > -0.05 { format!("+{:.1} %", value.abs()) } else { format!("−{:.1} %", -value) }
}

/// A number with three digits that count, without an exponent in the usual range.
pub(crate) fn amount(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".into()
    } else if (1e-4..1e6).contains(&size) {
        let digits = (2.0 - libm::floor(libm::log10(size))).clamp(0.0, 6.0) as usize;
        format!("{value:.digits$}")
    } else {
        format!("{value:.2e}")
    }
}

/// A number with its unit, as one writes it.
pub(crate) fn quantity(value: f64, unit: &str) -> String {
    let unit = match unit {
        "1" | "unstated" => return amount(value),
        "mm[Hg]" => "mmHg",
        "Cel" => "°C",
        "/min" => "per minute",
        other => other,
    };
    format!("{} {unit}", amount(value))
}

/// Hours or minutes, as one says it.
pub(crate) fn span(seconds: f64) -> String {
    if seconds >= 7200.0 {
        format!("{:.1} h", seconds / 3600.0)
    } else if seconds >= 120.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{seconds:.0} s")
    }
}

/// A measure's name in a sentence.
pub(crate) fn of_measure(measure: &str) -> String {
    measure.replace('_', " ")
}

/// Why something is absent, as words.
pub(crate) fn reason(code: &str) -> String {
    match code {
        "not_recorded" => "the channel was not recording then".into(),
        "no_beats" => "no beats were found there".into(),
        "all_rejected" => "every beat there was left out".into(),
        "too_few_beats" => "too few accepted beats".into(),
        "no_variation" => "the values do not vary, so their error is not known".into(),
        "limb_handled" => "the limb was being treated".into(),
        "unreferenced" => "the camera recalibrated itself, and nothing in its frame is known to be constant".into(),
        "no_baseline" => "there is no baseline before it in this session".into(),
        "baseline_absent" => "the baseline has no level".into(),
        "too_few_pairs" => "too few beats at the same time in both".into(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_one_writes_them() {
        assert_eq!(percent_text(libm::log(1.506)), "+50.6 %");
        assert_eq!(percent_text(libm::log(0.9)), "−10.0 %");
        assert_eq!(percent_text(-1e-9), "+0.0 %");
        assert_eq!(amount(0.8104), "0.810");
        assert_eq!(amount(1234.4), "1234");
        assert_eq!(amount(0.0), "0");
        assert_eq!(amount(-36.62), "-36.6");
        assert_eq!(amount(2e-9), "2.00e-9");
        assert_eq!(quantity(0.81, "mm[Hg]"), "0.810 mmHg");
        assert_eq!((quantity(0.81, "unstated"), quantity(30.04, "Cel")), ("0.810".into(), "30.0 °C".into()));
        assert_eq!((span(90.0), span(900.0), span(7200.0)), ("90 s".into(), "15 min".into(), "2.0 h".into()));
    }
}
