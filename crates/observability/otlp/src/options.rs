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
    /// Of so many traces that begin with a record one is told, with the steps of its batch from the listener to
    /// the alert; 0 for none.
    pub trace_one_in: u32,
    /// Seconds between two readings of the metrics.
    pub metrics_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            authorities: None,
            allow_plain: false,
            trace_one_in: 100,
            metrics_seconds: 15,
        }
    }
}

impl Options {
    /// Of so many traces one is told; 0 for none, as where nothing is told at all.
    pub fn tells_one_in(&self) -> u32 {
        if self.is_on() { self.trace_one_in } else { 0 }
    }

    pub fn is_on(&self) -> bool {
        !self.endpoint.is_empty()
    }
}
