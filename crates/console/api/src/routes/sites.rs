use aurora_messages::{Done, ErrorBody, MeshStatus, Reach, SiteNode, Sites, Topology};
use aurora_model::SiteId;
use aurora_permissions::permission;
use axum::Json;
use axum::extract::State;
use utoipa_axum::routes;

use super::guarded::Guarded;
use crate::auth::Caller;
use crate::extract::Named;
use crate::refusal::Refusal;
use crate::state::Shared;

pub(super) fn router() -> Guarded {
    Guarded::new()
        .on(permission!(Site, Read), routes!(sites))
        .on(permission!(Site, Read), routes!(topology))
        .on(permission!(Federation, Cut), routes!(cut))
        .on(permission!(Federation, Heal), routes!(heal))
}

/// This site and those it is federated with.
#[utoipa::path(get, path = "/sites", tag = "federation", operation_id = "list_sites",
    responses((status = 200, body = Sites)))]
async fn sites(State(shared): State<Shared>) -> Result<Json<Sites>, Refusal> {
    let known = shared.site.topology(&shared.scope).await?;
    let federated = known.is_some();
    let mut sites = match known {
        Some(topology) => topology.now.nodes,
        None => vec![alone(&shared)],
    };
    sites.sort_by(|a, b| {
        let away = |site: &SiteNode| site.reach != Reach::Here;
        (away(a), &a.name, a.id).cmp(&(away(b), &b.name, b.id))
    });
    Ok(Json(Sites { federated, sites }))
}

/// Sites and links as this site sees them, now and in the last 24 hours.
#[utoipa::path(get, path = "/system/topology", tag = "federation", operation_id = "topology",
    responses((status = 200, body = Topology)))]
async fn topology(State(shared): State<Shared>) -> Result<Json<Topology>, Refusal> {
    let known = shared.site.topology(&shared.scope).await?;
    Ok(Json(known.unwrap_or_else(|| Topology {
        now: MeshStatus {
            here: shared.scope.site,
            drills: false,
            nodes: vec![alone(&shared)],
            links: Vec::new(),
            left: Vec::new(),
        },
        at: shared.clock.now(),
        history: Vec::new(),
    })))
}

/// Cuts the link to a site as the network would, for a drill.
#[utoipa::path(post, path = "/sites/{site}/cut", tag = "federation", operation_id = "cut_link",
    params(("site" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn cut(
    State(shared): State<Shared>,
    caller: Caller,
    Named(site): Named<SiteId>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "cuts a link for a drill");
    shared.site.cut_link(&context, site).await?;
    Ok(Json(Done {}))
}

/// Takes a cut back.
#[utoipa::path(post, path = "/sites/{site}/heal", tag = "federation", operation_id = "heal_link",
    params(("site" = String, Path)),
    responses((status = 200, body = Done), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
async fn heal(
    State(shared): State<Shared>,
    caller: Caller,
    Named(site): Named<SiteId>,
) -> Result<Json<Done>, Refusal> {
    let context = caller.context(&shared.scope, "", "heals a link after a drill");
    shared.site.heal_link(&context, site).await?;
    Ok(Json(Done {}))
}

/// A site that is not federated.
fn alone(shared: &Shared) -> SiteNode {
    let (name, software) = (shared.site_name.clone(), shared.version.clone());
    SiteNode::here(shared.scope.site, name, software)
}
