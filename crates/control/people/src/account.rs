use std::fmt;

use aurora_clock::Timestamp;
use aurora_permissions::{Human, Role, RoleName};
use serde::{Deserialize, Serialize};

use crate::codes::Generator;
use crate::passwords::Hashed;
use crate::{Error, Result};

/// The name of the account that the first one-time link makes.
pub const ADMINISTRATOR: &str = "administrator";

/// What an account is called: 2 to 40 of `a-z`, `0-9`, `.`, `_` and `-`, beginning with a letter or
/// digit. It never changes and is never given again, so that what it did stays its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    pub const CHARS: usize = 40;

    /// Reads what a person types.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn read(text: &str) -> Result<Self> {
        let name = text.trim().to_ascii_lowercase();
        let plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
        let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        if begins && (2..=Self::CHARS).contains(&name.len()) && name.bytes().all(plain) {
            return Ok(Self(name));
        }
        Err(Error::invalid("that cannot name an account")
            .fix("want 2 to 40 of a-z, 0-9, `.`, `_` and `-`, beginning with a letter or digit"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::read(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An account as it is kept, under its name. Accounts are disabled and never removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: Name,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// Given here. Absent in what releases without roles kept: then the first account has `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<RoleName>>,
    /// Of the groups that the other provider named at the last login.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub group_roles: Vec<RoleName>,
    /// Another account of the same human, by the name of the human's first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<Name>,
    /// Accounts on the site's machine that are this human.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub host_users: Vec<String>,
    pub created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// Never without a code generator, and the other way round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Hashed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) generator: Option<Generator>,
}

impl Person {
    pub(crate) fn new(name: Name, roles: Vec<RoleName>, created_at: Timestamp) -> Self {
        Self {
            name,
            display_name: String::new(),
            roles: Some(roles),
            group_roles: Vec::new(),
            alias_of: None,
            host_users: Vec::new(),
            created_at,
            disabled_at: None,
            password: None,
            generator: None,
        }
    }

    /// Those given here.
    pub fn own_roles(&self) -> Vec<RoleName> {
        match &self.roles {
            Some(roles) => roles.clone(),
            None if self.name.as_str() == ADMINISTRATOR => vec![Role::Admin.into()],
            None => Vec::new(),
        }
    }

    pub(crate) fn give(&mut self, roles: Vec<RoleName>) {
        self.roles = Some(roles);
    }

    /// All that they have now.
    pub fn roles(&self) -> Vec<RoleName> {
        let mut all = self.own_roles();
        all.extend(self.group_roles.iter().cloned());
        all.sort();
        all.dedup();
        all
    }

    pub fn is_admin(&self) -> bool {
        self.roles().iter().any(RoleName::is_admin)
    }

    pub fn is_enabled(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// Whether a password with codes opens the account.
    pub fn has_password(&self) -> bool {
        self.password.is_some() && self.generator.is_some()
    }

    /// Who stands behind the account.
    pub fn human(&self) -> Human {
        let name = self.alias_of.as_ref().unwrap_or(&self.name);
        Human(name.as_str().to_owned())
    }
}
