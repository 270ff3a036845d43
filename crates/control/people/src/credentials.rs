//! What opens one's own account.

use aurora_ids::random_token;
use aurora_model::Action;
use aurora_records::{Change, Collection, Guard};
use aurora_secrets::Secret;

use crate::account::Person;
use crate::codes::{Enrolment, Generator};
use crate::identities::Identity;
use crate::passkeys::Passkey;
use crate::passwords::acceptable;
use crate::pending::{PATIENCE, Pending};
use crate::people::People;
use crate::sessions::{Identified, Opened, Visitor};
use crate::store::{Stored, body};
use crate::{Error, Result};

/// Everything that opens an account.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// A password with codes.
    pub password: bool,
    pub passkeys: Vec<Passkey>,
    /// Whom the other provider vouches for.
    pub identities: Vec<Identity>,
}

const TRIES: &str = "code";

impl People {
    /// # Errors
    /// When the caller has no account.
    pub async fn credentials(&self, me: &Identified) -> Result<Credentials> {
        let person = self.own_account(me).await?.body;
        Ok(Credentials {
            password: person.has_password(),
            passkeys: self.passkeys(&person.name).await?,
            identities: self.identities(&person.name).await?,
        })
    }

    /// A new code generator, which counts once a code of it has come with a password.
    ///
    /// # Errors
    /// When the caller has no account.
    pub async fn new_generator(&self, me: &Identified) -> Result<Enrolment> {
        let person = self.own_account(me).await?.body;
        let (generator, id) = (Generator::random(), random_token::<16>());
        let pending = Pending::Generator {
            person: person.name.clone(),
            salt: generator.salt().to_owned(),
        };
        self.expect(id.as_bytes(), &pending, 2 * PATIENCE).await?;
        Ok(generator.enrolment(
            &self.keys.generator,
            id,
            &self.site_name,
            person.name.as_str(),
        ))
    }

    /// Sets a password, with a code of the generator that was enrolled, or else of the one that there
    /// is. The caller's sessions end but for a new one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a weak password, [`Error::BadProof`] for a wrong code.
    pub async fn set_password(
        &self,
        me: &Identified,
        password: Secret<String>,
        code: &Secret<String>,
        enrolment: Option<&str>,
        visitor: &Visitor,
    ) -> Result<Opened> {
        let Stored {
            version,
            body: mut person,
            ..
        } = self.own_account(me).await?;
        acceptable(&password, person.name.as_str())?;
        self.try_account(TRIES, person.name.as_str()).await?;
        let (generator, step) = self.confirmed(&person, code, enrolment).await?;
        person.generator = Some(generator.using(step));
        person.password = Some(self.hash(password).await);
        let name = person.name.as_str();
        let change = Change::decided(Action::on("credential.add", [name]));
        let guard = Guard::Version(version);
        let change = change.put(Collection::People, name, guard, body(&person));
        let opened = self
            .begin_again(change, me, visitor, "set a password with codes")
            .await;
        match opened {
            Err(error) if error.is_race() => {
                Err(Error::BadProof("the code was used in this moment"))
            }
            opened => opened,
        }
    }

    /// The generator whose code this is. An enrolment whose first code was wrong waits on.
    async fn confirmed(
        &self,
        person: &Person,
        code: &Secret<String>,
        enrolment: Option<&str>,
    ) -> Result<(Generator, i64)> {
        let generator = match enrolment {
            None => person.generator.clone().ok_or_else(|| {
                Error::invalid("there is no code generator yet").fix("enrol one first")
            })?,
            Some(id) => match self.answered(id.as_bytes()).await? {
                Pending::Generator { person: of, salt } if of == person.name => Generator::of(salt),
                _ => return Err(Error::BadProof("it was asked for something else")),
            },
        };
        if let Some(step) = generator.takes(&self.keys.generator, code.expose(), self.now()) {
            return Ok((generator, step));
        }
        if let Some(id) = enrolment {
            let pending = Pending::Generator {
                person: person.name.clone(),
                salt: generator.salt().to_owned(),
            };
            self.expect(id.as_bytes(), &pending, PATIENCE).await?;
        }
        Err(Error::BadProof("the code is wrong or was used before"))
    }

    /// Takes the password and its generator away.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing else opens the account.
    pub async fn remove_password(&self, me: &Identified, visitor: &Visitor) -> Result<Opened> {
        let Stored {
            version,
            body: mut person,
            ..
        } = self.own_account(me).await?;
        if !person.has_password() {
            return Err(Error::not_found("password of", person.name.as_str()));
        }
        (person.password, person.generator) = (None, None);
        self.keeps_a_way_in(&person, None).await?;
        let name = person.name.as_str();
        let change = Change::decided(Action::on("credential.remove", [name]));
        let change = change.put(
            Collection::People,
            name,
            Guard::Version(version),
            body(&person),
        );
        self.begin_again(change, me, visitor, "removed the password")
            .await
    }

    /// Commits a change of what opens the caller's account: every session ends, and a new one with a
    /// token of its own goes on where the caller was.
    pub(crate) async fn begin_again(
        &self,
        change: Change,
        me: &Identified,
        visitor: &Visitor,
        reason: &str,
    ) -> Result<Opened> {
        let name = self.own_account(me).await?.body.name;
        let strength = me.principal.strength;
        let change = self.end_all(change, &name).await?;
        let since = me.principal.authenticated_at;
        let (change, opened) = self.open(change, &name, strength, since, visitor).await?;
        let context = self.own_context(&name, strength, visitor, reason);
        self.commit(&context, change).await?;
        Ok(opened)
    }

    /// Refuses to take the last way into the account away. `gone` is the passkey or identity that goes.
    pub(crate) async fn keeps_a_way_in(&self, person: &Person, gone: Option<&str>) -> Result<()> {
        let passkeys = self.passkeys(&person.name).await?;
        let passkey = passkeys
            .iter()
            .any(|one| Some(one.credential.as_str()) != gone);
        let identities = self.identities(&person.name).await?;
        let identity = identities.iter().any(|one| Some(one.id.as_str()) != gone);
        if person.has_password() || passkey || identity {
            return Ok(());
        }
        Err(Error::conflict("nothing else would open the account").fix("add another passkey first"))
    }
}
