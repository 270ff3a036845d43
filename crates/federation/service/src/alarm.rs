use std::error::Error as StdError;

use async_trait::async_trait;
use aurora_ids::Id128;
use aurora_model::Severity;

/// Something about the mesh that people must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Names it: told twice under one, it is one.
    pub event: Id128,
    /// `federation-fork`, `federation-directory-fork`.
    pub rule: &'static str,
    pub title: String,
    pub severity: Severity,
    /// The site that it is about.
    pub subject: String,
    pub detail: String,
}

/// Whoever opens alerts about the site itself, which is not the federation's work.
#[async_trait]
pub trait Alarms: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// When it could not be opened; it is tried again.
    async fn raise(&self, alarm: &Alarm) -> Result<(), Box<dyn StdError + Send + Sync>>;
}
