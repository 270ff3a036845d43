use aurora_messages::{Done, ErrorBody, RoleInfo, RoleList, SetRole};
use aurora_permissions::{CustomRole, Permission, Role, RoleName, permission};
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::at_most;
use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::{Body, Named};
use crate::refusal::Refusal;
use crate::state::Shared;

const TEXT_CHARS: usize = 1_000;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Role, Read), routes!(list))
        .on(permission!(Role, Change), routes!(set, remove))
}

/// All roles with what they may: those that every site has, then the site's own.
#[utoipa::path(get, path = "/roles", tag = "roles", operation_id = "list_roles",
    responses((status = 200, body = RoleList)))]
async fn list(State(shared): State<Shared>) -> Result<Json<RoleList>, Refusal> {
    let built_in = Role::ALL.into_iter().map(|role| RoleInfo {
        name: role.to_string(),
        says: String::new(),
        built_in: true,
        permissions: role.permissions().map(|p| p.to_string()).collect(),
    });
    let own = shared.roles.list().await?;
    Ok(Json(RoleList {
        roles: built_in.chain(own.into_iter().map(info)).collect(),
    }))
}

/// Makes a role of the site's own, or replaces it.
#[utoipa::path(put, path = "/roles/{name}", tag = "roles", operation_id = "set_role",
    params(("name" = String, Path)), request_body = SetRole,
    responses((status = 200, body = RoleInfo), (status = 422, body = ErrorBody),
        (status = 428, body = ErrorBody)))]
async fn set(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
    Body(body): Body<SetRole>,
) -> Result<Json<RoleInfo>, Refusal> {
    at_most("the description", &body.says, TEXT_CHARS)?;
    at_most("the reason", &body.reason, TEXT_CHARS)?;
    let permissions = body
        .permissions
        .iter()
        .map(|name| name.parse::<Permission>());
    let role = CustomRole {
        name: named(&name)?,
        says: body.says,
        permissions: permissions
            .collect::<Result<_, _>>()
            .map_err(crate::roles::Error::from)?,
    };
    let context = caller.context(&shared.scope, &body.reason, "changes a role");
    shared.roles.set(&context, &role).await?;
    Ok(Json(info(role)))
}

/// Removes a role of the site's own.
#[utoipa::path(delete, path = "/roles/{name}", tag = "roles", operation_id = "remove_role",
    params(("name" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 428, body = ErrorBody)))]
async fn remove(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "removes a role");
    shared.roles.remove(&context, &named(&name)?).await?;
    Ok(Json(Done {}))
}

fn named(name: &str) -> Result<RoleName, Refusal> {
    Ok(name.parse().map_err(crate::roles::Error::from)?)
}

fn info(role: CustomRole) -> RoleInfo {
    RoleInfo {
        name: role.name.to_string(),
        says: role.says,
        built_in: false,
        permissions: role.permissions.iter().map(ToString::to_string).collect(),
    }
}
