use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where logs, traces and metrics of the site itself go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Options {
    /// Address of a collector that speaks OTLP over HTTP, such as `https://otel.example.org:4318`; nothing
    /// is sent without one.
    pub endpoint: String,
    /// File with the authorities that its certificate is believed from; without one those that this
    /// machine believes.
    #[schemars(with = "String")]
    pub authorities: Option<PathBuf>,
    /// Whether to send in the clear, over `http://`, to another machine.
    pub allow_plain: bool,
    /// Seconds between two readings of the metrics.
    pub metrics_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            authorities: None,
            allow_plain: false,
            metrics_seconds: 15,
        }
    }
}

impl Options {
    pub fn is_on(&self) -> bool {
        !self.endpoint.is_empty()
    }
}
