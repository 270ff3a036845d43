//! Documents as the types that they are.

use aurora_model::Context;
use aurora_records::{Change, Collection, Query, Test};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::account::{Name, Person};
use crate::people::People;
use crate::{Error, Result};

/// A document at the version that was read.
#[derive(Clone, Debug)]
pub(crate) struct Stored<T> {
    pub id: String,
    pub version: u64,
    pub body: T,
}

/// Documents of one person are few; a list that is longer is read in parts.
const PAGE: usize = 1_000;

pub(crate) fn body(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("what is kept is plain data")
}

impl People {
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Stored<T>>> {
        let found = self.records.get(&self.scope, collection, id).await?;
        found
            .map(|found| stored(found.id, found.version, found.body))
            .transpose()
    }

    /// Every document, or those of one person.
    pub(crate) async fn every<T: DeserializeOwned>(
        &self,
        collection: Collection,
        of: Option<&Name>,
    ) -> Result<Vec<Stored<T>>> {
        let mut query = Query::of(collection).limit(PAGE);
        if let Some(person) = of {
            query = query.with("person", Test::TextIs(person.as_str().to_owned()));
        }
        let mut all = Vec::new();
        loop {
            let page = self
                .records
                .list(&self.scope, &query.clone().offset(all.len()))
                .await?;
            let last = page.documents.len() < PAGE;
            for found in page.documents {
                all.push(stored(found.id, found.version, found.body)?);
            }
            if last {
                return Ok(all);
            }
        }
    }

    pub(crate) async fn commit(&self, context: &Context, change: Change) -> Result<()> {
        self.records.commit(context, change).await?;
        Ok(())
    }

    /// An account.
    pub(crate) async fn find_person(&self, name: &Name) -> Result<Option<Stored<Person>>> {
        self.read(Collection::People, name.as_str()).await
    }

    pub(crate) async fn stored_person(&self, name: &Name) -> Result<Stored<Person>> {
        let found = self.find_person(name).await?;
        found.ok_or_else(|| Error::not_found("person", name.as_str()))
    }
}

fn stored<T: DeserializeOwned>(id: String, version: u64, body: Value) -> Result<Stored<T>> {
    match serde_json::from_value(body) {
        Ok(body) => Ok(Stored { id, version, body }),
        Err(source) => Err(Error::Damaged { id, source }),
    }
}
