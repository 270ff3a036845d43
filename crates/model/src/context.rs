use aurora_clock::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Scope, TraceContext};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum Actor {
    /// A person with an account.
    Person(String),
    /// The person at the machine, known by the peer credential of the local socket.
    LocalOperator(String),
    /// One of our own services, by its role's name.
    Service(String),
}

/// How sure we are of the actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthStrength {
    /// Our own code.
    Internal,
    /// The kernel vouches for the user of a local socket.
    PeerCredential,
    /// A session opened with a one-time link.
    OneTimeLink,
    /// A per-source token.
    Token,
    /// A certificate of the site's own authority.
    Certificate,
    /// A password alone.
    Password,
    /// A password and a code of a generator (RFC 6238).
    Totp,
    /// A passkey (WebAuthn), which proves itself and its holder.
    Passkey,
    /// An API key of a person or service.
    ApiKey,
    /// Another provider vouches (OpenID Connect).
    Oidc,
}

/// What every write needs: whose data, who, why, and within which trace.
#[derive(Clone, Debug)]
pub struct Context {
    pub scope: Scope,
    pub actor: Actor,
    pub auth: AuthStrength,
    pub reason: String,
    /// Names the policies that allowed it; absent for what nobody has to be allowed to, such as our own services' work.
    pub policy: Option<String>,
    pub trace: TraceContext,
}

/// What was done to what, in the words of the permission taxonomy: `alert.close`, `rule.import`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Action {
    /// `resource.verb`.
    pub name: String,
    /// Ids of what it was done to.
    pub objects: Vec<String>,
}

/// One entry of the decision log: the only source of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Dense, from 1, per scope.
    pub seq: u64,
    pub at: Timestamp,
    pub scope: Scope,
    pub actor: Actor,
    pub auth: AuthStrength,
    pub action: Action,
    pub reason: String,
    /// Of the policies that allowed it, if it had to be allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    pub trace: TraceContext,
    /// Hash over the written documents as they were; absent when all of them are new.
    pub before: Option<String>,
    /// Hash over the written documents as they are; absent when all of them were removed.
    pub after: Option<String>,
}

impl Actor {
    pub fn name(&self) -> &str {
        match self {
            Self::Person(name) | Self::LocalOperator(name) | Self::Service(name) => name,
        }
    }
}

impl Context {
    /// For one of our own services, acting for itself.
    pub fn service(scope: Scope, role: &str, reason: impl Into<String>) -> Self {
        Self {
            scope,
            actor: Actor::Service(role.to_owned()),
            auth: AuthStrength::Internal,
            reason: reason.into(),
            policy: None,
            trace: TraceContext::new(),
        }
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    #[must_use]
    pub fn within(mut self, trace: TraceContext) -> Self {
        self.trace = trace;
        self
    }
}

impl Action {
    pub fn on(name: &str, objects: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            name: name.to_owned(),
            objects: objects.into_iter().map(Into::into).collect(),
        }
    }
}
