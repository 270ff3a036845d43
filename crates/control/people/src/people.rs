use std::sync::{Arc, OnceLock};

use aurora_clock::{Clock, Timestamp};
use aurora_ephemeral::Ephemeral;
use aurora_model::{Actor, AuthStrength, Context, Scope};
use aurora_permissions::RoleName;
use aurora_records::Records;
use aurora_secrets::{Keyring, Purpose, Secret, TokenHasher};
use tokio::sync::Semaphore;

use crate::account::Name;
use crate::sessions::Visitor;
use crate::{Error, Options, Origins, Provider, Result};

/// Passwords that are hashed at a time, each with 19 MiB; others wait.
const HASHING: usize = 4;

/// Accounts of one scope and everything that proves them. Clones share it.
#[derive(Clone, Debug)]
pub struct People(Arc<Inner>);

/// What [`People`] stand on.
pub struct Parts<'k> {
    pub records: Arc<dyn Records>,
    pub ephemeral: Arc<dyn Ephemeral>,
    pub keyring: &'k Keyring,
    pub clock: Arc<dyn Clock>,
    pub scope: Scope,
    /// What authenticator apps and passkeys call the site.
    pub site_name: String,
    pub options: Options,
    /// Who else vouches for people.
    pub provider: Option<Arc<dyn Provider>>,
}

/// What clones share; nothing of it is seen from outside.
#[doc(hidden)]
#[derive(Debug)]
pub struct Inner {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) ephemeral: Arc<dyn Ephemeral>,
    pub(crate) keys: Keys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) scope: Scope,
    pub(crate) site_name: String,
    pub(crate) options: Options,
    pub(crate) provider: Option<Arc<dyn Provider>>,
    /// Groups of the other provider, with the role that each gives.
    pub(crate) groups: Vec<(String, RoleName)>,
    pub(crate) hashing: Semaphore,
    pub(crate) origins: OnceLock<Origins>,
}

/// Keys of the site, each for its purpose.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) links: TokenHasher,
    pub(crate) sessions: TokenHasher,
    pub(crate) keys: TokenHasher,
    pub(crate) password: Secret<[u8; 32]>,
    pub(crate) generator: Secret<[u8; 32]>,
    pub(crate) handle: Secret<[u8; 32]>,
}

impl std::ops::Deref for People {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl People {
    /// # Errors
    /// [`Error::Invalid`] when a setting cannot be used.
    pub fn new(parts: Parts<'_>) -> Result<Self> {
        let groups = parts.options.oidc.roles.iter().map(|text| group(text));
        let groups = groups.collect::<Result<_>>()?;
        Ok(Self(Arc::new(Inner {
            records: parts.records,
            ephemeral: parts.ephemeral,
            keys: Keys::of(parts.keyring),
            clock: parts.clock,
            scope: parts.scope,
            site_name: parts.site_name,
            options: parts.options,
            provider: parts.provider,
            groups,
            hashing: Semaphore::new(HASHING),
            origins: OnceLock::new(),
        })))
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Says where browsers reach the site, once that is known; until then no passkey is taken.
    pub fn served_at(&self, origins: Origins) {
        // Only the first listener is the console.
        drop(self.origins.set(origins));
    }

    /// What the button of the other provider says, when there is one.
    pub fn provider_label(&self) -> Option<&str> {
        self.provider.as_ref().map(|provider| provider.label())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What somebody does with their own account.
    pub(crate) fn own_context(
        &self,
        person: &Name,
        auth: AuthStrength,
        visitor: &Visitor,
        reason: &str,
    ) -> Context {
        Context {
            scope: self.scope.clone(),
            actor: Actor::Person(person.as_str().to_owned()),
            auth,
            reason: reason.to_owned(),
            policy: None,
            trace: visitor.trace,
        }
    }
}

impl Keys {
    fn of(keyring: &Keyring) -> Self {
        Self {
            links: keyring.tokens(Purpose::LinkToken),
            sessions: keyring.tokens(Purpose::SessionToken),
            keys: keyring.tokens(Purpose::ApiKey),
            password: keyring.key(Purpose::Password),
            generator: keyring.key(Purpose::CodeGenerator),
            handle: keyring.key(Purpose::PasskeyHandle),
        }
    }
}

/// `group=role`.
fn group(text: &str) -> Result<(String, RoleName)> {
    let wrong = || {
        Error::invalid(format!("`people.oidc.roles` has `{text}`"))
            .fix("want GROUP=ROLE, such as `soc-analysts=analyst`")
    };
    let (group, role) = text.rsplit_once('=').ok_or_else(wrong)?;
    let role = role.trim().parse().map_err(|_| wrong())?;
    Ok((group.trim().to_owned(), role))
}
