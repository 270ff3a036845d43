//! What administrators do with accounts.

use aurora_model::{Action, Context};
use aurora_permissions::RoleName;
use aurora_records::{Change, Collection, Guard};

use crate::account::{Name, Person};
use crate::people::People;
use crate::store::{Stored, body};
use crate::{Error, Result};

/// An account to be made. It has nothing that opens it until a link has been opened.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub name: Name,
    pub display_name: String,
    pub roles: Vec<RoleName>,
}

/// Every change of who administers the site moves it, so that two of them cannot each leave the
/// other as the last.
const ADMINISTRATION: &str = "people/administration";

const DISPLAY_CHARS: usize = 80;

impl People {
    /// Everybody, by name.
    ///
    /// # Errors
    /// When the records store fails.
    pub async fn people(&self) -> Result<Vec<Person>> {
        let all = self.every(Collection::People, None).await?;
        Ok(all.into_iter().map(|stored| stored.body).collect())
    }

    /// # Errors
    /// [`Error::NotFound`].
    pub async fn person(&self, name: &Name) -> Result<Person> {
        Ok(self.stored_person(name).await?.body)
    }

    /// # Errors
    /// [`Error::Conflict`] when there is, or was, somebody of that name.
    pub async fn add(&self, context: &Context, new: NewPerson) -> Result<Person> {
        self.check_roles(&new.roles).await?;
        let mut person = Person::new(new.name, new.roles, self.now());
        person.display_name = display(&new.display_name)?;
        let name = person.name.as_str();
        let change = Change::decided(Action::on("person.create", [name]));
        let change = change.put(Collection::People, name, Guard::New, body(&person));
        match self.commit(context, change).await {
            Err(error) if error.is_race() => {
                Err(Error::conflict(format!("there is a `{name}` already"))
                    .fix("names are given once, also those of disabled accounts; take another"))
            }
            committed => committed.map(|()| person),
        }
    }

    /// Gives somebody exactly these roles. Their sessions end: the next one has a token of its own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an unknown role, [`Error::Conflict`] for the last administrator.
    pub async fn set_roles(
        &self,
        context: &Context,
        name: &Name,
        roles: Vec<RoleName>,
    ) -> Result<Person> {
        self.check_roles(&roles).await?;
        self.change(context, name, "role.grant", |person| {
            person.give(roles);
            Ok(())
        })
        .await
    }

    /// Nothing opens the account any more, until it is enabled again. Its keys are of no use meanwhile.
    ///
    /// # Errors
    /// [`Error::Conflict`] for the last administrator.
    pub async fn disable(&self, context: &Context, name: &Name) -> Result<Person> {
        let now = self.now();
        self.change(context, name, "person.disable", |person| {
            person.disabled_at.get_or_insert(now);
            Ok(())
        })
        .await
    }

    /// # Errors
    /// [`Error::NotFound`].
    pub async fn enable(&self, context: &Context, name: &Name) -> Result<Person> {
        self.change(context, name, "person.enable", |person| {
            person.disabled_at = None;
            Ok(())
        })
        .await
    }

    /// # Errors
    /// [`Error::Invalid`] when it is too long.
    pub async fn set_display_name(
        &self,
        context: &Context,
        name: &Name,
        text: &str,
    ) -> Result<Person> {
        let text = display(text)?;
        self.change(context, name, "person.name", |person| {
            person.display_name = text;
            Ok(())
        })
        .await
    }

    /// Says that an account is another one of the same human, or with `None` that it is not. Who has
    /// several approves nothing of their own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for oneself, [`Error::NotFound`].
    pub async fn set_alias(
        &self,
        context: &Context,
        name: &Name,
        of: Option<&Name>,
    ) -> Result<Person> {
        let first = match of {
            None => None,
            Some(of) if of == name => {
                return Err(Error::invalid("an account is no alias of itself"));
            }
            Some(of) => {
                let other = self.person(of).await?;
                let first = other.alias_of.unwrap_or(other.name);
                (first != *name).then_some(first)
            }
        };
        // Who points here must point on, or there would be two humans again.
        let everybody = self.every::<Person>(Collection::People, None).await?;
        let mut followers = Change::default();
        for mut one in everybody {
            if let Some(first) = &first
                && one.body.alias_of.as_ref() == Some(name)
            {
                one.body.alias_of = (one.body.name != *first).then(|| first.clone());
                followers = followers.put(
                    Collection::People,
                    &one.id,
                    Guard::Version(one.version),
                    body(&one.body),
                );
            }
        }
        self.change_with(context, name, "person.alias", followers, |person| {
            person.alias_of = first;
            Ok(())
        })
        .await
    }

