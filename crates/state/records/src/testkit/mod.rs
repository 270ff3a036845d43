//! The suite that every adapter of the port runs: [`conformance!`](crate::conformance) makes one
//! test of each case. What a case states is the port's contract; an adapter adds tests of its own
//! only for what is its own, such as crashes.

mod commit;
mod concurrent;
mod decisions;
mod hooked;
mod hostile;
mod progress;
mod query;
mod reopen;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use aurora_clock::{ManualClock, Timestamp};
use aurora_ids::Id128;
use aurora_model::{Action, Context, Scope, SiteId};
use serde_json::Value;

pub use commit::*;
pub use concurrent::*;
pub use decisions::*;
pub use hooked::{Hook, Hooked};
pub use hostile::*;
pub use progress::*;
pub use query::*;
pub use reopen::*;

use crate::{Change, Collection, DecisionQuery, Document, Guard, Query, Records};

/// One place where an adapter keeps records, empty at first.
#[async_trait]
pub trait Stand: Send + Sync {
    /// Opens the store, also after it was closed, and finds what it kept.
    async fn open(&self, clock: Arc<ManualClock>) -> Arc<dyn Records>;
}

/// One case, to be run on a fresh stand.
pub type Case = for<'s> fn(&'s dyn Stand) -> Pin<Box<dyn Future<Output = ()> + Send + 's>>;

/// Every case by its name, for an adapter whose cases share one server.
pub fn cases() -> Vec<(&'static str, Case)> {
    crate::conformance!(@with list [])
}

/// Makes one test of each case; the expression gives a fresh [`Stand`].
#[macro_export]
macro_rules! conformance {
    ($stand:expr) => {
        $crate::conformance! { @with tests [$stand] }
    };
    (@with $what:ident [$($stand:expr)?]) => {
        $crate::conformance! { @$what [$($stand)?]
            guards_name_the_version,
            a_change_commits_whole_or_not_at_all,
            writes_of_one_change_see_each_other,
            documents_need_a_decision,
            bodies_are_objects,
            scopes_do_not_see_each_other,
            decisions_are_dense_across_failures,
            decisions_say_who_what_and_why,
            decisions_hash_before_and_after,
            decisions_are_found_by_object,
            a_checkpoint_moves_only_from_where_it_is,
            a_claim_ends_the_one_before,
            documents_are_had_together,
            slots_are_listed_by_prefix,
            slots_are_found_by_their_keys,
            slots_and_counters_are_of_one_moment,
            counters_add_up,
            every_test_selects,
            pages_are_ordered_and_counted,
            a_field_that_is_not_indexed_is_refused,
            fields_of_another_type_are_in_no_index,
            removed_documents_are_gone,
            hostile_text_comes_back,
            commits_from_many_tasks_all_count,
            one_of_many_writers_wins_each_version,
            reopening_keeps_everything,
            a_closed_store_refuses,
        }
    };
    (@list [] $($case:ident,)+) => {
        vec![$((stringify!($case), (|stand| Box::pin($crate::testkit::$case(stand))) as Case),)+]
    };
    (@tests [$stand:expr] $($case:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::testkit::$case(&$stand).await;
            }
        )+
    };
}

/// A store of a stand, with what the cases say often.
pub(crate) struct Desk {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) context: Context,
}

impl Desk {
    pub(crate) async fn at(stand: &dyn Stand) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000)));
        let records = stand.open(clock.clone()).await;
        let scope = Scope::of(SiteId(Id128::from_bytes([7; 16])));
        Self {
            records,
            clock,
            context: Context::service(scope, "suite", "because"),
        }
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.context.scope
    }

    /// The same store as another tenant sees it.
    pub(crate) fn tenant(&self, name: &str) -> Self {
        let mut context = self.context.clone();
        context.scope.tenant = name.to_owned().try_into().expect("a good name");
        Self {
            records: self.records.clone(),
            clock: self.clock.clone(),
            context,
        }
    }

    pub(crate) async fn commit(&self, change: Change) -> Result<Option<u64>, crate::Error> {
        self.records
            .commit(&self.context, change)
            .await
            .map(|committed| committed.decision)
    }

    pub(crate) async fn put(&self, id: &str, body: Value) {
        let change = edit(id).put(Collection::Alerts, id, Guard::Any, body);
        self.commit(change).await.expect("the store works");
    }

    pub(crate) async fn get(&self, id: &str) -> Option<Document> {
        let found = self.records.get(self.scope(), Collection::Alerts, id).await;
        found.expect("the store works")
    }

    pub(crate) async fn version(&self, id: &str) -> u64 {
        self.get(id).await.map_or(0, |document| document.version)
    }

    /// Ids of a query's page and its total.
    pub(crate) async fn ids(&self, query: &Query) -> (Vec<String>, u64) {
        let page = self
            .records
            .list(self.scope(), query)
            .await
            .expect("the store works");
        let heads = self.records.heads(self.scope(), query).await;
        let listed = page.documents.iter().cloned().map(|it| it.head(query));
        assert_eq!(
            heads.expect("the store works"),
            listed.collect::<Vec<_>>(),
            "the heads of what is listed"
        );
        (
            page.documents
                .into_iter()
                .map(|document| document.id)
                .collect(),
            page.total,
        )
    }

    pub(crate) async fn slot(&self, key: &str) -> Option<Vec<u8>> {
        self.records
            .slot(self.scope(), key)
            .await
            .expect("the store works")
    }

    pub(crate) async fn counters(&self, prefix: &str) -> Vec<(String, u64)> {
        self.records
            .counters(self.scope(), prefix)
            .await
            .expect("the store works")
    }

    pub(crate) async fn decisions(&self) -> Vec<aurora_model::Decision> {
        let query = DecisionQuery {
            limit: 10_000,
            ..DecisionQuery::default()
        };
        self.records
            .decisions(self.scope(), &query)
            .await
            .expect("the store works")
    }
}

/// A decided change of nothing yet.
pub(crate) fn edit(id: &str) -> Change {
    Change::decided(Action::on("alert.edit", [id]))
}
