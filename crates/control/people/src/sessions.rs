//! Sessions of the console. A token is 256 random bits and leaves us once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use aurora_clock::Timestamp;
use aurora_ids::random_token;
use aurora_model::{Action, Actor, AuthStrength, Context, TraceContext};
use aurora_permissions::{Human, Principal, Tenants};
use aurora_records::{Change, Collection, Guard, Query, Test};
use aurora_secrets::Secret;
use serde::{Deserialize, Serialize};

use crate::account::{Name, Person};
use crate::people::People;
use crate::store::{Stored, body};
use crate::{Error, Result};

/// A session's last request is noted this often.
const NOTED_EVERY: Duration = Duration::from_secs(60);
const AGENT_CHARS: usize = 200;
/// What has expired is removed this many at a time.
const SWEPT: usize = 100;

/// Who comes, as far as the connection tells.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub peer: Option<IpAddr>,
    /// What their browser says it is. Hostile.
    pub agent: String,
    /// The session's token that they showed, which no login takes over.
    pub shown: Option<Secret<String>>,
    pub trace: TraceContext,
}

/// A session as it is kept, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub person: Name,
    #[serde(default = "by_link")]
    pub auth: AuthStrength,
    pub created_at: Timestamp,
    /// When its person proved who they are; when it was opened, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticated_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agent: String,
}

/// Sessions of releases before accounts came of links.
fn by_link() -> AuthStrength {
    AuthStrength::OneTimeLink
}

/// A session's token that was just made, with the end of its life.
#[derive(Clone, Debug)]
pub struct Opened {
    pub person: Name,
    pub token: Secret<String>,
    pub expires_at: Timestamp,
}

/// A session for a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub id: String,
    pub session: Session,
    pub seen_at: Timestamp,
}

/// A caller who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    pub principal: Principal,
    /// Absent for API keys and the local operator.
    pub session: Option<String>,
    /// Absent where nothing expires.
    pub expires_at: Option<Timestamp>,
}

impl Visitor {
    /// Nobody is on the other end: for our own work, and tests.
    pub fn nobody() -> Self {
        Self {
            peer: None,
            agent: String::new(),
            shown: None,
            trace: TraceContext::new(),
        }
    }
}

impl Session {
    pub fn authenticated_at(&self) -> Timestamp {
        self.authenticated_at.unwrap_or(self.created_at)
    }
}

impl Identified {
    /// The account, unless it is the local operator.
    pub fn person(&self) -> Option<Name> {
        match &self.principal.actor {
            Actor::Person(name) => Name::read(name).ok(),
            Actor::LocalOperator(_) | Actor::Service(_) => None,
        }
    }
}

