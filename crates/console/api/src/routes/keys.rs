//! API keys: one's own, and everybody's.

use aurora_messages::{ApiKeyCreated, ApiKeyInfo, ApiKeyList, CreateApiKey, Done, ErrorBody};
use aurora_people::{ApiKey, CreatedKey, NewKey};
use aurora_permissions::{Permission, permission};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::guarded::Guarded;
use super::people::reasoned;
use crate::auth::Caller;
use crate::extract::{Body, Named};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Key, Read), routes!(own))
        .on(permission!(Key, Create), routes!(create))
        .on(permission!(Key, Revoke), routes!(revoke))
        .on(permission!(Key, List), routes!(everybodys))
        .on(permission!(Key, RevokeAny), routes!(revoke_any))
}

/// The caller's own keys.
#[utoipa::path(get, path = "/keys", tag = "keys", operation_id = "list_keys",
    responses((status = 200, body = ApiKeyList)))]
async fn own(State(shared): State<Shared>, caller: Caller) -> Result<Json<ApiKeyList>, Refusal> {
    let Some(name) = caller.person() else {
        return Ok(Json(ApiKeyList::default()));
    };
    listed(shared.people.api_keys(Some(&name)).await?)
}

/// Makes a key of the caller's own. Its token is in the answer and nowhere else.
#[utoipa::path(post, path = "/keys", tag = "keys", operation_id = "create_key",
    request_body = CreateApiKey,
    responses((status = 201, body = ApiKeyCreated), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody)))]
async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<CreateApiKey>,
) -> Result<(StatusCode, Json<ApiKeyCreated>), Refusal> {
    // A key that makes keys would never end.
    let name = caller.session.as_ref().and(caller.person());
    let name = name.ok_or_else(|| {
        Refusal::invalid("only somebody who is signed in to the console has keys of their own")
            .fix("run `aurorasoc keys create NAME` on the site's machine for somebody's")
    })?;
    let context = reasoned(&shared, &caller, &body.reason, "makes an API key")?;
    let created = shared
        .people
        .create_key(&context, &name, wanted(body)?)
        .await?;
    Ok((StatusCode::CREATED, Json(self::created(created))))
}

/// Ends a key of the caller's own.
#[utoipa::path(delete, path = "/keys/{id}", tag = "keys", operation_id = "revoke_key",
    params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn revoke(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Done>, Refusal> {
    let name = caller.person();
    let name = name.ok_or_else(|| Refusal::not_found(format!("there is no key `{id}`")))?;
    let context = caller.context(&shared.scope, "", "revokes an API key");
    shared.people.revoke_key(&context, &id, Some(&name)).await?;
    Ok(Json(Done {}))
}

/// Everybody's keys.
#[utoipa::path(get, path = "/keys/everybody", tag = "keys", operation_id = "list_all_keys",
    responses((status = 200, body = ApiKeyList)))]
async fn everybodys(State(shared): State<Shared>) -> Result<Json<ApiKeyList>, Refusal> {
    listed(shared.people.api_keys(None).await?)
}

/// Ends somebody's key.
#[utoipa::path(delete, path = "/keys/everybody/{id}", tag = "keys",
    operation_id = "revoke_any_key", params(("id" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody)))]
async fn revoke_any(
    State(shared): State<Shared>,
    caller: Caller,
    Named(id): Named<String>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "revokes somebody's API key");
    shared.people.revoke_key(&context, &id, None).await?;
    Ok(Json(Done {}))
}

fn listed(keys: Vec<ApiKey>) -> Result<Json<ApiKeyList>, Refusal> {
    let keys = keys.into_iter().map(info).collect();
    Ok(Json(ApiKeyList { keys }))
}

/// The key that is asked for.
pub(super) fn wanted(body: CreateApiKey) -> Result<NewKey, Refusal> {
    let only = body.permissions.map(|names| {
        let read = |name: &String| {
            let read = name.parse::<Permission>();
            read.map_err(|error| Refusal::invalid(error.to_string()))
        };
        names.iter().map(read).collect::<Result<_, _>>()
    });
    Ok(NewKey {
        label: body.label,
        days: body.days,
        only: only.transpose()?,
    })
}

pub(super) fn created(created: CreatedKey) -> ApiKeyCreated {
    ApiKeyCreated {
        key: info(created.key),
        token: created.token.expose().clone(),
    }
}

fn info(key: ApiKey) -> ApiKeyInfo {
    ApiKeyInfo {
        id: key.id,
        person: key.person.to_string(),
        label: key.label,
        permissions: key
            .only
            .map(|only| only.iter().map(|one| one.to_string()).collect()),
        created_at: key.created_at,
        expires_at: key.expires_at,
        used_at: key.used_at,
    }
}
