use std::sync::Arc;
use std::time::Duration;

use aurora_clock::Clock;
use aurora_ids::random_token;
use aurora_model::{Action, Context, Scope, enrol};
use aurora_records::{Change, Collection, Document, Guard, Query, Records, Test};
use aurora_secrets::{Secret, TokenHasher};
use aurora_tasks::Shutdown;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::warn;

use crate::{
    Authority, Edge, EnrolToken, Error, HEARTBEAT, Issued, MAX_TOKEN_LIFE, NewToken, Roll, State,
};

/// Tokens and hosts of a site. Cheap to clone.
#[derive(Clone)]
pub struct Book {
    pub(crate) scope: Scope,
    pub(crate) records: Arc<dyn Records>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hasher: Arc<TokenHasher>,
    pub(crate) authority: Arc<Authority>,
    pub(crate) roll: Roll,
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl Book {
    /// Reads who is good.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn open(
        scope: Scope,
        records: Arc<dyn Records>,
        clock: Arc<dyn Clock>,
        hasher: TokenHasher,
        authority: Arc<Authority>,
    ) -> Result<Self, Error> {
        let book = Self {
            scope,
            records,
            clock,
            hasher: Arc::new(hasher),
            authority,
            roll: Roll::default(),
        };
        book.roll.read(&book.edges().await?);
        Ok(book)
    }

    pub fn roll(&self) -> Roll {
        self.roll.clone()
    }

    pub fn authority(&self) -> &Arc<Authority> {
        &self.authority
    }

    /// # Errors
    /// [`Error::Life`], or when the store fails.
    pub async fn create(&self, context: &Context, asked: NewToken) -> Result<Issued, Error> {
        let life = Duration::from_secs(asked.minutes.saturating_mul(60));
        if life.is_zero() || life > MAX_TOKEN_LIFE {
            return Err(Error::Life(asked.minutes));
        }
        let (id, token) = (random_token::<8>(), random_token::<16>());
        let now = self.clock.now();
        let kept = EnrolToken {
            id: id.clone(),
            token_hash: self.hasher.hash(&token),
            host: asked.host,
            source: asked.source,
            label: asked.label,
            created_by: context.actor.name().to_owned(),
            created_at: now,
            expires_at: now.plus(life),
            revoked_at: None,
            used_at: None,
            edge: None,
        };
        let action = Action::on("enrol.token_create", [id.as_str(), &kept.host.to_string()]);
        let change =
            Change::decided(action).put(Collection::EnrolTokens, &id, Guard::New, plain(&kept));
        self.records.commit(context, change).await?;
        let code = enrol::code(&token, &self.authority.pin().to_string());
        Ok(Issued {
            kept,
            code: Secret::new(code),
        })
    }

    /// The newest tokens first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(&self) -> Result<Vec<EnrolToken>, Error> {
        let query = Query::of(Collection::EnrolTokens)
            .newest("created_at")
            .limit(500);
        let page = self.records.list(&self.scope, &query).await?;
        let read = page
            .documents
            .into_iter()
            .map(|it| read(it).map(|(it, _)| it));
        read.collect()
    }

    /// Every host, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn edges(&self) -> Result<Vec<Edge>, Error> {
        let mut edges = Vec::new();
        loop {
            let query = Query::of(Collection::Edges)
                .newest("enrolled_at")
                .limit(Query::MAX_LIMIT)
                .offset(edges.len());
            let page = self.records.list(&self.scope, &query).await?;
            if page.documents.is_empty() {
                return Ok(edges);
            }
            for document in page.documents {
                edges.push(read(document)?.0);
            }
        }
    }

    /// Revokes a token, or denies a host: its next handshake fails, and its connections end.
    ///
    /// # Errors
    /// [`Error::NoSuch`], or when the store fails.
    pub async fn revoke(&self, context: &Context, id: &str) -> Result<(), Error> {
        let found = self.records.get(&self.scope, Collection::Edges, id).await?;
        if let Some(document) = found {
            return self.deny(context, document).await;
        }
        let found = self
            .records
            .get(&self.scope, Collection::EnrolTokens, id)
            .await?;
        let document = found.ok_or_else(|| Error::NoSuch(id.to_owned()))?;
        let (mut token, version): (EnrolToken, u64) = read(document)?;
        token.revoked_at.get_or_insert(self.clock.now());
        let change = Change::decided(Action::on("enrol.token_revoke", [id])).put(
            Collection::EnrolTokens,
            id,
            Guard::Version(version),
            plain(&token),
        );
        self.records.commit(context, change).await?;
        Ok(())
    }

    async fn deny(&self, context: &Context, document: Document) -> Result<(), Error> {
        let (mut edge, version): (Edge, u64) = read(document)?;
        if edge.state == State::Good {
            edge.state = State::Denied;
            edge.denied_at = Some(self.clock.now());
            edge.denied_by = Some(context.actor.name().to_owned());
            let change = Change::decided(Action::on("enrol.deny", [edge.id.as_str(), &edge.host]))
                .put(
                    Collection::Edges,
                    &edge.id,
                    Guard::Version(version),
                    plain(&edge),
                );
            self.records.commit(context, change).await?;
        }
        self.roll.deny(&edge.id);
        Ok(())
    }

    /// Learns every heartbeat who was denied elsewhere, until shutdown.
    pub async fn run(self, shutdown: Shutdown) {
        let mut timer = tokio::time::interval(HEARTBEAT);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = timer.tick() => {}
            }
            if let Err(error) = self.learn().await {
                let error = aurora_tasks::chain(&error);
                warn!(error, "who was denied could not be read; tried again soon");
            }
        }
    }

    /// Reads who is denied now.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn learn(&self) -> Result<(), Error> {
        let query = Query::of(Collection::Edges)
            .with("state", Test::TextIs("denied".to_owned()))
            .limit(Query::MAX_LIMIT);
        let page = self.records.list(&self.scope, &query).await?;
        for document in page.documents {
            self.roll.deny(&document.id);
        }
        Ok(())
    }
}

/// A document as what it holds, and its version.
pub(crate) fn read<T: DeserializeOwned>(document: Document) -> Result<(T, u64), Error> {
    let version = document.version;
    match serde_json::from_value(document.body) {
        Ok(read) => Ok((read, version)),
        Err(source) => Err(Error::Damaged {
            id: document.id,
            source,
        }),
    }
}

pub(crate) fn plain(kept: &impl Serialize) -> Value {
    serde_json::to_value(kept).expect("it is plain data")
}
