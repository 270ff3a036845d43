//! In which events a row gives a field, whatever its value.

use aurora_ocsf::ecs::{Giver, Part, Scope, Transform, When};

use super::atoms::{between, has, is, is_number, like, of_class, of_classes};
use super::bounds::{all, any, not};
use crate::Filter;

pub(super) fn guard(giver: &Giver) -> Filter {
    all(vec![scope(giver), condition(giver)])
}

/// Whether no event can be of both.
pub(super) fn are_disjoint(one: &Giver, other: &Giver) -> bool {
    match (one.row.scope, other.row.scope) {
        (Scope::Class(a), Scope::Class(b)) => a != b,
        (Scope::ActorProcess, Scope::Class(1007)) => other.when == When::NoProcessAccess,
        (Scope::Class(1007), Scope::ActorProcess) => one.when == When::NoProcessAccess,
        (Scope::Class(uid), group) | (group, Scope::Class(uid)) => !group.may_cover(uid),
        _ => false,
    }
}

fn scope(giver: &Giver) -> Filter {
    let access = || {
        any(vec![
            is_number("activity_id", 3),
            is_number("activity_id", 4),
        ])
    };
    let network = || between("class_uid", 4001..=4014);
    let scope = match giver.row.scope {
        Scope::Any => Filter::All,
        Scope::ActorProcess => any(vec![not(of_class(1007)), access()]),
        Scope::Endpoints => any(vec![network(), of_class(3002), of_class(6003)]),
        Scope::Network => network(),
        Scope::Class(uid) => of_class(uid),
    };
    match giver.when {
        When::Always => scope,
        When::ProcessAccess => all(vec![scope, access()]),
        When::NoProcessAccess => all(vec![scope, not(access())]),
    }
}

/// What the transform asks of the rest of the event.
fn condition(giver: &Giver) -> Filter {
    let row = giver.row;
    match (row.transform, giver.part) {
        (Transform::FromSensor, _) => of_classes(|uid| {
            aurora_ocsf::class(uid).is_some_and(|class| matches!(class.category_uid, 2 | 4))
        }),
        (Transform::WhenFailed, _) => is_number("status_id", 2),
        (Transform::Kubernetes, _) => any(vec![
            like("metadata.product.name", "*kubernetes*"),
            like("api.service.name", "*kubernetes*"),
        ]),
        (Transform::Ancestor, _) => is_number("activity_id", 1),
        (Transform::Renamed, Part::FormerName) => {
            all(vec![is_number("activity_id", 5), has(row.ocsf)])
        }
        (Transform::Renamed, _) => is_number("activity_id", 5),
        (Transform::RunAs, _) => all(vec![
            is("metadata.event_code", "4648"),
            has("user.name"),
            has("actor.user.name"),
        ]),
        (Transform::NamedPipe, Part::OtherResource) => not(is("win_resource.type", "Named Pipe")),
        (Transform::NamedPipe, _) => is("win_resource.type", "Named Pipe"),
        (Transform::ApiClient, Part::OtherClient) => not(of_class(6003)),
        (Transform::ApiClient, _) => of_class(6003),
        (Transform::GeoPoint, _) => all(vec![has(row.ocsf), has(&longitude(row.ocsf))]),
        _ => Filter::All,
    }
}

/// The longitude beside a latitude.
pub(super) fn longitude(latitude: &str) -> String {
    let parent = latitude.strip_suffix("lat").unwrap_or(latitude);
    format!("{parent}long")
}
