//! What opens the caller's own account. Every change ends their sessions but for a new one, whose
//! cookie comes with the answer.

use aurora_messages::{
    AddPasskey, CredentialsInfo, Done, ErrorBody, GeneratorCreated, IdentityInfo, PasskeyInfo,
    PasskeyOptions, ProviderDeparture, SetPassword,
};
use aurora_people::Passkey;
use aurora_permissions::permission;
use aurora_secrets::Secret;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::routes;

use super::guarded::Guarded;
use super::login::{self, Cookies as _};
use crate::auth::{Browser, Caller};
use crate::extract::{Body, Named};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Credential, Read), routes!(show))
        .on(permission!(Credential, Add), routes!(ask_for_passkey))
        .on(permission!(Credential, Add), routes!(add_passkey))
        .on(permission!(Credential, Remove), routes!(remove_passkey))
        .on(permission!(Credential, Add), routes!(new_generator))
        .on(permission!(Credential, Add), routes!(set_password))
        .on(permission!(Credential, Remove), routes!(remove_password))
        .on(permission!(Credential, Add), routes!(leave))
        .on(permission!(Credential, Remove), routes!(remove_identity))
}

/// What opens the caller's account.
#[utoipa::path(get, path = "/credentials", tag = "credentials", operation_id = "credentials",
    responses((status = 200, body = CredentialsInfo), (status = 422, body = ErrorBody)))]
async fn show(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<Json<CredentialsInfo>, Refusal> {
    let found = shared.people.credentials(&caller.identified()).await?;
    let identities = found.identities.into_iter().map(|one| IdentityInfo {
        id: one.id,
        issuer: one.issuer,
        subject: one.subject,
        created_at: one.created_at,
    });
    Ok(Json(CredentialsInfo {
        password: found.password,
        passkeys: found.passkeys.into_iter().map(passkey).collect(),
        identities: identities.collect(),
        provider: shared.people.provider_label().map(str::to_owned),
    }))
}

/// Asks the caller's browser for a new passkey.
#[utoipa::path(post, path = "/credentials/passkeys/ask", tag = "credentials",
    operation_id = "ask_for_passkey",
    responses((status = 200, body = PasskeyOptions), (status = 422, body = ErrorBody)))]
async fn ask_for_passkey(
    State(shared): State<Shared>,
    caller: Caller,
    from: Browser,
) -> Result<Json<PasskeyOptions>, Refusal> {
    let me = caller.identified();
    let public_key = shared.people.ask_for_passkey(&me, &from.origin).await?;
    Ok(Json(PasskeyOptions { public_key }))
}

/// Takes the passkey that the browser made.
#[utoipa::path(post, path = "/credentials/passkeys", tag = "credentials",
    operation_id = "add_passkey", request_body = AddPasskey,
    responses((status = 200, body = Done), (status = 403, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn add_passkey(
    State(shared): State<Shared>,
    caller: Caller,
    from: Browser,
    Body(body): Body<AddPasskey>,
) -> Result<Response, Refusal> {
    let made = login::browsers(body.credential)?;
    let me = caller.identified();
    let opened = shared
        .people
        .add_passkey(&me, &body.label, &made, &from.visitor);
    Ok(shared.signed_in(&opened.await?))
}

/// Removes one of the caller's passkeys.
#[utoipa::path(delete, path = "/credentials/passkeys/{id}", tag = "credentials",
    operation_id = "remove_passkey", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn remove_passkey(
    State(shared): State<Shared>,
    caller: Caller,
    from: Browser,
    Named(id): Named<String>,
) -> Result<Response, Refusal> {
    let me = caller.identified();
    let opened = shared.people.remove_passkey(&me, &id, &from.visitor);
    Ok(shared.signed_in(&opened.await?))
}

/// Makes a code generator, which counts once a code of it has come with a password.
#[utoipa::path(post, path = "/credentials/generator", tag = "credentials",
    operation_id = "new_generator",
    responses((status = 201, body = GeneratorCreated), (status = 422, body = ErrorBody)))]
async fn new_generator(
    State(shared): State<Shared>,
    caller: Caller,
) -> Result<(axum::http::StatusCode, Json<GeneratorCreated>), Refusal> {
    let made = shared.people.new_generator(&caller.identified()).await?;
    let made = GeneratorCreated {
        id: made.id,
        secret: made.secret.expose().clone(),
        link: made.link.expose().clone(),
    };
    Ok((axum::http::StatusCode::CREATED, Json(made)))
}

/// Sets a password, with a code of a generator.
#[utoipa::path(post, path = "/credentials/password", tag = "credentials",
    operation_id = "set_password", request_body = SetPassword,
    responses((status = 200, body = Done), (status = 403, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn set_password(
    State(shared): State<Shared>,
    caller: Caller,
    from: Browser,
    Body(body): Body<SetPassword>,
) -> Result<Response, Refusal> {
    let (password, code) = (Secret::new(body.password), Secret::new(body.code));
    let me = caller.identified();
    let enrolment = body.enrolment.as_deref();
    let opened = shared
        .people
        .set_password(&me, password, &code, enrolment, &from.visitor);
    Ok(shared.signed_in(&opened.await?))
}

/// Removes the caller's password with its codes.
#[utoipa::path(delete, path = "/credentials/password", tag = "credentials",
    operation_id = "remove_password",
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn remove_password(
    State(shared): State<Shared>,
    caller: Caller,
    from: Browser,
) -> Result<Response, Refusal> {
    let me = caller.identified();
    let opened = shared.people.remove_password(&me, &from.visitor);
    Ok(shared.signed_in(&opened.await?))
}

/// Sends the caller to the other provider, whose account then opens theirs.
#[utoipa::path(post, path = "/credentials/provider", tag = "credentials",
    operation_id = "link_provider",
    responses((status = 200, body = ProviderDeparture), (status = 404, body = ErrorBody),
        (status = 503, body = ErrorBody)))]
async fn leave(
    State(shared): State<Shared>,
    caller: Caller,
    from: Browser,
) -> Result<Response, Refusal> {
    let me = caller.identified();
    let left = shared
        .people
        .leave(&shared.landing(), Some(&me), &from.visitor)
        .await?;
    let cookie = shared.away_cookie(left.cookie.expose());
    let body = Json(ProviderDeparture { url: left.url });
    Ok(([(header::SET_COOKIE, cookie)], body).into_response())
}

/// Lets an account of the other provider no longer open the caller's.
#[utoipa::path(delete, path = "/credentials/identities/{id}", tag = "credentials",
    operation_id = "remove_identity", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn remove_identity(
    State(shared): State<Shared>,
    caller: Caller,
    browser: Browser,
    Named(id): Named<String>,
) -> Result<Response, Refusal> {
    let me = caller.identified();
    let opened = shared.people.remove_identity(&me, &id, &browser.visitor);
    Ok(shared.signed_in(&opened.await?))
}

fn passkey(passkey: Passkey) -> PasskeyInfo {
    PasskeyInfo {
        id: passkey.credential,
        label: passkey.label,
        relying_party: passkey.relying_party,
        backed_up: passkey.backed_up,
        created_at: passkey.created_at,
        used_at: passkey.used_at,
    }
}
