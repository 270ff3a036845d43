//! The node: builds a site's roles and hands adapters to ports.
//!
//! What it is: [`Site`], a whole site in this process; [`Worker`], a process that shares the work of
//! one; [`Collector`], a customer's host that forwards to one; [`SiteConfig`], their settings; [`Adapters`], the one place where implementations are chosen. It
//! is the only crate that sees every implementation. What it is not: a place for behaviour; that is in the planes. Start reading at
//! [`Site::start`].

mod adapters;
mod address;
mod artifacts;
pub mod backup;
mod bus;
mod collect;
mod config;
mod data_dir;
mod error;
mod indicators;
mod ourselves;
mod people;
mod records;
mod role;
mod roles;
mod rulebook;
mod seat;
mod service;
mod site;
mod versions;
mod worker;

pub use adapters::{Adapters, Engine};
pub use address::Address;
pub use aurora_collector::{Enrolment, LinkState, Normalised, Snapshot as Collected};
pub use aurora_otlp::{Options as OtlpOptions, Source as Told, tap};
pub use collect::{Collector, CollectorConfig};
pub use config::SiteConfig;
pub use data_dir::DataDir;
pub use error::Error;
pub use role::Role;
pub use rulebook::RuleBook;
pub use site::{Environment, Site};
pub use worker::Worker;
