//! Keys and channels: ours begin with `aurora`, and those of two scopes or kinds never meet.

use aurora_model::Scope;

/// What a key is of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Value,
    Counter,
    Lock,
    /// The newest token of a scope's locks.
    Fence,
    Topic,
}

/// Neither sites nor tenants have a colon, so that what follows the fourth is the key.
pub(crate) fn name(scope: &Scope, kind: Kind, key: &str) -> String {
    let kind = match kind {
        Kind::Value => "value",
        Kind::Counter => "counter",
        Kind::Lock => "lock",
        Kind::Fence => "fence",
        Kind::Topic => "topic",
    };
    format!("aurora:{}:{}:{kind}:{key}", scope.site, scope.tenant)
}
