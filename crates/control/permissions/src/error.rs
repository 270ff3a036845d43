/// A word of the taxonomy that nobody knows, or a role that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no permission `{0}`: docs/permissions-matrix.md lists them")]
    NoPermission(String),
    #[error("`{0}` cannot name a role: want 1 to 64 of a-z, 0-9, `_` and `-`")]
    BadRole(String),
    /// The engine refused what was made of the table and of the site's own roles.
    #[error("cannot make policies of the roles")]
    Policies(#[source] Box<dyn std::error::Error + Send + Sync>),
}
