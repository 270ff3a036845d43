//! Coming in: with a one-time link, a password and a code, a passkey, or from the other provider.
//! Nobody is known here yet, so no permission is asked for; the guard against other origins stands
//! before these as before everything.

use aurora_messages::{Done, LinkCreated, Login, LoginOptions, PasskeyOptions};
use aurora_people::{LinkToken, Opened, PasswordLogin};
use aurora_secrets::Secret;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::assets::page;
use crate::auth::{self, Browser};
use crate::extract::{Body, Params};
use crate::refusal::Refusal;
use crate::state::Shared;

/// Where the other provider sends people back to, below the console's address.
const LANDING: &str = "/login/oidc/callback";
/// Seconds that somebody may take at the other provider.
const AWAY_SECONDS: u64 = 600;
const BODY_BYTES: usize = 64 * 1024;

/// Our own page then leads on to the console: a redirect would count as part of a visit from
/// elsewhere, for which browsers withhold a `SameSite=Strict` cookie.
const WELCOME: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
<meta http-equiv=\"refresh\" content=\"0;url=/\"><link rel=\"icon\" href=\"/icon.svg\"><title>AuroraSOC</title>\
<p><a href=\"/\">Go to the console</a></p></html>\n";

const USED: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\
<title>AuroraSOC</title><h1>This link was used before or is too old</h1>\
<p>Run <code>aurorasoc link</code> on the site's machine for a new one.</p></html>\n";

#[derive(Deserialize)]
struct Link {
    token: String,
}

/// What the other provider sends along; the error's text is its own and is not repeated.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/login", get(open_link))
        .route("/login/options", get(options))
        .route("/login/password", post(password))
        .route("/login/passkey/ask", post(ask))
        .route("/login/passkey", post(passkey))
        .route("/login/oidc", get(leave))
        .route(LANDING, get(land))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

async fn open_link(
    State(shared): State<Shared>,
    method: Method,
    headers: HeaderMap,
    from: Browser,
    Params(link): Params<Link>,
) -> Response {
    // A link is used up by a person who opens it, not by a program that looks ahead.
    if method != Method::GET || headers.contains_key("sec-purpose") {
        return StatusCode::NO_CONTENT.into_response();
    }
    match shared.people.redeem(&link.token, &from.visitor).await {
        Ok(opened) => shared.welcome(&opened),
        Err(aurora_people::Error::BadLink) => page(StatusCode::UNAUTHORIZED, USED),
        Err(error) => Refusal::from(error).into_response(),
    }
}

/// How one can come in, for the login page.
async fn options(State(shared): State<Shared>) -> Result<Json<LoginOptions>, Refusal> {
    Ok(Json(LoginOptions {
        first: !shared.people.has_administrator().await?,
        provider: shared.people.provider_label().map(str::to_owned),
    }))
}

async fn password(
    State(shared): State<Shared>,
    from: Browser,
    Body(body): Body<Login>,
) -> Result<Response, Refusal> {
    let login = PasswordLogin {
        name: body.name,
        password: Secret::new(body.password),
        code: Secret::new(body.code),
    };
    let opened = shared.people.sign_in(login, &from.visitor).await?;
    Ok(shared.signed_in(&opened))
}

async fn ask(State(shared): State<Shared>, from: Browser) -> Result<Json<PasskeyOptions>, Refusal> {
    let public_key = shared.people.ask_who(&from.origin, &from.visitor).await?;
    Ok(Json(PasskeyOptions { public_key }))
}

async fn passkey(
    State(shared): State<Shared>,
    from: Browser,
    Body(body): Body<Value>,
) -> Result<Response, Refusal> {
    let answer = browsers(body)?;
    let opened = shared.people.sign_in_with_passkey(&answer, &from.visitor);
    Ok(shared.signed_in(&opened.await?))
}

async fn leave(State(shared): State<Shared>, from: Browser) -> Result<Response, Refusal> {
    let left = shared
        .people
        .leave(&shared.landing(), None, &from.visitor)
        .await?;
    let cookie = shared.away_cookie(left.cookie.expose());
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&left.url)).into_response())
}

async fn land(
    State(shared): State<Shared>,
    headers: HeaderMap,
    from: Browser,
    Params(answer): Params<Answer>,
) -> Response {
    let cookie = auth::cookie(&headers, &shared.away_name()).unwrap_or_default();
    let landing = shared.landing();
    let landed = shared
        .people
        .land(&landing, cookie, &answer.state, &answer.code, &from.visitor);
    match landed.await {
        Ok(landed) => shared.welcome(&landed.opened),
        Err(error) => {
            let refusal = Refusal::from(error);
            page(refusal.status, turned_away(&refusal)).into_response()
        }
    }
}

/// A page, since a browser stands there and no program. Its texts are ours, but for names.
fn turned_away(refusal: &Refusal) -> String {
    let plain = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let fix = refusal.fix.as_deref().map(plain).unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>AuroraSOC</title>\
<h1>You are not signed in</h1><p>{}</p><p>{fix}</p><p><a href=\"/\">Back</a></p></html>\n",
        plain(&refusal.message)
    )
}

/// What a browser's WebAuthn gives, in its own JSON.
pub(super) fn browsers<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value)
        .map_err(|_| Refusal::invalid("this is not what a browser's passkey dialog gives"))
}

/// The link as it is shown to the operator.
pub(crate) fn link(shared: &Shared, issued: &LinkToken) -> LinkCreated {
    LinkCreated {
        url: format!("{}/login?token={}", shared.url(), issued.token.expose()),
        expires_at: issued.expires_at,
    }
}

/// The two cookies: a session's, and the one of somebody who is at the other provider.
pub(super) trait Cookies {
    /// The session's cookie of a token that was just made.
    fn session_cookie(&self, token: &str, seconds: u64) -> String;
    /// `SameSite=Lax`: it must come back from another site. It opens nothing by itself.
    fn away_cookie(&self, secret: &str) -> String;
    fn away_name(&self) -> String;
    fn landing(&self) -> String;
    /// An answer that begins a session.
    fn signed_in(&self, opened: &Opened) -> Response;
    /// A page that begins a session and leads on to the console.
    fn welcome(&self, opened: &Opened) -> Response;
}

impl Cookies for Shared {
    fn session_cookie(&self, token: &str, seconds: u64) -> String {
        let name = self.cookie_name();
        let secure = secure(self);
        format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }

    fn away_cookie(&self, secret: &str) -> String {
        let (name, secure) = (self.away_name(), secure(self));
        format!(
            "{name}={secret}; Path=/login/oidc; Max-Age={AWAY_SECONDS}; HttpOnly; SameSite=Lax{secure}"
        )
    }

    fn away_name(&self) -> String {
        format!("{}_away", self.cookie_name())
    }

    fn landing(&self) -> String {
        format!("{}{LANDING}", self.url())
    }

    fn signed_in(&self, opened: &Opened) -> Response {
        (
            [(header::SET_COOKIE, cookie_of(self, opened))],
            Json(Done {}),
        )
            .into_response()
    }

    fn welcome(&self, opened: &Opened) -> Response {
        let cookie = cookie_of(self, opened);
        (
            [(header::SET_COOKIE, cookie)],
            page(StatusCode::OK, WELCOME),
        )
            .into_response()
    }
}

fn cookie_of(shared: &Shared, opened: &Opened) -> String {
    let seconds = opened.expires_at.since(shared.clock.now()).as_secs();
    shared.session_cookie(opened.token.expose(), seconds)
}

fn secure(shared: &Shared) -> &'static str {
    if shared.options.behind_tls {
        "; Secure"
    } else {
        ""
    }
}
