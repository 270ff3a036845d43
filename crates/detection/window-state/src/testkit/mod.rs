//! The suite that every adapter of the port runs: [`conformance!`](crate::conformance) makes one
//! test of each case.

mod cases;
mod model;

use std::path::Path;
use std::sync::Arc;

use aurora_model::Shard;

use crate::{Batch, WindowStore};

pub use cases::*;
pub use model::random_histories_read_like_the_model;

/// One place where an adapter keeps window state, empty at first.
pub trait Stand: Send + Sync {
    /// Opens the store; what an earlier one committed is there. The earlier one is dropped before.
    fn open(&self) -> Arc<dyn WindowStore>;

    /// A second place, empty.
    fn elsewhere(&self) -> Arc<dyn WindowStore>;

    /// A folder for checkpoints.
    fn folder(&self) -> &Path;
}

/// Makes one test of each case; the expression gives a fresh [`Stand`].
#[macro_export]
macro_rules! conformance {
    ($stand:expr) => {
        $crate::conformance!(@cases $stand,
            a_commit_is_whole,
            shards_keep_their_own,
            the_outbox_is_dense_and_trimmed,
            an_old_epoch_is_fenced_off,
            a_shard_is_opened_before_it_is_written,
            prefixes_are_dropped,
            reopening_keeps_everything,
            a_checkpoint_is_a_moment,
            shards_are_adopted_from_a_checkpoint,
            forgotten_shards_were_never_had,
            a_newer_checkpoint_is_refused,
            random_histories_read_like_the_model,
        );
    };
    (@cases $stand:expr, $($case:ident,)+) => {
        $(
            #[test]
            fn $case() {
                $crate::testkit::$case(&$stand);
            }
        )+
    };
}

/// A batch from texts: `key=value` writes, `key` alone removes.
fn batch(shard: u16, epoch: u64, offset: u64, keys: &[&str]) -> Batch {
    let entry = |text: &&str| match text.split_once('=') {
        Some((key, value)) => (key.into(), Some(value.into())),
        None => (text.as_bytes().to_vec(), None),
    };
    Batch {
        keys: keys.iter().map(entry).collect(),
        ..Batch::new(Shard::numbered(shard), epoch, offset)
    }
}

/// A shard's keys as texts.
fn read(store: &dyn WindowStore, shard: u16) -> Vec<String> {
    let mut found = Vec::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    store
        .load(Shard::numbered(shard), &mut |key, value| {
            found.push(format!("{}={}", text(key), text(value)));
        })
        .expect("the store works");
    found
}

fn outbox(store: &dyn WindowStore, shard: u16, after: u64) -> Vec<(u64, String)> {
    let waiting = store
        .outbox(Shard::numbered(shard), after, 100)
        .expect("the store works");
    waiting
        .into_iter()
        .map(|out| (out.seq, String::from_utf8_lossy(&out.bytes).into_owned()))
        .collect()
}
