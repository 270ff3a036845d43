//! Accounts, as those see them who look after them.

use std::collections::BTreeMap;

use aurora_clock::Timestamp;
use aurora_messages::{
    ApiKeyCreated, ChangePerson, CreateApiKey, CreatePerson, ErrorBody, LinkCreated, PeopleList,
    PersonInfo, RecoverPerson, SetAdministrator, SetRoles,
};
use aurora_model::Context;
use aurora_people::{Name, NewPerson, Person};
use aurora_permissions::{Role, RoleName, permission};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::routes;

use super::guarded::Guarded;
use super::{at_most, keys, login};
use crate::auth::Caller;
use crate::extract::{Body, Named};
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) const REASON_CHARS: usize = 2_000;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Person, Read), routes!(list))
        .on(permission!(Person, Create), routes!(create))
        .on(permission!(Person, Change), routes!(change))
        .on(permission!(Role, Grant), routes!(set_roles))
        .on(
            permission!(Person, MakeAdministrator),
            routes!(set_administrator),
        )
        .on(permission!(Person, Recover), routes!(recover))
        .on(permission!(Key, Issue), routes!(issue_key))
}

/// Everybody with an account, by name.
#[utoipa::path(get, path = "/people", tag = "people", operation_id = "list_people",
    responses((status = 200, body = PeopleList)))]
async fn list(State(shared): State<Shared>) -> Result<Json<PeopleList>, Refusal> {
    let mut seen: BTreeMap<Name, Timestamp> = BTreeMap::new();
    for row in shared.people.sessions(None).await? {
        let newest = seen.entry(row.session.person).or_insert(row.seen_at);
        *newest = (*newest).max(row.seen_at);
    }
    let mut people = Vec::new();
    for person in shared.people.people().await? {
        let mut info = info(&shared, &person).await?;
        info.seen_at = seen.get(&person.name).copied();
        people.push(info);
    }
    Ok(Json(PeopleList { people }))
}

/// Makes an account. On the site's machine, `aurorasoc people recover` prints the link that opens it
/// for the first time.
#[utoipa::path(post, path = "/people", tag = "people", operation_id = "create_person",
    request_body = CreatePerson,
    responses((status = 201, body = PersonInfo), (status = 409, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 428, body = ErrorBody)))]
async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    Body(body): Body<CreatePerson>,
) -> Result<(StatusCode, Json<PersonInfo>), Refusal> {
    let context = reasoned(&shared, &caller, &body.reason, "makes an account")?;
    let new = NewPerson {
        name: Name::read(&body.name)?,
        display_name: body.display_name,
        roles: roles(&body.roles)?,
    };
    let person = shared.people.add(&context, new).await?;
    Ok((StatusCode::CREATED, Json(info(&shared, &person).await?)))
}

/// Names, disables or enables an account, or says whose alias it is.
#[utoipa::path(post, path = "/people/{name}/change", tag = "people",
    operation_id = "change_person", params(("name" = String, Path)), request_body = ChangePerson,
    responses((status = 200, body = PersonInfo), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 428, body = ErrorBody)))]
async fn change(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
    Body(body): Body<ChangePerson>,
) -> Result<Json<PersonInfo>, Refusal> {
    let context = reasoned(&shared, &caller, &body.reason, "changes an account")?;
    let (people, name) = (&shared.people, known(&name)?);
    if let Some(text) = &body.display_name {
        people.set_display_name(&context, &name, text).await?;
    }
    if let Some(of) = &body.alias_of {
        let of = (!of.is_empty()).then(|| Name::read(of)).transpose()?;
        people.set_alias(&context, &name, of.as_ref()).await?;
    }
    if let Some(users) = body.host_users {
        people.set_host_users(&context, &name, users).await?;
    }
    match body.disabled {
        Some(true) => drop(people.disable(&context, &name).await?),
        Some(false) => drop(people.enable(&context, &name).await?),
        None => {}
    }
    let person = people.person(&name).await?;
    Ok(Json(info(&shared, &person).await?))
}

/// Gives somebody exactly these roles, beside `admin`, which this neither gives nor takes.
#[utoipa::path(post, path = "/people/{name}/roles", tag = "people", operation_id = "set_roles",
    params(("name" = String, Path)), request_body = SetRoles,
    responses((status = 200, body = PersonInfo), (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody), (status = 428, body = ErrorBody)))]
