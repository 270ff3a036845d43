//! Coming in with a password and a code. Unknown accounts take as long as others.

use aurora_model::{Action, AuthStrength};
use aurora_records::{Change, Collection, Guard};
use aurora_secrets::Secret;
use tracing::{info, warn};

use crate::account::{Name, Person};
use crate::codes::Generator;
use crate::passwords::Hashed;
use crate::people::People;
use crate::sessions::{Opened, Visitor};
use crate::store::{Stored, body};
use crate::{Error, Result};

/// What somebody types to come in.
#[derive(Clone, Debug)]
pub struct PasswordLogin {
    pub name: String,
    pub password: Secret<String>,
    pub code: Secret<String>,
}

const TRIES: &str = "login";

impl People {
    /// # Errors
    /// [`Error::BadLogin`] whatever was wrong, [`Error::TooManyTries`] after too many of those.
    pub async fn sign_in(&self, login: PasswordLogin, visitor: &Visitor) -> Result<Opened> {
        let typed = login.name.trim().to_ascii_lowercase();
        self.try_peer(visitor.peer).await?;
        self.try_account(TRIES, &typed).await?;
        match self.checked(&login, visitor).await {
            Ok(opened) => {
                self.forget_tries(TRIES, &typed).await?;
                info!(person = %opened.person, peer = ?visitor.peer, "somebody signed in");
                Ok(opened)
            }
            Err(Error::BadLogin) => {
                self.blame_peer(visitor.peer).await?;
                // What was typed as a name may be a password; it is not for the log.
                warn!(peer = ?visitor.peer, "a login failed");
                Err(Error::BadLogin)
            }
            Err(error) => Err(error),
        }
    }

    async fn checked(&self, login: &PasswordLogin, visitor: &Visitor) -> Result<Opened> {
        let found = match Name::read(&login.name) {
            Ok(name) => self.find_person(&name).await?,
            Err(_) => None,
        };
        let person = found.as_ref().map(|found| &found.body);
        let hashed = person.and_then(|person| person.password.clone());
        let generator = person.and_then(|person| person.generator.clone());
        // Both are always computed, with what fits nothing where there is nothing.
        let fits = self
            .fits(
                hashed.unwrap_or_else(Hashed::nobodys),
                login.password.clone(),
            )
            .await;
        let generator = generator.unwrap_or_else(Generator::nobodys);
        let step = generator.takes(&self.keys.generator, login.code.expose(), self.now());
        let usable = person.is_some_and(|person| person.is_enabled() && person.has_password());
        let (Some(found), Some(step), true) = (found, step, usable && fits) else {
            return Err(Error::BadLogin);
        };
        self.come_in(found, step, visitor).await
    }

    /// The code counts as used in the same change that opens the session.
    async fn come_in(&self, found: Stored<Person>, step: i64, visitor: &Visitor) -> Result<Opened> {
        let (mut person, guard) = (found.body, Guard::Version(found.version));
        person.generator = person.generator.map(|generator| generator.using(step));
        let name = person.name.clone();
        let change = Change::decided(Action::on("session.open", [name.as_str()])).put(
            Collection::People,
            name.as_str(),
            guard,
            body(&person),
        );
        let strength = AuthStrength::Totp;
        let (change, opened) = self
            .open(change, &name, strength, self.now(), visitor)
            .await?;
        let context = self.own_context(
            &name,
            strength,
            visitor,
            "signed in with a password and a code",
        );
        match self.commit(&context, change).await {
            // The same code, twice in the same moment.
            Err(error) if error.is_race() => return Err(Error::BadLogin),
            committed => committed?,
        }
        self.sweep().await?;
        Ok(opened)
    }

    /// Compares on a thread that may block, a few at a time.
    pub(crate) async fn fits(&self, hashed: Hashed, password: Secret<String>) -> bool {
        let _turn = self.hashing.acquire().await.expect("nobody closes it");
        let key = self.keys.password.clone();
        let compared = tokio::task::spawn_blocking(move || hashed.fits(&password, &key));
        compared.await.unwrap_or(false)
    }

    /// Hashes likewise.
    pub(crate) async fn hash(&self, password: Secret<String>) -> Hashed {
        let _turn = self.hashing.acquire().await.expect("nobody closes it");
        let key = self.keys.password.clone();
        let hashed = tokio::task::spawn_blocking(move || Hashed::of(&password, &key));
        hashed.await.expect("hashing does not panic")
    }
}
