use std::time::Duration;

use async_trait::async_trait;
use aurora_model::Scope;
use bytes::Bytes;

use crate::{Error, Hints};

/// Bytes that a value or a hint may have.
pub const MAX_VALUE: usize = 64 << 10;

/// A counter within its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub count: u64,
    /// Until the window ends and the counter starts again at 0.
    pub left: Duration,
}

/// Whose turn it is. What is guarded by a lock takes the token along and refuses one that is smaller
/// than one it has seen: a holder that slept through its time does no harm then.
///
/// Tokens of a scope grow, also over a crash of what keeps them, as long as its clock does not go back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub u64);

/// Values that expire. Keys of values, counters, locks and topics do not meet, and scopes neither.
///
/// Times are those of the store, and at least a millisecond.
#[async_trait]
pub trait Ephemeral: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// [`Error::Unavailable`].
    async fn get(&self, scope: &Scope, key: &str) -> Result<Option<Bytes>, Error>;

    /// Keeps `value` for `time`, whatever stood there.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Full`], [`Error::Unavailable`].
    async fn put(
        &self,
        scope: &Scope,
        key: &str,
        value: Bytes,
        time: Duration,
    ) -> Result<(), Error>;

    /// Replaces exactly `expected` (`None`: nothing) by `value` (`None`: nothing); false when
    /// something else stands there.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Full`], [`Error::Unavailable`].
    async fn swap(
        &self,
        scope: &Scope,
        key: &str,
        expected: Option<&[u8]>,
        value: Option<Bytes>,
        time: Duration,
    ) -> Result<bool, Error>;

    /// Adds to a counter and says where it stands; 0 only asks. A window begins with what is first
    /// added to a counter that stands at 0, and later ones do not make it longer.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Unavailable`].
    async fn count(
        &self,
        scope: &Scope,
        key: &str,
        by: u32,
        window: Duration,
    ) -> Result<Counted, Error>;

    /// Sets a counter to 0.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn reset(&self, scope: &Scope, key: &str) -> Result<(), Error>;

    /// Takes a lock for `time`; `None` when somebody has it.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Unavailable`].
    async fn lock(&self, scope: &Scope, name: &str, time: Duration)
    -> Result<Option<Fence>, Error>;

    /// Keeps a lock for `time` from now; false when it is lost.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn renew(
        &self,
        scope: &Scope,
        name: &str,
        fence: Fence,
        time: Duration,
    ) -> Result<bool, Error>;

    /// Gives a lock back; false when it was lost before.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn unlock(&self, scope: &Scope, name: &str, fence: Fence) -> Result<bool, Error>;

    /// Tells everybody who listens now. It may be lost: whoever depends on it looks now and then by
    /// himself.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Unavailable`].
    async fn publish(&self, scope: &Scope, topic: &str, hint: Bytes) -> Result<(), Error>;

    /// Hears what is said of a topic after this returns.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    async fn subscribe(&self, scope: &Scope, topic: &str) -> Result<Hints, Error>;
}

/// Every adapter asks this of a value before it takes it.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn check(value: &[u8]) -> Result<(), Error> {
    if value.len() > MAX_VALUE {
        return Err(Error::TooLarge {
            found: value.len(),
            most: MAX_VALUE,
        });
    }
    Ok(())
}