async fn set_roles(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
    Body(body): Body<SetRoles>,
) -> Result<Json<PersonInfo>, Refusal> {
    let context = reasoned(&shared, &caller, &body.reason, "gives roles")?;
    let mut wanted = roles(&body.roles)?;
    let person = shared.people.person(&known(&name)?).await?;
    if person.own_roles().iter().any(RoleName::is_admin) {
        wanted.push(Role::Admin.into());
    }
    let person = shared
        .people
        .set_roles(&context, &person.name, wanted)
        .await?;
    Ok(Json(info(&shared, &person).await?))
}

/// Makes somebody an administrator, or no longer one.
#[utoipa::path(post, path = "/people/{name}/administrator", tag = "people",
    operation_id = "set_administrator", params(("name" = String, Path)),
    request_body = SetAdministrator,
    responses((status = 200, body = PersonInfo), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody), (status = 428, body = ErrorBody)))]
async fn set_administrator(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
    Body(body): Body<SetAdministrator>,
) -> Result<Json<PersonInfo>, Refusal> {
    let context = reasoned(
        &shared,
        &caller,
        &body.reason,
        "says who administers the site",
    )?;
    let person = shared.people.person(&known(&name)?).await?;
    let mut wanted = person.own_roles();
    wanted.retain(|role| !role.is_admin());
    if body.administrator {
        wanted.push(Role::Admin.into());
    }
    let person = shared
        .people
        .set_roles(&context, &person.name, wanted)
        .await?;
    Ok(Json(info(&shared, &person).await?))
}

/// Ends everything that opens an account and makes a one-time link into it. At the host only.
#[utoipa::path(post, path = "/people/{name}/recover", tag = "people",
    operation_id = "recover_person", params(("name" = String, Path)),
    request_body = RecoverPerson,
    responses((status = 201, body = LinkCreated), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody)))]
async fn recover(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
    Body(body): Body<RecoverPerson>,
) -> Result<(StatusCode, Json<LinkCreated>), Refusal> {
    let context = reasoned(&shared, &caller, &body.reason, "recovers an account")?;
    let link = shared.people.recover(&context, &known(&name)?).await?;
    Ok((StatusCode::CREATED, Json(login::link(&shared, &link))))
}

/// Makes an API key of somebody, such as an account for a program. At the host only.
#[utoipa::path(post, path = "/people/{name}/keys", tag = "people", operation_id = "issue_key",
    params(("name" = String, Path)), request_body = CreateApiKey,
    responses((status = 201, body = ApiKeyCreated), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn issue_key(
    State(shared): State<Shared>,
    caller: Caller,
    Named(name): Named<String>,
    Body(body): Body<CreateApiKey>,
) -> Result<(StatusCode, Json<ApiKeyCreated>), Refusal> {
    let context = reasoned(&shared, &caller, &body.reason, "makes an API key")?;
    let name = known(&name)?;
    let new = keys::wanted(body)?;
    let created = shared.people.create_key(&context, &name, new).await?;
    Ok((StatusCode::CREATED, Json(keys::created(created))))
}

/// A context whose reason is not too long.
pub(super) fn reasoned(
    shared: &Shared,
    caller: &Caller,
    reason: &str,
    otherwise: &str,
) -> Result<Context, Refusal> {
    at_most("the reason", reason, REASON_CHARS)?;
    Ok(caller.context(&shared.scope, reason, otherwise))
}

/// Whoever has this name; what can be nobody's is nobody.
fn known(name: &str) -> Result<Name, Refusal> {
    Name::read(name).map_err(|_| Refusal::not_found(format!("there is no person `{name}`")))
}

/// Roles other than administrator, which has a route of its own.
fn roles(names: &[String]) -> Result<Vec<RoleName>, Refusal> {
    let read = |name: &String| {
        let role: RoleName = name
            .parse()
            .map_err(|_| Refusal::invalid(format!("`{name}` cannot name a role")))?;
        if role.is_admin() {
            return Err(Refusal::invalid(
                "this does not make anybody an administrator",
            ));
        }
        Ok(role)
    };
    names.iter().map(read).collect()
}

async fn info(shared: &Shared, person: &Person) -> Result<PersonInfo, Refusal> {
    let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
    let words = |roles: &[RoleName]| roles.iter().map(ToString::to_string).collect();
    Ok(PersonInfo {
        name: person.name.to_string(),
        display_name: person.display_name.clone(),
        roles: words(&person.own_roles()),
        group_roles: words(&person.group_roles),
        alias_of: person.alias_of.as_ref().map(ToString::to_string),
        host_users: person.host_users.clone(),
        created_at: person.created_at,
        disabled_at: person.disabled_at,
        password: person.has_password(),
        passkeys: count(shared.people.passkeys(&person.name).await?.len()),
        identities: count(shared.people.identities(&person.name).await?.len()),
        seen_at: None,
    })
}
