//! A site in memory, for tests of the console, of clients and of the API itself.
//!
//! It keeps the port's promises about alerts, suppressions, decisions and live events; of what
//! lies behind the other operations it only has samples.

mod edge_desk;
mod entities;
mod federation_desk;
mod incident_desk;
mod indicator_desk;
mod means;
mod mesh_desk;
mod notify_desk;
mod rule_desk;
mod samples;
mod serve;
mod site;
mod stories;
mod verifier;

pub use mesh_desk::origin;
pub use samples::{hostile, incident};
pub use serve::{Running, serve};
pub use site::{FakeSite, Sample};
pub use stories::story;
pub use verifier::KeyVerifier;
