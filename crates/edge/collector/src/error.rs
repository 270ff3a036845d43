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
        "this host has not enrolled and no token is named: run `aurorasoc collect enrol`, or set \
         `site.token_file`; on the site `aurorasoc enrol token` or `aurorasoc sources token NAME` makes one"
    )]
    NoToken,
    #[error("that is no enrolment code: want what `aurorasoc enrol token` printed on the site")]
    NoCode,
    #[error("cannot enrol at `{url}`: {reason}")]
    NotEnrolled { url: String, reason: String },
    #[error("cannot renew this host's certificate: {0}")]
    NotRenewed(String),
    #[error(
        "this host has enrolled at {0}: move `enrolment.json` of its data directory away first"
    )]
    Enrolled(String),
    #[error("`{}` is damaged: {why}; enrol again", path.display())]
    Enrolment { path: PathBuf, why: String },
    #[error("cannot {action} `{}`", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot make a key")]
    Key,
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
