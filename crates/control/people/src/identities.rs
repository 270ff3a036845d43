//! Accounts that another provider vouches for.

use aurora_clock::Timestamp;
use aurora_ids::random_token;
use aurora_model::{Action, AuthStrength};
use aurora_permissions::RoleName;
use aurora_records::{Change, Collection, Guard};
use aurora_secrets::Secret;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use tracing::{info, warn};

use crate::account::{Name, Person};
use crate::pending::{PATIENCE, Pending};
use crate::people::People;
use crate::provider::{Claims, ProviderError};
use crate::sessions::{Identified, Opened, Visitor};
use crate::store::{Stored, body};
use crate::{Error, Result};

/// Whom a provider vouches for, under a hash of issuer and subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    #[serde(skip)]
    pub id: String,
    pub person: Name,
    pub issuer: String,
    pub subject: String,
    pub created_at: Timestamp,
}

/// Where somebody goes, and what their browser keeps meanwhile.
#[derive(Clone, Debug)]
pub struct Leaving {
    pub url: String,
    /// For a cookie that comes back from another site: `SameSite=Lax`, and short-lived.
    pub cookie: Secret<String>,
}

/// Somebody who came back.
#[derive(Clone, Debug)]
pub struct Landed {
    pub opened: Opened,
    /// The account was made for them.
    pub is_new: bool,
}

impl People {
    /// Sends somebody to the other provider. For a caller who is signed in, what comes back becomes
    /// a way into their account.
    ///
    /// # Errors
    /// [`Error::NoProvider`], [`Error::Provider`].
    pub async fn leave(
        &self,
        redirect: &str,
        link_to: Option<&Identified>,
        visitor: &Visitor,
    ) -> Result<Leaving> {
        let provider = self.provider.as_ref().ok_or(Error::NoProvider)?;
        self.ask(visitor.peer).await?;
        let link = match link_to {
            Some(me) => Some(self.own_account(me).await?.body.name),
            None => None,
        };
        let departure = provider.depart(redirect).await.map_err(Error::from)?;
        let cookie = random_token::<32>();
        let pending = Pending::Provider {
            asked: departure.asked,
            link,
        };
        self.expect(cookie.as_bytes(), &pending, 2 * PATIENCE)
            .await?;
        Ok(Leaving {
            url: departure.url,
            cookie: Secret::new(cookie),
        })
    }

    /// Takes somebody who comes back with a code.
    ///
    /// # Errors
    /// [`Error::BadLogin`] when anything does not fit; [`Error::Conflict`] when the account is
    /// somebody else's or not known here.
    pub async fn land(
        &self,
        redirect: &str,
        cookie: &str,
        state: &str,
        code: &str,
        visitor: &Visitor,
    ) -> Result<Landed> {
        let provider = self.provider.as_ref().ok_or(Error::NoProvider)?;
        let waiting = self.answered(cookie.as_bytes()).await;
        let Ok(Pending::Provider { asked, link }) = waiting else {
            return Err(Error::BadLogin);
        };
        if !bool::from(asked.state.as_bytes().ct_eq(state.as_bytes())) {
            return Err(Error::BadLogin);
        }
        let claims = match provider.arrive(redirect, &asked, code).await {
            Err(ProviderError::Refused(why)) => {
                warn!(peer = ?visitor.peer, why, "a provider's answer was refused");
                return Err(Error::BadLogin);
            }
            claims => claims?,
        };
        let landed = match link {
            Some(name) => self.link(&name, &claims, visitor).await?,
            None => self.admit(&claims, visitor).await?,
        };
        info!(person = %landed.opened.person, peer = ?visitor.peer, "somebody came from the other provider");
        self.sweep().await?;
        Ok(landed)
    }

    /// # Errors
    /// When the records store fails.
    pub async fn identities(&self, of: &Name) -> Result<Vec<Identity>> {
        let all = self
            .every::<Identity>(Collection::Identities, Some(of))
            .await?;
        let named = |Stored { id, body, .. }: Stored<Identity>| Identity { id, ..body };
        Ok(all.into_iter().map(named).collect())
    }

    /// Lets the caller's account no longer be opened by this one of the provider.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for somebody else's; [`Error::Conflict`] for the last way in.
    pub async fn remove_identity(
        &self,
        me: &Identified,
        id: &str,
        visitor: &Visitor,
    ) -> Result<Opened> {
        let owner = self.own_account(me).await?.body;
        let found = self.read::<Identity>(Collection::Identities, id).await?;
        let found = found.filter(|found| found.body.person == owner.name);
        let found = found.ok_or_else(|| Error::not_found("identity", id))?;
        self.keeps_a_way_in(&owner, Some(id)).await?;
        let change = Change::decided(Action::on("credential.remove", [owner.name.as_str()]))
            .remove(Collection::Identities, id, Guard::Version(found.version));
        self.begin_again(
            change,
            me,
            visitor,
            "unlinked an account of the other provider",
        )
        .await
    }