    /// Says which users of the site's machine somebody is.
    ///
    /// # Errors
    /// [`Error::Conflict`] when one of them is somebody else.
    pub async fn set_host_users(
        &self,
        context: &Context,
        name: &Name,
        users: Vec<String>,
    ) -> Result<Person> {
        let taken = self.people().await?.into_iter().find(|person| {
            person.name != *name && person.host_users.iter().any(|user| users.contains(user))
        });
        if let Some(other) = taken {
            return Err(Error::conflict(format!(
                "one of these users is `{}`",
                other.name
            )));
        }
        self.change(context, name, "person.alias", |person| {
            person.host_users = users;
            Ok(())
        })
        .await
    }

    async fn change(
        &self,
        context: &Context,
        name: &Name,
        action: &str,
        edit: impl FnOnce(&mut Person) -> Result<()>,
    ) -> Result<Person> {
        self.change_with(context, name, action, Change::default(), edit)
            .await
    }

    /// One edit of an account, with what follows from it: sessions end when rights change, and
    /// somebody goes on administering the site.
    async fn change_with(
        &self,
        context: &Context,
        name: &Name,
        action: &str,
        also: Change,
        edit: impl FnOnce(&mut Person) -> Result<()>,
    ) -> Result<Person> {
        let Stored {
            version,
            body: before,
            ..
        } = self.stored_person(name).await?;
        let mut person = before.clone();
        edit(&mut person)?;
        if person == before && also.writes.is_empty() {
            return Ok(before);
        }
        let mut change = Change::decided(Action::on(action, [name.as_str()]));
        change.writes.extend(also.writes);
        let guard = Guard::Version(version);
        change = change.put(Collection::People, name.as_str(), guard, body(&person));
        if before.roles() != person.roles() || !person.is_enabled() {
            change = self.end_all(change, name).await?;
        }
        if !person.is_enabled() {
            change = self.without_links(change, name).await?;
        }
        let administers = |person: &Person| person.is_admin() && person.is_enabled();
        if administers(&before) && !administers(&person) {
            change = self.without_administrator(change, name).await?;
        }
        match self.commit(context, change).await {
            Err(error) if error.is_race() => Err(Error::conflict(format!(
                "`{name}` was changed by somebody else in this moment"
            ))
            .fix("look again, then decide again")),
            committed => committed.map(|()| person),
        }
    }

    /// Refuses when nobody else administers the site.
    pub(crate) async fn without_administrator(
        &self,
        change: Change,
        name: &Name,
    ) -> Result<Change> {
        let before = self.records.slot(&self.scope, ADMINISTRATION).await?;
        let people = self.people().await?;
        let left = people
            .iter()
            .any(|other| other.name != *name && other.is_admin() && other.is_enabled());
        if !left {
            return Err(
                Error::conflict(format!("`{name}` is the last administrator"))
                    .fix("make somebody else an administrator first"),
            );
        }
        Ok(change.advance(ADMINISTRATION, before, aurora_ids::random_token::<8>()))
    }

    /// Roles are built in, or ones that an administrator made.
    async fn check_roles(&self, roles: &[RoleName]) -> Result<()> {
        for role in roles {
            let known = role.built_in().is_some()
                || self
                    .records
                    .get(&self.scope, Collection::Roles, role.as_str())
                    .await?
                    .is_some();
            if !known {
                let built_in = aurora_permissions::Role::ALL.map(|role| role.as_str());
                return Err(
                    Error::invalid(format!("there is no role `{role}`")).fix(format!(
                        "there are {}, and the site's own",
                        built_in.join(", ")
                    )),
                );
            }
        }
        Ok(())
    }
}

fn display(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > DISPLAY_CHARS || text.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "a person's name has at most {DISPLAY_CHARS} characters, none of which controls"
        )));
    }
    Ok(text.to_owned())
}
