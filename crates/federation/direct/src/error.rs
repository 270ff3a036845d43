use std::net::SocketAddr;

/// Why direct links cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot listen on {address} for other sites: set `federation.direct.listen`")]
    Bind {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the site's certificate for other sites cannot be made")]
    Certificate(#[from] rcgen::Error),
    #[error("the site's identity makes no id")]
    Id(#[from] aurora_tls::BadId),
    #[error("the site's key for other sites cannot be used")]
    Key(#[from] rustls::Error),
}
