use std::time::Duration;

/// Why a provider cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot use `people.oidc.{key}`: {why}")]
    Setting { key: &'static str, why: String },
    #[error("cannot reach the provider at `{url}`: {why}")]
    Unreachable { url: String, why: String },
    #[error("the provider did not answer within {} s", .0.as_secs())]
    Silent(Duration),
    #[error("the provider's answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("`{url}` is not reached: {why}")]
    Forbidden { url: String, why: &'static str },
}
