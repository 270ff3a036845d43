//! `GET /login?token=…`: a one-time link becomes a session.

use aurora_messages::LinkCreated;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::assets::page;
use crate::extract::Params;
use crate::refusal::Refusal;
use crate::sessions::Issued;
use crate::state::Shared;

#[derive(Deserialize)]
struct Link {
    token: String,
}

/// Our own page then leads on to the console: a redirect would count as part of a visit from
/// elsewhere, for which browsers withhold a `SameSite=Strict` cookie.
const WELCOME: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
<meta http-equiv=\"refresh\" content=\"0;url=/\"><link rel=\"icon\" href=\"/icon.svg\"><title>AuroraSOC</title>\
<p><a href=\"/\">Go to the console</a></p></html>\n";

const USED: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
<title>AuroraSOC</title><h1>This link was used before or is too old</h1>\
<p>Run <code>aurorasoc link</code> on the site's machine for a new one.</p></html>\n";

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/login", get(login))
}

async fn login(
    State(shared): State<Shared>,
    method: Method,
    headers: HeaderMap,
    Params(link): Params<Link>,
) -> Response {
    // A link is used up by a person who opens it, not by a program that looks ahead.
    if method != Method::GET || headers.contains_key("sec-purpose") {
        return StatusCode::NO_CONTENT.into_response();
    }
    match shared.sessions.redeem(&link.token).await {
        Ok(issued) => {
            let seconds = shared.options.session_life().as_secs();
            let cookie = set_cookie(&shared, &issued.token, seconds);
            (
                [(header::SET_COOKIE, cookie)],
                page(StatusCode::OK, WELCOME),
            )
                .into_response()
        }
        Err(crate::sessions::Error::BadLink) => page(StatusCode::UNAUTHORIZED, USED),
        Err(error) => Refusal::from(error).into_response(),
    }
}

pub(super) fn set_cookie(shared: &Shared, value: &str, seconds: u64) -> String {
    let secure = if shared.options.behind_tls {
        "; Secure"
    } else {
        ""
    };
    let name = shared.cookie_name();
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// The link as it is shown to the operator.
pub(crate) fn link(shared: &Shared, issued: Issued) -> LinkCreated {
    let url = format!("{}/login?token={}", shared.url(), issued.token);
    LinkCreated {
        url,
        expires_at: issued.expires_at,
    }
}
