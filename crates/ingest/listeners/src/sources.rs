use std::sync::Arc;

use aurora_clock::{Clock, Timestamp};
use aurora_ids::random_token;
use aurora_model::{Action, Context, Scope, SourceName};
use aurora_records::{Change, Collection, Document, Guard, Query, Records, Test};
use aurora_secrets::{Secret, TokenHasher};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// A token with which something may push records of one source over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceToken {
    /// The document's id.
    pub id: String,
    /// Which parser its records meet; `auto` detects it.
    pub name: SourceName,
    /// Who or what uses it.
    pub label: String,
    pub created_by: String,
    pub token_hash: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// A token, to be shown once.
pub struct NewToken {
    pub kept: SourceToken,
    pub token: Secret<String>,
}

/// The feeds and their tokens. Cheap to clone.
#[derive(Clone)]
pub struct SourceBook {
    records: Arc<dyn Records>,
    clock: Arc<dyn Clock>,
    hasher: Arc<TokenHasher>,
}

impl std::fmt::Debug for SourceBook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceBook").finish_non_exhaustive()
    }
}

impl SourceBook {
    pub fn new(records: Arc<dyn Records>, clock: Arc<dyn Clock>, hasher: Arc<TokenHasher>) -> Self {
        Self {
            records,
            clock,
            hasher,
        }
    }

    /// # Errors
    /// [`Error::BadSourceName`], or when the store fails.
    pub async fn create(
        &self,
        context: &Context,
        name: &SourceName,
        label: &str,
    ) -> Result<NewToken, Error> {
        let text = name.as_str();
        if !name.is_plain() {
            return Err(Error::BadSourceName(text.to_owned()));
        }
        let issued = self.hasher.issue("aurora_source");
        let id = random_token::<8>();
        let kept = SourceToken {
            id: id.clone(),
            name: name.clone(),
            label: label.to_owned(),
            created_by: context.actor.name().to_owned(),
            token_hash: issued.hash,
            created_at: self.clock.now(),
            revoked_at: None,
        };
        let change = Change::decided(Action::on("source.token_create", [&id, text])).put(
            Collection::Sources,
            &id,
            Guard::New,
            plain(&kept),
        );
        self.records.commit(context, change).await?;
        Ok(NewToken {
            kept,
            token: issued.token,
        })
    }

    /// # Errors
    /// [`Error::NoSuchSource`], or when the store fails.
    pub async fn revoke(&self, context: &Context, id: &str) -> Result<SourceToken, Error> {
        let found = self
            .records
            .get(&context.scope, Collection::Sources, id)
            .await?;
        let document = found.ok_or_else(|| Error::NoSuchSource(id.to_owned()))?;
        let version = document.version;
        let mut source = read(document)?;
        source.revoked_at.get_or_insert(self.clock.now());
        let change = Change::decided(Action::on("source.token_revoke", [id])).put(
            Collection::Sources,
            id,
            Guard::Version(version),
            plain(&source),
        );
        self.records.commit(context, change).await?;
        Ok(source)
    }

    /// # Errors
    /// When the store fails.
    pub async fn list(&self, scope: &Scope) -> Result<Vec<SourceToken>, Error> {
        let query = Query::of(Collection::Sources).limit(Query::MAX_LIMIT);
        let page = self.records.list(scope, &query).await?;
        page.documents.into_iter().map(read).collect()
    }

    /// A number below 2^20 that only this site can tell of `text`.
    pub(crate) fn proof(&self, text: &str) -> u64 {
        let hash = self.hasher.hash(text);
        u64::from_str_radix(&hash[..5], 16).expect("a token's hash is hexadecimal")
    }

    /// The token's entry, unless it was revoked.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn by_token(&self, scope: &Scope, token: &str) -> Result<Option<SourceToken>, Error> {
        let query = Query::of(Collection::Sources)
            .with("token_hash", Test::TextIs(self.hasher.hash(token)))
            .limit(1);
        let page = self.records.list(scope, &query).await?;
        let found = page.documents.into_iter().next().map(read).transpose()?;
        Ok(found.filter(|source| source.revoked_at.is_none()))
    }
}

fn read(document: Document) -> Result<SourceToken, Error> {
    serde_json::from_value(document.body).map_err(|source| Error::Damaged {
        id: document.id,
        source,
    })
}

fn plain(source: &SourceToken) -> Value {
    serde_json::to_value(source).expect("a source is plain data")
}
