//! One-time links and the sessions they open, kept in the records store.
//!
//! A token is 256 random bits and leaves us once. What is kept is a hash of it under a key of the
//! site, so that a copy of the store opens nothing and cannot be searched for a token that somebody
//! came by.

use std::sync::Arc;
use std::time::Duration;

use aurora_clock::{Clock, Timestamp};
use aurora_ids::random_token;
use aurora_model::{Action, Actor, AuthStrength, Context, Scope, TraceContext};
use aurora_records::{Change, Collection, Guard, Query, Records, Test};
use aurora_secrets::{Keyring, Purpose, TokenHasher};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The name of the account that the first one-time link makes.
pub const ADMINISTRATOR: &str = "administrator";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown, used or expired; which of them is nobody's business.
    #[error("cannot open a session: the link was used before or is too old")]
    BadLink,
    #[error("cannot read or write sessions")]
    Records(#[from] aurora_records::Error),
}

/// What names links and sessions in the store, by their tokens.
#[derive(Clone, Debug)]
pub struct Hashers {
    links: TokenHasher,
    sessions: TokenHasher,
}

impl Hashers {
    pub fn of(keyring: &Keyring) -> Self {
        Self {
            links: keyring.tokens(Purpose::LinkToken),
            sessions: keyring.tokens(Purpose::SessionToken),
        }
    }
}

/// Opens and checks sessions of one scope.
#[derive(Clone, Debug)]
pub struct Sessions {
    records: Arc<dyn Records>,
    hashers: Hashers,
    clock: Arc<dyn Clock>,
    scope: Scope,
    link_life: Duration,
    session_life: Duration,
}

/// A session as it is kept, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub person: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A token that was just made, with the end of its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    pub token: String,
    pub expires_at: Timestamp,
}

impl Sessions {
    pub fn new(
        records: Arc<dyn Records>,
        hashers: Hashers,
        clock: Arc<dyn Clock>,
        scope: Scope,
        link_life: Duration,
        session_life: Duration,
    ) -> Self {
        Self {
            records,
            hashers,
            clock,
            scope,
            link_life,
            session_life,
        }
    }

    /// Makes a one-time link's token.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn issue_link(&self, context: &Context) -> Result<Issued, Error> {
        let token = random_token::<32>();
        let expires_at = self.clock.now().plus(self.link_life);
        let id = self.hashers.links.hash(&token);
        let change = Change::decided(Action::on("link.create", [&id])).put(
            Collection::Links,
            &id,
            Guard::New,
            json!({ "expires_at": expires_at }),
        );
        self.records.commit(context, change).await?;
        Ok(Issued { token, expires_at })
    }

    /// Uses a link up and opens the administrator's session; the first one makes the account.
    ///
    /// # Errors
    /// [`Error::BadLink`], or when the records store fails.
    pub async fn redeem(&self, token: &str) -> Result<Issued, Error> {
        let now = self.clock.now();
        let link = self.hashers.links.hash(token);
        let document = self
            .records
            .get(&self.scope, Collection::Links, &link)
            .await?;
        let document = document.ok_or(Error::BadLink)?;
        if expiry(&document.body) <= now {
            return Err(Error::BadLink);
        }
        let session = random_token::<32>();
        let expires_at = now.plus(self.session_life);
        let id = self.hashers.sessions.hash(&session);
        let body = Session {
            person: ADMINISTRATOR.to_owned(),
            created_at: now,
            expires_at,
        };
        let body = serde_json::to_value(body).expect("a session is plain data");
        let mut change = Change::decided(Action::on("session.open", [&id]))
            .remove(Collection::Links, &link, Guard::Version(document.version))
            .put(Collection::Sessions, &id, Guard::New, body);
        if !self.has_administrator().await? {
            let person = json!({ "name": ADMINISTRATOR, "created_at": now });
            change = change.put(Collection::People, ADMINISTRATOR, Guard::New, person);
        }
        let context = self.context(ADMINISTRATOR, "a one-time link was opened");
        match self.records.commit(&context, change).await {
            Ok(_) => {}
            // Somebody used the same link in the same moment.
            Err(aurora_records::Error::Conflict { .. }) => return Err(Error::BadLink),
            Err(error) => return Err(error.into()),
        }
        self.sweep().await?;
        Ok(Issued {
            token: session,
            expires_at,
        })
    }

    /// The session of a cookie's token, unless it has ended.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn find(&self, token: &str) -> Result<Option<Session>, Error> {
        let id = self.hashers.sessions.hash(token);
        let found = self
            .records
            .get(&self.scope, Collection::Sessions, &id)
            .await?;
        let session = found.and_then(|found| serde_json::from_value::<Session>(found.body).ok());
        Ok(session.filter(|session| self.clock.now() < session.expires_at))
    }

    /// Ends a session; ending one that has ended is fine.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn end(&self, token: &str) -> Result<(), Error> {
        let Some(session) = self.find(token).await? else {
            return Ok(());
        };
        let id = self.hashers.sessions.hash(token);
        let change = Change::decided(Action::on("session.close", [&id])).remove(
            Collection::Sessions,
            &id,
            Guard::Any,
        );
        let context = self.context(&session.person, "signed out");
        self.records.commit(&context, change).await?;
        Ok(())
    }

    /// Whether anybody has an account yet.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn has_administrator(&self) -> Result<bool, Error> {
        let people = Query::of(Collection::People).limit(1);
        Ok(self.records.list(&self.scope, &people).await?.total > 0)
    }

    /// Removes what has expired.
    async fn sweep(&self) -> Result<(), Error> {
        let now = self.clock.now().as_millis();
        for collection in [Collection::Links, Collection::Sessions] {
            let old = Query::of(collection)
                .with("expires_at", Test::Below(now))
                .limit(100);
            let old = self.records.list(&self.scope, &old).await?.documents;
            if old.is_empty() {
                continue;
            }
            let action = Action::on("session.expire", old.iter().map(|document| &document.id));
            let change = old
                .iter()
                .fold(Change::decided(action), |change, document| {
                    change.remove(collection, &document.id, Guard::Any)
                });
            let context = Context::service(self.scope.clone(), "console", "it has expired");
            self.records.commit(&context, change).await?;
        }
        Ok(())
    }

    fn context(&self, person: &str, reason: &str) -> Context {
        Context {
            scope: self.scope.clone(),
            actor: Actor::Person(person.to_owned()),
            auth: AuthStrength::OneTimeLink,
            reason: reason.to_owned(),
            trace: TraceContext::new(),
        }
    }
}

/// An unreadable expiry is long past.
fn expiry(link: &Value) -> Timestamp {
    Timestamp::from_millis(
        link.get("expires_at")
            .and_then(Value::as_i64)
            .unwrap_or(i64::MIN),
    )
}
