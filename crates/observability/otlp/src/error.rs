/// Why nothing can be told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot use `{url}` as the address of a collector: {reason}")]
    Url { url: String, reason: &'static str },
    #[error("cannot use the certificates for the collector")]
    Tls(#[from] aurora_tls::Error),
}
