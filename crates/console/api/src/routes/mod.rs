//! The paths of `/api/v1`, one file a subject. Adding one is a handler and a line in its file's
//! `router`.

mod alerts;
mod approvals;
mod credentials;
mod dead_letters;
mod enrolments;
mod federation;
pub(crate) mod guarded;
mod hunt;
mod imports;
mod incidents;
mod indicators;
mod keys;
mod ledger;
mod login;
mod notify;
mod people;
mod roles;
mod rule_desk;
mod rules;
mod session;
mod sessions;
mod sites;
mod sources;
mod status;
mod stream;
mod suppressions;

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use self::guarded::Guarded;
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::{auth, headers};

pub(crate) use login::link;

/// Ordinary answers come well within this.
const QUICK: Duration = Duration::from_secs(30);
/// Hunts, and work over all rules or all dead letters. The event store's own limits are tighter.
const SLOW: Duration = Duration::from_secs(180);
/// The largest ordinary request body, in bytes.
const BODY_BYTES: usize = 1024 * 1024;
/// The largest body that carries rules or events to try, in bytes.
const RULES_BODY_BYTES: usize = 32 * 1024 * 1024;

/// Every documented path, without the prefix.
pub(crate) fn api() -> Guarded {
    let quick = Guarded::new()
        .merge(alerts::router())
        .merge(approvals::router())
        .merge(roles::router())
        .merge(incidents::router())
        .merge(suppressions::router())
        .merge(ledger::router())
        .merge(imports::router())
        .merge(sources::router())
        .merge(enrolments::router())
        .merge(federation::router())
        .merge(notify::router())
        .merge(session::router())
        .merge(sessions::router())
        .merge(credentials::router())
        .merge(keys::router())
        .merge(people::router())
        .merge(sites::router())
        .merge(status::router())
        .within(QUICK)
        .bodies_up_to(BODY_BYTES);
    let slow = Guarded::new()
        .merge(hunt::router())
        .merge(dead_letters::router())
        .bodies_up_to(BODY_BYTES)
        .merge(rules::router().bodies_up_to(RULES_BODY_BYTES))
        .merge(rule_desk::router().bodies_up_to(RULES_BODY_BYTES))
        .merge(indicators::router().bodies_up_to(RULES_BODY_BYTES))
        .within(SLOW);
    Guarded::new()
        .merge(quick)
        .merge(slow)
        .merge(stream::router())
}

/// Everything that one connection may ask for.
pub(crate) fn all(shared: Shared) -> Router {
    let (api, _) = api().into_router().split_for_parts();
    let api = api
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(
            shared.clone(),
            auth::require,
        ));
    Router::new()
        .nest("/api/v1", api)
        .merge(status::plain())
        .merge(login::router())
        .route("/", get(asset))
        .fallback(asset)
        .layer(middleware::from_fn_with_state(shared.clone(), auth::guard))
        .layer(middleware::from_fn(headers::secure))
        .with_state(shared)
}

async fn asset(State(shared): State<Shared>, request: Request) -> Response {
    match *request.method() {
        axum::http::Method::GET | axum::http::Method::HEAD => {
            shared.assets.get(request.uri().path(), request.headers())
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

async fn unknown(uri: Uri) -> Refusal {
    Refusal::not_found(format!("there is no `{}`", uri.path()))
}

async fn wrong_method() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address is there, but not for this method",
        None,
    )
}

/// Answers for a handler that takes too long; what it began on the site's side goes on.
async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::timed_out().into_response(),
    }
}

/// Refuses texts longer than `limit` characters.
fn at_most(what: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    if text.chars().count() <= limit {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "{what} is longer than {limit} characters"
    )))
}
