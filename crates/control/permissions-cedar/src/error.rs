/// Why no policies could be made. The built-in ones are tested; roles of the site's own may fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the schema that was made of the table")]
    Schema(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("cannot read the policy `{name}`")]
    Policy {
        name: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The texts are Cedar, but do not fit the schema.
    #[error("the policies do not fit their schema: {0}")]
    Unfit(String),
    #[error("`{0}` is a role that every site has: give yours another name")]
    BuiltIn(String),
}

impl Error {
    pub(crate) fn policy(
        name: &str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Policy {
            name: name.to_owned(),
            source: Box::new(source),
        }
    }
}
