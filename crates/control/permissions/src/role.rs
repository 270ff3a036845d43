use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Error, Permission};

/// The roles that every site has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    Analyst,
    Responder,
    DetectionEngineer,
    Operator,
    Viewer,
    Auditor,
    Service,
}

/// A role by name: one of [`Role`], or one that an administrator made. 1 to 64 of `a-z`, `0-9`,
/// `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

/// A role that an administrator made: a named set of permissions. Never more than `admin` has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomRole {
    pub name: RoleName,
    #[serde(default)]
    pub says: String,
    pub permissions: BTreeSet<Permission>,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Admin,
        Self::Analyst,
        Self::Responder,
        Self::DetectionEngineer,
        Self::Operator,
        Self::Viewer,
        Self::Auditor,
        Self::Service,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Analyst => "analyst",
            Self::Responder => "responder",
            Self::DetectionEngineer => "detection_engineer",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }

    /// The built-in role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether the role has the permission, whatever that needs beside.
    pub fn has(self, permission: Permission) -> bool {
        permission.row().who.includes(self)
    }

    /// What it has.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.has(*permission))
    }
}

impl RoleName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn built_in(&self) -> Option<Role> {
        Role::named(&self.0)
    }

    pub fn is_admin(&self) -> bool {
        self.built_in() == Some(Role::Admin)
    }
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        Self(role.as_str().to_owned())
    }
}

impl TryFrom<String> for RoleName {
    type Error = Error;

    fn try_from(name: String) -> Result<Self, Error> {
        let fine = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
        if name.is_empty() || name.len() > 64 || !name.bytes().all(fine) {
            return Err(Error::BadRole(name));
        }
        Ok(Self(name))
    }
}

impl std::str::FromStr for RoleName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        name.to_owned().try_into()
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for RoleName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
