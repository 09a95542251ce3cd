//! The catalogue of public recordings: `catalogue.toml`, embedded and parsed.

use serde::Deserialize;

/// The catalogue as text, for those who parse it themselves (the Python package does).
pub const CATALOGUE: &str = include_str!("../catalogue.toml");

/// One public dataset. What is not known for certain is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Short name, also the folder in a cache: lower case with underscores.
    pub name: String,
    /// The publisher's name of it.
    pub title: String,
    /// Subjects, site and circumstances.
    pub what: String,
    /// Sampling rate of the pulse signal, Hz.
    pub rate_hz: Option<f64>,
    /// Unit of the pulse signal.
    pub unit: Option<String>,
    /// Whether the pulse signal still has its DC level.
    pub has_dc: Option<bool>,
    /// What the pulses can be compared with.
    pub reference: Option<String>,
    /// SPDX identifier, or the publisher's words.
    pub licence: Option<String>,
    /// What to cite.
    pub citation: String,
    /// Landing page or DOI.
    pub source: String,
    /// Files to download.
    #[serde(default)]
    pub files: Vec<RemoteFile>,
    /// A Python package that carries the recordings.
    pub package: Option<Package>,
}

/// One file to download.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteFile {
    /// Where it goes, relative to the dataset's folder in the cache.
    pub path: String,
    /// Where it comes from.
    pub url: String,
    /// Its SHA-256 in lower-case hexadecimal digits, only where it was verified; otherwise it is recorded at the first
    /// fetch and enforced from then on.
    pub sha256: Option<String>,
}

/// Recordings inside a Python package.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name in the package index.
    pub name: String,
    /// The version that was looked at.
    pub version: String,
    /// Paths of the recordings inside it.
    pub members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    dataset: Vec<Entry>,
}

/// All entries, in the order of the file.
///
/// ```
/// let bidmc = plethys_datasets::catalogue().into_iter().find(|entry| entry.name == "bidmc").unwrap();
/// assert_eq!(bidmc.rate_hz, Some(125.0));
/// ```
///
/// # Panics
/// Never: the text is part of the crate, and a test parses it.
pub fn catalogue() -> Vec<Entry> {
    let document: Document = toml::from_str(CATALOGUE).expect("the embedded catalogue is valid");
    document.dataset
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_catalogue_names_the_sets_of_the_field() {
        let names: Vec<String> = catalogue().into_iter().map(|entry| entry.name).collect();
        for name in [
            "bidmc",
            "capnobase",
            "mimic_perform_train",
            "mimic_perform_test",
            "mimic_perform_af",
            "ppg_dalia",
            "wesad",
            "troika",
            "welltory",
            "heartpy",
            "wrist_ppg_exercise",
            "cinc2015",
        ] {
            assert!(names.iter().any(|found| found == name), "{name} is missing");
        }
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "a name is used twice");
    }

    #[test]
    fn entries_are_safe_to_fetch() {
        for entry in catalogue() {
            let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c));
            assert!(plain(&entry.name) && !entry.name.contains(['/', '.']), "{}", entry.name);
            assert!(entry.source.starts_with("https://"), "{}: {}", entry.name, entry.source);
            assert!(entry.citation.contains("20"), "{}: citation without a year", entry.name);
            assert!(entry.rate_hz.is_none_or(|rate| (20.0..=4000.0).contains(&rate)), "{}", entry.name);
            assert!(entry.files.is_empty() || entry.package.is_none(), "{}: files or package", entry.name);
            for file in &entry.files {
                // A path stays inside the dataset's folder.
                assert!(plain(&file.path) && !file.path.starts_with('/') && !file.path.contains(".."), "{}", file.path);
                assert!(file.url.starts_with("https://"), "{}: {}", entry.name, file.url);
                let digest = file.sha256.as_deref();
                assert!(digest.is_none_or(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())));
            }
        }
    }
}
