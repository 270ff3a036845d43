//! The one place where failures become HTTP answers.

use aurora_approvals::Approval;
use aurora_messages::{ErrorBody, ErrorDetail};
use aurora_permissions::{Permission, Role};
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tracing::error;

use crate::site;

/// An answer that is not a success: what the caller is told, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) fix: Option<String>,
    /// What was asked for in the caller's stead.
    pub(crate) approval: Option<String>,
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
            approval: None,
        }
    }

    /// No role of the caller has the permission.
    pub(crate) fn lacks(permission: Permission, who: &[Role]) -> Self {
        let roles: Vec<_> = who.iter().map(|role| role.as_str()).collect();
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!("you lack the permission `{permission}`"),
            Some(format!(
                "ask an administrator for a role that has it: {}",
                roles.join(", ")
            )),
        )
    }

    pub(crate) fn stale(within_seconds: u32) -> Self {
        let minutes = within_seconds / 60;
        Self::new(
            StatusCode::FORBIDDEN,
            "stale",
            "you signed in too long ago for this",
            Some(format!("sign in again and do it within {minutes} minutes")),
        )
    }

    pub(crate) fn too_large(bytes: usize) -> Self {
        let message = format!("the body is larger than {bytes} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message, None)
    }

    /// It was asked for; who answers what it lacks may do it then.
    pub(crate) fn approval_needed(approval: &Approval) -> Self {
        let id = approval.id;
        let what = match (approval.step_up, approval.approvers) {
            (true, 0) => "this takes a fresh proof of who you are".to_owned(),
            (false, _) => "this takes the approval of another person".to_owned(),
            (true, _) => {
                "this takes a fresh proof of who you are and the approval of another person"
                    .to_owned()
            }
        };
        let fix = format!(
            "`aurorasoc approvals show {id}` shows what was asked for; when it is approved, do \
             the same again with the header `Aurora-Approval: {id}`"
        );
        Self {
            approval: Some(id.to_string()),
            ..Self::new(
                StatusCode::PRECONDITION_REQUIRED,
                "approval_needed",
                what,
                Some(fix),
            )
        }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message, None)
    }

    /// Says what the caller can do about it.
    pub(crate) fn fix(mut self, text: &str) -> Self {
        self.fix = Some(text.to_owned());
        self
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message, None)
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "there is no session",
            Some(
                "sign in at the console, or run `aurorasoc link` on the site's machine and open \
                 what it prints"
                    .to_owned(),
            ),
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
        "token or host" => "aurorasoc enrol list",
        "person" => "aurorasoc people list",
        "session" => "aurorasoc sessions list",
        "key" => "aurorasoc keys list",
        "notification channel" => "aurorasoc notify list",
        _ => return None,
    })
}

/// An error's text and those of its causes.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
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
        Self::new(status, code, message, fix)
    }
}

impl From<aurora_approvals::Error> for Refusal {
    fn from(error: aurora_approvals::Error) -> Self {
        use aurora_approvals::{Error, Refusal as Why};
        let list = || Some("`aurorasoc approvals list --all` lists them".to_owned());
        match error {
            Error::NotFound(_) => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                error.to_string(),
                list(),
            ),
            Error::Refused(Why::Over(_) | Why::NoAssertion | Why::TooFew(_) | Why::TooMany)
            | Error::Raced => {
                Self::new(StatusCode::CONFLICT, "conflict", error.to_string(), list())
            }
            Error::Refused(_) => Self::new(
                StatusCode::FORBIDDEN,
                "approval_refused",
                error.to_string(),
                None,
            ),
            Error::BadAssertion => Self::new(
                StatusCode::FORBIDDEN,
                "bad_assertion",
                error.to_string(),
                Some("answer a new challenge with a passkey or code of yours".to_owned()),
            ),
            Error::Verifier(cause) => Self::internal(cause.as_ref()),
            Error::Records(cause) => Self::internal(&cause),
        }
    }
}

impl From<crate::roles::Error> for Refusal {
    fn from(error: crate::roles::Error) -> Self {
        use crate::roles::Error;
        match error {
            Error::NotFound(_) => Self::new(
                StatusCode::NOT_FOUND,
                "not_found",
                error.to_string(),
                Some("`aurorasoc roles` lists them".to_owned()),
            ),
            Error::BuiltIn(_) | Error::Words(_) => Self::invalid(error.to_string()),
            Error::Records(cause) => Self::internal(&cause),
        }
    }
}

impl From<aurora_people::Error> for Refusal {
    fn from(error: aurora_people::Error) -> Self {
        use aurora_people::Error;
        let message = error.to_string();
        match error {
            Error::BadLink => Self::new(
                StatusCode::UNAUTHORIZED,
                "bad_link",
                message,
                Some("run `aurorasoc link` for a new one".to_owned()),
            ),
            Error::BadLogin => Self::new(StatusCode::UNAUTHORIZED, "bad_login", message, None),
            Error::TooManyTries { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_tries",
                message,
                None,
            ),
            Error::BadProof(_) => Self::new(
                StatusCode::FORBIDDEN,
                "bad_proof",
                message,
                Some("begin anew".to_owned()),
            ),
            Error::NotFound { kind, .. } => {
                let fix = list_of(kind).map(|list| format!("`{list}` lists them"));
                Self::new(StatusCode::NOT_FOUND, "not_found", message, fix)
            }
            Error::Invalid { fix, .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message, fix)
            }
            Error::Conflict { fix, .. } => {
                Self::new(StatusCode::CONFLICT, "conflict", message, fix)
            }
            Error::NoProvider => Self::new(
                StatusCode::NOT_FOUND,
                "no_provider",
                message,
                Some("docs/people.md says how to set one up".to_owned()),
            ),
            Error::Provider(cause) => {
                tracing::warn!(cause = %chain(cause.as_ref()), "the other provider failed");
                let fix = Some("try again; the site's log says why".to_owned());
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "provider", message, fix)
            }
            Error::Records(_) | Error::Ephemeral(_) | Error::Damaged { .. } => {
                Self::internal(&error)
            }
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
            approval: self.approval,
        };
        (self.status, Json(ErrorBody { error: detail })).into_response()
    }
}
