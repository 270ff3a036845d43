//! Telemetry of ourselves: metrics with names from one list, health per role, structured logs.
//!
//! What it is: [`Metric`] (the list), [`Metrics`] (a site's registry), [`HealthBoard`] and
//! [`logs`]. What it is not: trace context, which is vocabulary and lives in `model`. Start
//! reading at [`Metric`].

mod health;
pub mod logs;
mod metric;
mod metrics;
mod samples;

pub use health::{Health, HealthBoard};
pub use metric::{Kind, Metric, reference_page};
pub use metrics::Metrics;
pub use samples::{Sample, Value};
