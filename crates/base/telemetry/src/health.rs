use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// A role's state as it sees itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Health {
    Starting,
    Ready,
    /// It works, but an operator should know.
    Degraded {
        reason: String,
    },
    Stopped,
}

impl Health {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Ready => "ready",
            Self::Degraded { .. } => "degraded",
            Self::Stopped => "down",
        }
    }

    /// It works, if with limits.
    pub const fn serves(&self) -> bool {
        matches!(self, Self::Ready | Self::Degraded { .. })
    }
}

/// A site's roles and their health. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct HealthBoard(Arc<Mutex<BTreeMap<String, Health>>>);

impl HealthBoard {
    pub fn set(&self, role: &str, health: Health) {
        self.lock().insert(role.to_owned(), health);
    }

    pub fn all(&self) -> BTreeMap<String, Health> {
        self.lock().clone()
    }

    /// Whether every role works, degraded ones included.
    pub fn ready(&self) -> bool {
        self.lock().values().all(Health::serves)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Health>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
