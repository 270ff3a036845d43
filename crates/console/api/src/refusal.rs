//! The one place where failures become HTTP answers.

use aurora_messages::{ErrorBody, ErrorDetail};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tracing::error;

use crate::{sessions, site};

/// An answer that is not a success: what the caller is told, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
}

impl Refusal {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        fix: Option<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            fix,
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message, None)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message, None)
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "there is no session",
            Some("run `aurorasoc link` on the site's machine and open what it prints".to_owned()),
        )
    }

    pub(crate) fn forbidden(message: &str, fix: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            message,
            Some(fix.to_owned()),
        )
    }

    pub(crate) fn local_only() -> Self {
        Self::forbidden(
            "only the local operator may do this",
            "use the command line on the site's machine",
        )
    }

    pub(crate) fn timed_out() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "timed_out",
            "the site took too long to answer",
            Some("look at `aurorasoc status`, then try again".to_owned()),
        )
    }

    /// Tells the log everything and the caller nothing.
    pub(crate) fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        error!(cause = %chain(cause), "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the site failed to do this; its log says why",
            Some("run `aurorasoc logs`".to_owned()),
        )
    }
}

/// The command that lists what there is of a kind.
fn list_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "alert" => "aurorasoc alerts --all",
        "incident" => "aurorasoc incidents --all",
        "entity" => "aurorasoc entities",
        "suppression" => "aurorasoc suppressions",
        "rule" | "correlation" => "aurorasoc rules list",
        "version" => "aurorasoc rules history RULE",
        "dead letter" => "aurorasoc deadletter list",
        "import" => "aurorasoc imports",
        "source" => "aurorasoc sources",
        "indicator set" => "aurorasoc indicators list",
        "notification channel" => "aurorasoc notify list",
        _ => return None,
    })
}

/// An error's text and those of its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

impl From<site::Error> for Refusal {
    fn from(error: site::Error) -> Self {
        let message = error.to_string();
        let (status, code, fix) = match error {
            site::Error::NotFound { kind, .. } => {
                let fix = list_of(kind).map(|list| format!("`{list}` lists them"));
                (StatusCode::NOT_FOUND, "not_found", fix)
            }
            site::Error::Invalid { fix, .. } => (StatusCode::UNPROCESSABLE_ENTITY, "invalid", fix),
            site::Error::Conflict { fix, .. } => (StatusCode::CONFLICT, "conflict", fix),
            site::Error::Unavailable { fix, .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", fix)
            }
            site::Error::TooExpensive { fix, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "too_expensive", fix)
            }
            site::Error::Internal(cause) => return Self::internal(cause.as_ref()),
        };
        Self {
            status,
            code,
            message,
            fix,
        }
    }
}

impl From<sessions::Error> for Refusal {
    fn from(error: sessions::Error) -> Self {
        match error {
            sessions::Error::BadLink => Self::new(
                StatusCode::UNAUTHORIZED,
                "bad_link",
                "this link was used before or is too old",
                Some("run `aurorasoc link` for a new one".to_owned()),
            ),
            sessions::Error::Records(cause) => Self::internal(&cause),
        }
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        let status = rejection.status();
        let code = match status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let message = "the body must be JSON, sent as `content-type: application/json`";
                return Self::new(status, "unsupported_media_type", message, None);
            }
            StatusCode::PAYLOAD_TOO_LARGE => "too_large",
            _ => "invalid",
        };
        Self::new(
            status,
            code,
            unreadable("body", &rejection.body_text()),
            None,
        )
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(
            rejection.status(),
            "invalid",
            unreadable("query", &rejection.body_text()),
            None,
        )
    }
}

impl From<PathRejection> for Refusal {
    fn from(rejection: PathRejection) -> Self {
        Self::new(
            rejection.status(),
            "invalid",
            unreadable("address", &rejection.body_text()),
            None,
        )
    }
}

/// A rejection may repeat what it was sent: keep it short and on one line. What it says before the
/// first colon is in the framework's words; ours are better.
fn unreadable(what: &str, rejection: &str) -> String {
    let reason = rejection
        .split_once(": ")
        .map_or(rejection, |(_, reason)| reason);
    let reason = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    format!(
        "cannot read the {what}: {}",
        reason.take(360).collect::<String>()
    )
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let detail = ErrorDetail {
            code: self.code.to_owned(),
            message: self.message,
            fix: self.fix,
        };
        (self.status, Json(ErrorBody { error: detail })).into_response()
    }
}
