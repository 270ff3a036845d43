//! What a site tells of itself, over OTLP: logs, traces and metrics.
//!
//! What it is: [`tap`], which makes a layer for the process's logs and the [`Source`] of what it hears;
//! [`Exporter`], which sends that and the site's metrics to a collector of OpenTelemetry, by HTTP with
//! protobuf. What it is not: a second registry of metrics; it reads the one that `/metrics` shows.
//!
//! Invariant: telling never holds up work. Between a log line and the network stands a bounded queue; what
//! does not fit is counted and left out, here alone: the log on disk has it.
//!
//! Start reading at [`Exporter::run`].

mod error;
mod exporter;
mod metrics;
mod options;
mod post;
mod tap;
mod wire;

pub use error::Error;
pub use exporter::Exporter;
pub use options::Options;
pub use tap::{Source, Tap, tap};
