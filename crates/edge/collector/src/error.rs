use std::path::PathBuf;

/// Why a collector does not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the buffer failed")]
    Buffer(#[from] aurora_bus::Error),
    #[error("the store of places failed")]
    Records(#[from] aurora_records::Error),
    #[error("no site is named: set `site.url`, or give `--to https://SITE:8687`")]
    NoSite,
    #[error("cannot use `{url}` as the site's address: {reason}")]
    Url { url: String, reason: &'static str },
    #[error(
        "no token is named: set `site.token_file`, or give `--token-file FILE`; on the site \
         `aurorasoc sources token NAME` makes one"
    )]
    NoToken,
    #[error("cannot read the token in `{}`", path.display())]
    Token {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the token file `{}` is empty", path.display())]
    EmptyToken { path: PathBuf },
    #[error("cannot use the certificates for the site")]
    Tls(#[from] aurora_tls::Error),
    #[error("`site.certificate` and `site.key` belong together: name both or neither")]
    HalfIdentity,
    #[error("cannot listen on `{}`", path.display())]
    Socket {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the work was cut off")]
    Join(#[from] tokio::task::JoinError),
}