    /// A new way into an account whose owner asked for it while signed in.
    async fn link(&self, name: &Name, claims: &Claims, visitor: &Visitor) -> Result<Landed> {
        let found = self.stored_person(name).await?;
        if !found.body.is_enabled() {
            return Err(Error::BadLogin);
        }
        match self.known(claims).await? {
            Some(known) if known.person == *name => {}
            Some(_) => {
                return Err(Error::conflict(
                    "the provider's account opens another account here",
                ));
            }
            None => {
                let change = self.linked(
                    claims,
                    name,
                    Change::decided(Action::on("credential.add", [name.as_str()])),
                );
                let context = self.own_context(
                    name,
                    AuthStrength::Oidc,
                    visitor,
                    "linked an account of the other provider",
                );
                self.commit(&context, change).await?;
            }
        }
        self.enter(found, claims, visitor, false).await
    }

    async fn admit(&self, claims: &Claims, visitor: &Visitor) -> Result<Landed> {
        let Some(known) = self.known(claims).await? else {
            return self.welcome(claims, visitor).await;
        };
        let found = self.stored_person(&known.person).await?;
        if !found.body.is_enabled() {
            return Err(Error::BadLogin);
        }
        self.enter(found, claims, visitor, false).await
    }

    /// Makes an account for somebody whose groups have a role here.
    async fn welcome(&self, claims: &Claims, visitor: &Visitor) -> Result<Landed> {
        let roles = self.roles_of(claims);
        if roles.is_empty() {
            return Err(
                Error::conflict("the provider knows you, but nobody gave you access here")
                    .fix("ask an administrator to give one of your groups a role, or an account"),
            );
        }
        let name = wanted_name(claims)?;
        // A name that anybody may choose must not lead into an account that is there.
        if self.find_person(&name).await?.is_some() {
            return Err(
                Error::conflict(format!("there is another account of the name `{name}`"))
                    .fix("if it is yours, sign in to it and link the provider's account there"),
            );
        }
        let mut person = Person::new(name.clone(), Vec::new(), self.now());
        let display = claims.display_name.clone().unwrap_or_default();
        person.display_name = display
            .chars()
            .filter(|c| !c.is_control())
            .take(80)
            .collect();
        let change = Change::decided(Action::on("person.create", [name.as_str()])).put(
            Collection::People,
            name.as_str(),
            Guard::New,
            body(&person),
        );
        let change = self.linked(claims, &name, change);
        let context = self.own_context(
            &name,
            AuthStrength::Oidc,
            visitor,
            "the other provider vouches",
        );
        self.commit(&context, change).await?;
        let found = self.stored_person(&name).await?;
        self.enter(found, claims, visitor, true).await
    }

    /// Opens a session with the roles that the groups give now; when these have changed, the
    /// person's other sessions end.
    async fn enter(
        &self,
        found: Stored<Person>,
        claims: &Claims,
        visitor: &Visitor,
        is_new: bool,
    ) -> Result<Landed> {
        let (before, mut person) = (found.body.clone(), found.body);
        person.group_roles = self.roles_of(claims);
        let name = person.name.clone();
        let mut change = Change::decided(Action::on("session.open", [name.as_str()]));
        if person.group_roles != before.group_roles {
            let guard = Guard::Version(found.version);
            change = change.put(Collection::People, name.as_str(), guard, body(&person));
            change = self.end_all(change, &name).await?;
            if before.is_admin() && !person.is_admin() {
                change = self.without_administrator(change, &name).await?;
            }
        }
        let strength = AuthStrength::Oidc;
        let (change, opened) = self
            .open(change, &name, strength, self.now(), visitor)
            .await?;
        let context = self.own_context(&name, strength, visitor, "signed in at the other provider");
        self.commit(&context, change).await?;
        Ok(Landed { opened, is_new })
    }

    async fn known(&self, claims: &Claims) -> Result<Option<Identity>> {
        let found = self
            .read::<Identity>(Collection::Identities, &place(claims))
            .await?;
        Ok(found.map(|found| found.body))
    }

    fn linked(&self, claims: &Claims, person: &Name, change: Change) -> Change {
        let identity = Identity {
            id: String::new(),
            person: person.clone(),
            issuer: claims.issuer.clone(),
            subject: claims.subject.clone(),
            created_at: self.now(),
        };
        change.put(
            Collection::Identities,
            &place(claims),
            Guard::New,
            body(&identity),
        )
    }

    fn roles_of(&self, claims: &Claims) -> Vec<RoleName> {
        let given = self
            .groups
            .iter()
            .filter(|(group, _)| claims.groups.contains(group));
        let mut roles: Vec<RoleName> = given.map(|(_, role)| role.clone()).collect();
        roles.sort();
        roles.dedup();
        roles
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        Self::Provider(Box::new(error))
    }
}

fn place(claims: &Claims) -> String {
    aurora_ids::Derive::new("aurora.identity.v1")
        .part(&claims.issuer)
        .part(&claims.subject)
        .finish()
        .to_string()
}

/// The name that somebody is known by at the provider, as an account's.
fn wanted_name(claims: &Claims) -> Result<Name> {
    let wanted = claims.preferred_name.as_deref().unwrap_or(&claims.subject);
    let local = wanted.split('@').next().unwrap_or_default().to_lowercase();
    let plain: String = local
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c
            } else {
                '-'
            }
        })
        .take(Name::CHARS)
        .collect();
    Name::read(plain.trim_matches(['-', '.', '_'])).map_err(|_| {
        Error::conflict("the provider gives no name that an account can have")
            .fix("ask an administrator for an account, sign in to it and link the provider's there")
    })
}
