//! Correlations as a service: over memory stores that outlive the service, as disks do.
#![allow(clippy::unwrap_used)]

mod correlate;
mod sharing;
mod snapshots;
mod stand;
