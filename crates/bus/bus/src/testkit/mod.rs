//! The suite that every adapter of [`Bus`] runs: `aurora_bus::bus_conformance!(harness())` in its
//! tests makes one test of each case.
//!
//! Start with [`Harness`], which an adapter implements. The cases are in the modules below, one
//! subject each.

// The suite is test code that happens to be exported.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

pub mod consume;
pub mod leases;
pub mod publish;
pub mod restart;
pub mod retention;
pub mod shares;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aurora_model::{BatchId, Stream, Subject};
use bytes::Bytes;

use crate::{Bus, Consumer, ConsumerOptions, Delivery, Message, Receipt};

/// What a test needs of an adapter. Streams hold at most [`Harness::MAX_BYTES`], give or take a
/// quarter.
#[async_trait]
pub trait Harness: Send + Sync {
    /// The bound of each stream.
    const MAX_BYTES: u64 = 256 << 10;

    /// Opens the bus of a site, made empty at the first call. The bus opened before it under the
    /// same name was closed.
    async fn open(&self, site: &str) -> Arc<dyn Bus>;

    /// Takes what room the bus's device has left, or gives it back; whether that can be done here.
    async fn fill(&self, site: &str, full: bool) -> bool;

    /// Lets time pass: by moving the clock, or by waiting where there is none to move.
    async fn advance(&self, by: Duration);
}

/// How long a delivery stays out in these tests.
pub const ACK_WAIT: Duration = Duration::from_secs(2);

/// Longer than anything takes; the wait ends when the message is there.
const PATIENCE: Duration = Duration::from_secs(10);

const SITE: &str = "site-a";

/// One test for each case, on what `$harness` gives.
#[macro_export]
macro_rules! bus_conformance {
    ($harness:expr) => {
        $crate::bus_conformance!(@cases $harness;
            publish: receipts_are_dense_and_messages_whole, an_id_is_stored_once,
                ids_of_different_streams_do_not_meet, subjects_without_a_stream_are_refused,
                long_messages_are_refused, nothing_is_no_message, many_publish_at_once,
                sites_do_not_meet, headers_can_be_peeked_at;
            consume: every_consumer_gets_everything, handles_of_one_name_share,
                what_is_not_acknowledged_comes_again, acknowledgements_come_in_any_order,
                given_back_messages_come_at_once, filters_choose_subjects, no_more_is_out_than_allowed,
                waiting_ends_with_a_message, waiting_ends_without_a_message,
                another_question_needs_another_name, limits_may_change,
                headers_come_without_bodies, a_deleted_consumer_begins_again;
            restart: everything_is_kept, ids_are_kept, acknowledgements_are_kept,
                a_closed_bus_says_so;
            retention: a_full_stream_refuses_until_consumed,
                what_somebody_still_needs_is_kept, ids_outlive_their_messages,
                a_deleted_consumer_holds_nothing;
            leases: one_holder_at_a_time, a_lease_runs_out, a_stale_fence_is_refused,
                a_lease_is_given_back, epochs_grow_over_a_restart,
                a_lease_that_cannot_be_noted_is_nobodys;
            shares: holders_are_known, workers_share_come_and_go,
                who_is_silent_loses_its_shards, a_worker_waits_for_room;
        );
    };
    (@cases $harness:expr; $($module:ident: $($case:ident),+;)+) => {
        $(mod $module {
            use super::*;
            $(#[tokio::test]
            async fn $case() {
                $crate::testkit::$module::$case(&$harness).await;
            })+
        })+
    };
}

/// A message whose id, header and body follow from `n`.
pub fn message(subject: &Subject, n: u64) -> Message {
    Message {
        subject: subject.clone(),
        id: id(n),
        header: Bytes::from(format!("header {n}")),
        body: Bytes::from(format!("body {n}")),
        fence: None,
    }
}

/// An id for `n`.
pub fn id(n: u64) -> BatchId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    BatchId(aurora_ids::Id128::from_bytes(bytes))
}

/// Consumer options for the whole of a stream.
pub fn options(name: &str, stream: Stream) -> ConsumerOptions {
    ConsumerOptions {
        name: name.to_owned(),
        stream,
        filters: Vec::new(),
        max_in_flight: 1000,
        ack_wait: ACK_WAIT,
    }
}

fn raw() -> Subject {
    Subject::from("aurora.raw.7")
}

/// Publishes messages `range` on `subject`, one call each.
async fn publish(bus: &dyn Bus, subject: &Subject, range: std::ops::Range<u64>) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    for n in range {
        receipts.extend(bus.publish(vec![message(subject, n)]).await.unwrap());
    }
    receipts
}

/// What there is now, at most `max`.
async fn now(consumer: &dyn Consumer, max: usize) -> Vec<Delivery> {
    consumer.fetch(max, Duration::ZERO).await.unwrap()
}

/// What there is now: sequence and attempt.
async fn seqs(consumer: &dyn Consumer, max: usize) -> Vec<(u64, u32)> {
    now(consumer, max)
        .await
        .iter()
        .map(|d| (d.seq, d.attempt))
        .collect()
}
