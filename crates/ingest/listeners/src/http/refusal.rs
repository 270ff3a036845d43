use aurora_push::Error as Push;
use aurora_push::hec::Problem;

use crate::Error;

/// Why a request was not accepted. Nothing of it was; each protocol has its own words for it.
#[derive(Debug)]
pub(super) enum Refusal {
    Token,
    /// The connection showed no certificate, or one that opens nothing.
    Certificate,
    /// The body or the way it is packed cannot be read.
    Body(String),
    /// As `Body`, where Splunk has a code of its own.
    Event {
        problem: Problem,
        event: usize,
    },
    /// Neither the type nor the packing is one that is taken here.
    Media(String),
    TooLarge(String),
    Slow,
    /// The bus has no room.
    Full,
    /// Other requests hold the memory.
    Busy,
    Broken,
}

impl Refusal {
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Certificate => "certificate",
            Self::Body(_) | Self::Event { .. } => "body",
            Self::Media(_) => "media type",
            Self::TooLarge(_) => "too large",
            Self::Slow => "slow",
            Self::Full => "full",
            Self::Busy => "busy",
            Self::Broken => "broken",
        }
    }

    pub(super) const fn status(&self) -> u16 {
        match self {
            Self::Token => 401,
            Self::Certificate => 403,
            Self::Body(_) | Self::Event { .. } => 400,
            Self::Media(_) => 415,
            Self::TooLarge(_) => 413,
            Self::Slow => 408,
            Self::Full => 429,
            Self::Busy | Self::Broken => 503,
        }
    }

    /// Whether the very same request may succeed a little later.
    pub(super) const fn passes(&self) -> bool {
        matches!(self, Self::Slow | Self::Full | Self::Busy | Self::Broken)
    }

    pub(super) fn message(&self) -> String {
        match self {
            Self::Token => "the token is missing, unknown or revoked".to_owned(),
            Self::Certificate => "the connection shows no certificate that is good here".to_owned(),
            Self::Body(text) | Self::Media(text) | Self::TooLarge(text) => text.clone(),
            Self::Event { problem, event } => format!("event {event}: {problem}"),
            Self::Slow => "the body did not come in time; nothing was accepted".to_owned(),
            Self::Full => "the site cannot take more now; nothing was accepted".to_owned(),
            Self::Busy => "other senders fill the memory; nothing was accepted".to_owned(),
            Self::Broken => "the site cannot accept records now".to_owned(),
        }
    }

    pub(super) const fn fix(&self) -> &'static str {
        match self {
            Self::Token => {
                "send `Authorization: Bearer <token>`; `aurorasoc sources token` makes one"
            }
            Self::Certificate => {
                "enrol the host: `aurorasoc enrol token` on the site, `aurorasoc collect enrol` on the host"
            }
            Self::Body(_) | Self::Event { .. } => {
                "send JSON lines or a JSON array, plain, gzip, zstd, deflate or snappy; nothing was accepted"
            }
            Self::Media(_) => "send what the protocol's documentation names",
            Self::TooLarge(_) => {
                "send fewer records a request, or raise `ingest.http.max_body_bytes` or `ingest.http.max_unpacked_bytes`"
            }
            Self::Slow => "send the same request again",
            Self::Full | Self::Busy => {
                "send the same request again after the time in `Retry-After`"
            }
            Self::Broken => {
                "send the same request again later; `aurorasoc status` tells what is wrong"
            }
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if matches!(error, Error::Full) {
            return Self::Full;
        }
        tracing::error!(error = aurora_tasks::chain(&error), "cannot accept a push");
        Self::Broken
    }
}

impl From<Push> for Refusal {
    fn from(error: Push) -> Self {
        match error {
            Push::Hec { problem, event } => Self::Event { problem, event },
            Push::Encoding(_) => Self::Media(error.to_string()),
            Push::TooMuch(_) => Self::TooLarge(error.to_string()),
            error => Self::Body(aurora_tasks::chain(&error)),
        }
    }
}
