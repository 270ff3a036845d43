//! The HTTP API, its live events and the console's files.
//!
//! What it is: `/api/v1` over the [`Site`] port, on a Unix socket for the local operator and on
//! loopback TCP for the console. What it is not: a place for decisions about alerts or events;
//! those are the site's. Start reading at [`site`], then [`Service`].

mod assets;
mod audit_desk;
mod auth;
mod deeds;
mod edge_desk;
mod emit;
mod error;
mod extract;
mod federation_desk;
pub mod feed;
mod gate;
mod headers;
mod health;
mod incident_desk;
mod indicator_desk;
mod listen;
mod mesh_desk;
mod notify_desk;
mod openapi;
mod options;
mod refusal;
pub mod roles;
mod routes;
mod rule_desk;
mod service;
pub mod site;
mod state;
#[cfg(feature = "testkit")]
pub mod testkit;

pub use audit_desk::AuditDesk;
pub use edge_desk::EdgeDesk;
pub use error::Error;
pub use federation_desk::FederationDesk;
pub use feed::Feed;
pub use headers::CONTENT_SECURITY_POLICY;
pub use health::HealthPages;
pub use incident_desk::IncidentDesk;
pub use indicator_desk::IndicatorDesk;
pub use listen::serve;
pub use mesh_desk::MeshDesk;
pub use notify_desk::NotifyDesk;
pub use openapi::openapi;
pub use options::Options;
pub use rule_desk::RuleDesk;
pub use service::{Handle, Parts, Service};
pub use site::Site;
