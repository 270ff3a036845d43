//! One-time links: how somebody without a passkey or password comes in.

use aurora_clock::Timestamp;
use aurora_ids::random_token;
use aurora_model::{Action, AuthStrength, Context};
use aurora_permissions::Role;
use aurora_records::{Change, Collection, Guard};
use aurora_secrets::Secret;
use serde::{Deserialize, Serialize};

use crate::account::{ADMINISTRATOR, Name, Person};
use crate::people::People;
use crate::sessions::{Opened, Visitor};
use crate::store::body;
use crate::{Error, Result};

/// A link as it is kept, under the hash of its token.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Link {
    #[serde(default = "administrator")]
    person: Name,
    expires_at: Timestamp,
}

fn administrator() -> Name {
    Name::read(ADMINISTRATOR).expect("it is a name")
}

/// A link's token, to be shown once.
#[derive(Clone, Debug)]
pub struct LinkToken {
    pub token: Secret<String>,
    pub expires_at: Timestamp,
}

impl People {
    /// A link that opens a session of somebody, or of the local administrator.
    ///
    /// # Errors
    /// [`Error::NotFound`], or [`Error::Conflict`] for a disabled account.
    pub async fn issue_link(&self, context: &Context, of: Option<&Name>) -> Result<LinkToken> {
        let person = of.cloned().unwrap_or_else(administrator);
        match self.find_person(&person).await? {
            Some(found) if !found.body.is_enabled() => {
                return Err(Error::conflict(format!("`{person}` is disabled"))
                    .fix(format!("run `aurorasoc people enable {person}`")));
            }
            Some(_) => {}
            // The first link makes this account.
            None if person.as_str() == ADMINISTRATOR => {}
            None => return Err(Error::not_found("person", person.as_str())),
        }
        let (change, issued) = self.new_link("link.create", person);
        self.commit(context, change).await?;
        Ok(issued)
    }

    /// For somebody who lost what they came in with: everything that opens the account ends, and a
    /// link opens it. API keys stay; they are listed and revoked by themselves.
    ///
    /// # Errors
    /// As [`People::issue_link`].
    pub async fn recover(&self, context: &Context, name: &Name) -> Result<LinkToken> {
        let found = self.stored_person(name).await?;
        if !found.body.is_enabled() {
            return Err(Error::conflict(format!("`{name}` is disabled"))
                .fix(format!("run `aurorasoc people enable {name}`")));
        }
        let mut person = found.body;
        (person.password, person.generator) = (None, None);
        let (change, issued) = self.new_link("person.recover", name.clone());
        let guard = Guard::Version(found.version);
        let change = change.put(Collection::People, name.as_str(), guard, body(&person));
        let change = self.without_passkeys(change, name).await?;
        let change = self.without_links(change, name).await?;
        let change = self.end_all(change, name).await?;
        self.commit(context, change).await?;
        Ok(issued)
    }

    /// Uses a link up and opens a session; the first one makes the first account.
    ///
    /// # Errors
    /// [`Error::BadLink`], or when the records store fails.
    pub async fn redeem(&self, token: &str, visitor: &Visitor) -> Result<Opened> {
        let now = self.now();
        let id = self.keys.links.hash(token);
        let link = self.read::<Link>(Collection::Links, &id).await?;
        let link = link.ok_or(Error::BadLink)?;
        if link.body.expires_at <= now {
            return Err(Error::BadLink);
        }
        let name = link.body.person;
        let mut change = Change::decided(Action::on("session.open", [name.as_str()])).remove(
            Collection::Links,
            &id,
            Guard::Version(link.version),
        );
        match self.find_person(&name).await? {
            Some(found) if found.body.is_enabled() => {}
            None if name.as_str() == ADMINISTRATOR => {
                let first = Person::new(name.clone(), vec![Role::Admin.into()], now);
                change = change.put(Collection::People, name.as_str(), Guard::New, body(&first));
            }
            _ => return Err(Error::BadLink),
        }
        let strength = AuthStrength::OneTimeLink;
        let (change, opened) = self.open(change, &name, strength, now, visitor).await?;
        let context = self.own_context(&name, strength, visitor, "a one-time link was opened");
        match self.commit(&context, change).await {
            // Somebody used the same link in the same moment.
            Err(error) if error.is_race() => return Err(Error::BadLink),
            committed => committed?,
        }
        self.sweep().await?;
        Ok(opened)
    }

    /// Whether somebody administers the site yet.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn has_administrator(&self) -> Result<bool> {
        let people = self.people().await?;
        Ok(people
            .iter()
            .any(|person| person.is_admin() && person.is_enabled()))
    }

    fn new_link(&self, action: &str, person: Name) -> (Change, LinkToken) {
        let issued = LinkToken {
            token: Secret::new(random_token::<32>()),
            expires_at: self.now().plus(self.options.link_life()),
        };
        let id = self.keys.links.hash(issued.token.expose());
        let change = Change::decided(Action::on(action, [person.as_str()]));
        let link = Link {
            person,
            expires_at: issued.expires_at,
        };
        (
            change.put(Collection::Links, &id, Guard::New, body(&link)),
            issued,
        )
    }

    pub(crate) async fn without_links(&self, change: Change, of: &Name) -> Result<Change> {
        let links = self.every::<Link>(Collection::Links, Some(of)).await?;
        Ok(links.iter().fold(change, |change, link| {
            change.remove(Collection::Links, &link.id, Guard::Any)
        }))
    }
}
