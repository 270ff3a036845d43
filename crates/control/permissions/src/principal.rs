use std::collections::BTreeSet;

use aurora_clock::Timestamp;
use aurora_model::{Actor, AuthStrength, TenantId};
use serde::{Deserialize, Serialize};

use crate::{Permissions, Role, RoleName};

/// Who asks, as far as the question "may they" goes. Made anew for every request, from what is
/// kept of the account: a role that was taken away is gone with the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub actor: Actor,
    /// The human behind the actor; `None` for a service, which can approve nothing. Whoever has
    /// several accounts has one human, and so approves nothing of their own.
    pub human: Option<Human>,
    pub roles: Vec<RoleName>,
    pub tenants: Tenants,
    /// What an API key is narrowed to, below its owner's roles.
    pub only: Option<Permissions>,
    /// When they last proved who they are; for the local operator, now.
    pub authenticated_at: Timestamp,
    pub strength: AuthStrength,
}

/// One human, whatever the accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Human(pub String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Person,
    Service,
    LocalOperator,
}

/// Whose data somebody may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tenants {
    #[default]
    All,
    Only(BTreeSet<TenantId>),
}

impl Human {
    /// The account that the first one-time link makes. A local operator is taken for this human
    /// unless their account on the machine is somebody's alias: the link was printed for them.
    pub fn administrator() -> Self {
        Self("administrator".to_owned())
    }
}

impl Principal {
    /// Whom the kernel vouches for on the site's socket.
    pub fn local_operator(user: &str, human: Human, now: Timestamp) -> Self {
        Self {
            actor: Actor::LocalOperator(user.to_owned()),
            human: Some(human),
            roles: vec![Role::Admin.into()],
            tenants: Tenants::All,
            only: None,
            authenticated_at: now,
            strength: AuthStrength::PeerCredential,
        }
    }

    pub const fn kind(&self) -> Kind {
        match self.actor {
            Actor::Person(_) => Kind::Person,
            Actor::Service(_) => Kind::Service,
            Actor::LocalOperator(_) => Kind::LocalOperator,
        }
    }

    /// Seconds since they proved who they are; 0 when that lies ahead of a clock that was set back.
    pub fn age_seconds(&self, now: Timestamp) -> u64 {
        let age = now
            .as_millis()
            .saturating_sub(self.authenticated_at.as_millis());
        u64::try_from(age / 1_000).unwrap_or(0)
    }

    pub fn is_local(&self) -> bool {
        self.kind() == Kind::LocalOperator
    }

    pub fn is_admin(&self) -> bool {
        self.roles.iter().any(RoleName::is_admin)
    }

    /// Whether both are certainly two humans. Who is nobody in particular is never another.
    pub fn is_another_human_than(&self, other: &Human) -> bool {
        self.human.as_ref().is_some_and(|human| human != other)
    }
}

impl Tenants {
    pub fn include(&self, tenant: &TenantId) -> bool {
        match self {
            Self::All => true,
            Self::Only(tenants) => tenants.contains(tenant),
        }
    }
}
