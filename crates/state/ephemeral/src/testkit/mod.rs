//! The suite that every adapter of the port runs. Each case has keys of its own, so that one store
//! serves them all: [`suite`] runs every case.

// The suite is test code that happens to be exported.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod counters;
mod hints;
mod locks;
mod values;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_ids::Id128;
use aurora_model::{Scope, SiteId};

use crate::Ephemeral;

/// One place where an adapter keeps values.
#[async_trait]
pub trait Stand: Send + Sync {
    /// Another handle on the same store, as another process has it.
    async fn open(&self) -> Arc<dyn Ephemeral>;

    /// Lets time pass: by moving the clock, or by waiting where there is none to move.
    async fn pass(&self, time: Duration);
}

/// Long enough that nothing expires by accident on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);
/// Short enough to wait for, where there is no clock to move.
pub(crate) const SHORT: Duration = Duration::from_millis(120);

pub(crate) fn scope(tenant: &str) -> Scope {
    let mut scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
    scope.tenant = tenant.to_owned().try_into().unwrap();
    scope
}

/// Every case, one after another.
pub async fn suite(stand: &dyn Stand) {
    values::values_expire_and_are_replaced(stand).await;
    values::one_of_many_swaps_wins(stand).await;
    values::any_text_is_a_key_and_scopes_do_not_meet(stand).await;
    values::large_values_are_refused(stand).await;
    counters::a_window_counts_and_ends(stand).await;
    counters::every_count_counts(stand).await;
    locks::a_lock_has_one_holder_and_tokens_grow(stand).await;
    locks::a_lost_lock_is_lost(stand).await;
    hints::everybody_who_listens_hears(stand).await;
    hints::a_slow_listener_is_told(stand).await;
}
