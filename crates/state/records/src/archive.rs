//! Everything of a store at one moment, for backups and for moving to another adapter.

use async_trait::async_trait;
use aurora_model::{Decision, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Collection, Error};

/// One thing that a store keeps. The form in which it is written down is read by later releases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Entry {
    Document {
        scope: Scope,
        collection: Collection,
        id: String,
        version: u64,
        body: Value,
    },
    Slot {
        scope: Scope,
        key: String,
        value: Vec<u8>,
    },
    Counter {
        scope: Scope,
        name: String,
        value: u64,
    },
    /// In order of sequence within a scope.
    Decision(Box<Decision>),
}

impl Entry {
    pub const fn scope(&self) -> &Scope {
        match self {
            Self::Document { scope, .. }
            | Self::Slot { scope, .. }
            | Self::Counter { scope, .. } => scope,
            Self::Decision(decision) => &decision.scope,
        }
    }
}

/// An adapter whose store can be read and filled as a whole, beside those who work on it.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Lets nobody write, in whatever process, until the hold is released or dropped. Writers wait,
    /// and some of them not for long: hold for seconds.
    ///
    /// # Errors
    /// When storage fails.
    async fn hold(&self) -> Result<Box<dyn Hold>, Error>;

    /// Fills an empty store.
    ///
    /// # Errors
    /// [`Error::NotEmpty`] with the store left as it is, or when storage fails.
    async fn fill(&self) -> Result<Box<dyn Filling>, Error>;
}

/// A store that nobody writes to.
#[async_trait]
pub trait Hold: Send {
    /// Lets writers go on, and gives the store as it was until now.
    ///
    /// # Errors
    /// When storage fails.
    async fn release(self: Box<Self>) -> Result<Box<dyn Moment>, Error>;
}

/// A store as it was at one moment.
#[async_trait]
pub trait Moment: Send {
    /// The next entries, in any order but that of decisions; none at the end.
    ///
    /// # Errors
    /// When storage fails.
    async fn next(&mut self) -> Result<Vec<Entry>, Error>;
}

/// A store that is being filled. Nothing is kept before [`Filling::finish`].
#[async_trait]
pub trait Filling: Send {
    /// # Errors
    /// When storage fails.
    async fn add(&mut self, entries: Vec<Entry>) -> Result<(), Error>;

    /// # Errors
    /// When storage fails.
    async fn finish(self: Box<Self>) -> Result<(), Error>;
}

/// Reads a moment into a store that is being filled; how many entries there were.
///
/// # Errors
/// When storage fails.
pub async fn copy(mut from: Box<dyn Moment>, mut to: Box<dyn Filling>) -> Result<u64, Error> {
    let mut count = 0;
    loop {
        let entries = from.next().await?;
        if entries.is_empty() {
            to.finish().await?;
            return Ok(count);
        }
        count += entries.len() as u64;
        to.add(entries).await?;
    }
}
