use async_trait::async_trait;
use aurora_model::{Context, Decision, Scope};
use serde_json::Value;

use crate::{Change, Collection, Error, Query};

/// A stored document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub collection: Collection,
    pub id: String,
    /// From 1, grows with every write.
    pub version: u64,
    pub body: Value,
}

impl Document {
    pub(crate) fn head(self, query: &Query) -> Head {
        let order = query.order.as_ref();
        Head {
            at: order.and_then(|order| self.body.get(&order.field)?.as_i64()),
            id: self.id,
            version: self.version,
        }
    }
}

/// Documents of a query and how many there are without its limit and offset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub documents: Vec<Document>,
    pub total: u64,
}

/// Which document a query finds, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: String,
    pub version: u64,
    /// The field that the query orders by; `None` without an order, or where the document has none.
    pub at: Option<i64>,
}

/// Slots and counters as they stood together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// In order of key within each prefix that was asked for.
    pub slots: Vec<(String, Vec<u8>)>,
    /// In order of name.
    pub counters: Vec<(String, u64)>,
}

/// What a commit left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The decision's dense sequence; absent for progress.
    pub decision: Option<u64>,
}

/// Which part of the decision log to read, in order of sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionQuery {
    /// Only later ones.
    pub after: u64,
    /// Only those about this object.
    pub object: Option<String>,
    pub limit: usize,
}

/// The store of everything that has a life of its own.
#[async_trait]
pub trait Records: Send + Sync + std::fmt::Debug {
    /// Commits everything in `change` and the decision that explains it, or nothing.
    ///
    /// # Errors
    /// [`Error::Conflict`], [`Error::CheckpointMoved`], [`Error::Undecided`]: nothing was written.
    async fn commit(&self, context: &Context, change: Change) -> Result<Committed, Error>;

    /// # Errors
    /// When storage fails.
    async fn get(
        &self,
        scope: &Scope,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Document>, Error>;

    /// # Errors
    /// [`Error::NotIndexed`], or when storage fails.
    async fn list(&self, scope: &Scope, query: &Query) -> Result<Page, Error>;

    /// The documents of these ids that there are, in no order.
    ///
    /// # Errors
    /// When storage fails.
    async fn get_all(
        &self,
        scope: &Scope,
        collection: Collection,
        ids: &[String],
    ) -> Result<Vec<Document>, Error> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.get(scope, collection, id).await?);
        }
        Ok(found)
    }

    /// The heads of what [`Records::list`] would give: a look at what has changed costs little.
    ///
    /// # Errors
    /// [`Error::NotIndexed`], or when storage fails.
    async fn heads(&self, scope: &Scope, query: &Query) -> Result<Vec<Head>, Error> {
        let documents = self.list(scope, query).await?.documents;
        Ok(documents.into_iter().map(|it| it.head(query)).collect())
    }

    /// # Errors
    /// When storage fails.
    async fn slot(&self, scope: &Scope, key: &str) -> Result<Option<Vec<u8>>, Error>;

    /// Slots whose key starts with `prefix`, in order of key.
    ///
    /// # Errors
    /// When storage fails.
    async fn slots(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error>;

    /// The slots of these keys that there are, in no order.
    ///
    /// # Errors
    /// When storage fails.
    async fn slots_of(
        &self,
        scope: &Scope,
        keys: &[String],
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let value = self.slot(scope, key).await?;
            found.extend(value.map(|value| (key.clone(), value)));
        }
        Ok(found)
    }

    /// How many slots have a key that starts with `prefix`.
    ///
    /// # Errors
    /// When storage fails.
    async fn count_slots(&self, scope: &Scope, prefix: &str) -> Result<u64, Error> {
        Ok(self.slots(scope, prefix).await?.len() as u64)
    }

    /// Counters whose name starts with `prefix`, in order of name.
    ///
    /// # Errors
    /// When storage fails.
    async fn counters(&self, scope: &Scope, prefix: &str) -> Result<Vec<(String, u64)>, Error>;

    /// Slots whose key starts with one of `slots`, and counters whose name starts with `counters`, all of one
    /// moment: what a commit wrote together is there together.
    ///
    /// # Errors
    /// When storage fails.
    async fn moment(&self, scope: &Scope, slots: &[&str], counters: &str) -> Result<Moment, Error>;

    /// # Errors
    /// When storage fails.
    async fn decisions(&self, scope: &Scope, query: &DecisionQuery)
    -> Result<Vec<Decision>, Error>;

    /// Commits pending work and closes; later calls fail with [`Error::Closed`].
    ///
    /// # Errors
    /// When storage fails.
    async fn close(&self) -> Result<(), Error>;
}