impl People {
    /// The caller of a session's token, unless the session has ended. `used`: whether this counts as
    /// using it, which keeps it from idling out.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn by_session(&self, token: &str, used: bool) -> Result<Option<Identified>> {
        let id = self.keys.sessions.hash(token);
        let Some(found) = self.read::<Session>(Collection::Sessions, &id).await? else {
            return Ok(None);
        };
        let session = found.body;
        let seen = self.seen(&id).await?.unwrap_or(session.created_at);
        if !self.is_alive(&session, seen) {
            return Ok(None);
        }
        let Some(person) = self.find_person(&session.person).await? else {
            return Ok(None);
        };
        if !person.body.is_enabled() {
            return Ok(None);
        }
        if used && self.now().since(seen) >= NOTED_EVERY.min(self.options.idle_life() / 4) {
            self.note(&id).await?;
        }
        let (auth, at) = (session.auth, session.authenticated_at());
        Ok(Some(Identified {
            principal: principal(&person.body, auth, at),
            session: Some(id),
            expires_at: Some(session.expires_at),
        }))
    }

    /// Whoever stands at the site's machine.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn local_operator(&self, user: &str) -> Result<Identified> {
        let people = self.people().await?;
        let known = people
            .iter()
            .find(|person| person.host_users.iter().any(|one| one == user));
        let human = known.map_or_else(Human::administrator, Person::human);
        Ok(Identified {
            principal: Principal::local_operator(user, human, self.now()),
            session: None,
            expires_at: None,
        })
    }

    /// Those that are alive, of everybody or one person, the newest first.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn sessions(&self, of: Option<&Name>) -> Result<Vec<SessionRow>> {
        let seen = self.records.slots(&self.scope, SEEN).await?;
        let seen: BTreeMap<String, Timestamp> = seen
            .into_iter()
            .filter_map(|(key, value)| {
                let id = key.strip_prefix(SEEN)?.to_owned();
                Some((id, read_time(&value)?))
            })
            .collect();
        let all = self.every::<Session>(Collection::Sessions, of).await?;
        let mut rows: Vec<SessionRow> = all
            .into_iter()
            .map(|Stored { id, body, .. }| SessionRow {
                seen_at: seen.get(&id).copied().unwrap_or(body.created_at),
                session: body,
                id,
            })
            .filter(|row| self.is_alive(&row.session, row.seen_at))
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.session.created_at, row.id.clone())));
        Ok(rows)
    }

    /// Ends a session by its id; `of` is whose it must be.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for somebody else's.
    pub async fn revoke_session(
        &self,
        context: &Context,
        id: &str,
        of: Option<&Name>,
    ) -> Result<()> {
        let found = self.read::<Session>(Collection::Sessions, id).await?;
        let found = found.filter(|found| of.is_none_or(|name| *name == found.body.person));
        if found.is_none() {
            return Err(Error::not_found("session", id));
        }
        let change = ended(Change::decided(Action::on("session.revoke", [id])), [id]);
        self.commit(context, change).await
    }

    /// Ends every session of somebody.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn revoke_sessions(&self, context: &Context, of: &Name) -> Result<usize> {
        let ids = self.session_ids(of).await?;
        if ids.is_empty() {
            return Ok(0);
        }
        let change = Change::decided(Action::on("session.revoke", &ids));
        self.commit(context, ended(change, &ids)).await?;
        Ok(ids.len())
    }

    /// Signs out; ending a session that has ended is fine.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn sign_out(&self, token: &str, visitor: &Visitor) -> Result<()> {
        let id = self.keys.sessions.hash(token);
        let Some(found) = self.read::<Session>(Collection::Sessions, &id).await? else {
            return Ok(());
        };
        let session = found.body;
        let context = self.own_context(&session.person, session.auth, visitor, "signed out");
        let change = ended(Change::decided(Action::on("session.close", [&id])), [&id]);
        self.commit(&context, change).await
    }

    /// Opens a session within `change`: always with a token of its own. The one that the visitor
    /// showed ends.
    pub(crate) async fn open(
        &self,
        mut change: Change,
        person: &Name,
        auth: AuthStrength,
        authenticated_at: Timestamp,
        visitor: &Visitor,
    ) -> Result<(Change, Opened)> {
        if let Some(shown) = &visitor.shown {
            let id = self.keys.sessions.hash(shown.expose());
            let kept = self.read::<Session>(Collection::Sessions, &id).await?;
            let listed = change
                .writes
                .iter()
                .any(|write| write.collection == Collection::Sessions && write.id == id);
            if kept.is_some() && !listed {
                change = ended(change, [&id]);
            }
        }
        let (token, now) = (random_token::<32>(), self.now());
        let id = self.keys.sessions.hash(&token);
        let session = Session {
            person: person.clone(),
            auth,
            created_at: now,
            authenticated_at: Some(authenticated_at),
            expires_at: now.plus(self.options.session_life()),
            peer: visitor.peer,
            agent: visitor.agent.chars().take(AGENT_CHARS).collect(),
        };
        let opened = Opened {
            person: person.clone(),
            token: Secret::new(token),
            expires_at: session.expires_at,
        };
        let change = change.put(Collection::Sessions, &id, Guard::New, body(&session));
        Ok((change, opened))
    }

    /// Ends every session of somebody within `change`.
    pub(crate) async fn end_all(&self, change: Change, of: &Name) -> Result<Change> {
        Ok(ended(change, &self.session_ids(of).await?))
    }

    /// Removes what has expired.
    pub(crate) async fn sweep(&self) -> Result<()> {
        let now = self.now().as_millis();
        for collection in [Collection::Links, Collection::Sessions, Collection::ApiKeys] {
            let old = Query::of(collection)
                .with("expires_at", Test::Below(now))
                .limit(SWEPT);
            let old = self.records.list(&self.scope, &old).await?.documents;
            if old.is_empty() {
                continue;
            }
            let ids: Vec<&str> = old.iter().map(|old| old.id.as_str()).collect();
            let name = match collection {
                Collection::Links => "link.expire",
                Collection::Sessions => "session.expire",
                _ => "key.expire",
            };
            let mut change = Change::decided(Action::on(name, ids.iter().copied()));
            for id in &ids {
                change = change.remove(collection, id, Guard::Any);
                change = change.remove_slot(&format!("{SEEN}{id}"));
            }
            let context = Context::service(self.scope.clone(), "people", "it has expired");
            self.commit(&context, change).await?;
        }
        Ok(())
    }

    async fn session_ids(&self, of: &Name) -> Result<Vec<String>> {
        let all = self
            .every::<Session>(Collection::Sessions, Some(of))
            .await?;
        Ok(all.into_iter().map(|one| one.id).collect())
    }

    fn is_alive(&self, session: &Session, seen: Timestamp) -> bool {
        let now = self.now();
        now < session.expires_at && now < seen.plus(self.options.idle_life())
    }

    /// When something with this id was last used.
    pub(crate) async fn seen(&self, id: &str) -> Result<Option<Timestamp>> {
        let kept = self
            .records
            .slot(&self.scope, &format!("{SEEN}{id}"))
            .await?;
        Ok(kept.and_then(|value| read_time(&value)))
    }

    /// That something was used is nobody's decision.
    pub(crate) async fn note(&self, id: &str) -> Result<()> {
        let now = self.now().as_millis().to_string();
        let change = Change::progress().slot(&format!("{SEEN}{id}"), now);
        let context = Context::service(self.scope.clone(), "people", "it was used");
        self.commit(&context, change).await
    }
}

/// Slots that say when sessions and keys were last used, by their ids.
pub(crate) const SEEN: &str = "people/seen/";

fn read_time(value: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(value).ok()?;
    text.parse().ok().map(Timestamp::from_millis)
}

fn ended(change: Change, ids: impl IntoIterator<Item = impl AsRef<str>>) -> Change {
    ids.into_iter().fold(change, |change, id| {
        let id = id.as_ref();
        change
            .remove(Collection::Sessions, id, Guard::Any)
            .remove_slot(&format!("{SEEN}{id}"))
    })
}

/// Whoever owns the account, as they are now.
pub(crate) fn principal(person: &Person, strength: AuthStrength, at: Timestamp) -> Principal {
    Principal {
        actor: Actor::Person(person.name.as_str().to_owned()),
        human: Some(person.human()),
        roles: person.roles(),
        tenants: Tenants::All,
        only: None,
        authenticated_at: at,
        strength,
    }
}
