//! The reference page of the metrics.

use super::file::GeneratedFile;

/// Writes `docs/metrics.md` from the list in the telemetry crate.
pub fn generate() -> Vec<GeneratedFile> {
    vec![GeneratedFile {
        path: "docs/metrics.md".to_owned(),
        text: aurora_telemetry::reference_page(),
    }]
}
