//! The suite that every adapter runs. A failed promise panics and says which.
//!
//! [`contract`] checks what can be said outright; [`same_answers`] compares an adapter with the
//! memory adapter on generated events and queries, from a seed that a failure prints. Each check
//! works in a scope of its own, so that one store serves them all.

mod contract;
mod generate;
mod hostile;
mod oracle;
mod projection;

pub use contract::contract;
pub use generate::{Random, START, event, row, rows, scope};
pub use hostile::{HOSTILE_TEXTS, hostile_texts};
pub use oracle::same_answers;
pub use projection::projected_hunts;

use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_hunt::Query;
use aurora_model::Scope;

use crate::{Answer, Events, HuntOptions, TimeRange};

/// All of time, far more rows than a test has, and patience.
pub fn everything() -> HuntOptions {
    HuntOptions {
        range: all_time(),
        limit: 100_000,
        timeout: Duration::from_secs(60),
    }
}

pub fn all_time() -> TimeRange {
    TimeRange {
        from: Timestamp::from_millis(i64::MIN),
        until: Timestamp::from_millis(i64::MAX),
    }
}

/// A hunt that must be answered.
pub async fn hunt(store: &dyn Events, scope: &Scope, query: &str) -> Answer {
    let query = parsed(query);
    match store.hunt(scope, &query, &everything()).await {
        Ok(answer) => answer,
        Err(error) => panic!("`{query}` was not answered: {}", chain(&error)),
    }
}

pub(crate) fn parsed(query: &str) -> Query {
    aurora_hunt::parse(query).unwrap_or_else(|error| panic!("{}", error.render(query)))
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let cause = error.source().map(|cause| format!(": {}", chain(cause)));
    format!("{error}{}", cause.unwrap_or_default())
}
