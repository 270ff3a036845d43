//! From names to rows.

use super::Row;
use crate::generated::ecs::ROWS;

/// Community ids have no home in OCSF 1.3; the sources' own field is kept under `unmapped`.
const COMMUNITY_ID: Row = Row {
    scope: super::Scope::Network,
    ocsf: "unmapped.community_id",
    ecs: "network.community_id",
    transform: super::Transform::Copy,
};

/// Every row, in the table's order.
pub fn rows() -> impl Iterator<Item = Row> {
    ROWS.iter().copied().chain([COMMUNITY_ID])
}

/// The rows that can give this ECS field, narrower scopes first. `process.hash.sha256` finds the row of
/// `process.hash.*`.
pub fn ocsf_paths_for(ecs_field: &str) -> Vec<Row> {
    let mut found: Vec<Row> = rows().filter(|row| gives(row.ecs, ecs_field)).collect();
    found.sort_by_key(|row| row.scope.rank());
    found
}

/// The OCSF path that best gives this ECS field in events of this class, or of any class.
pub fn ocsf_path_for(ecs_field: &str, class_uid: Option<u32>) -> Option<&'static str> {
    let rows = ocsf_paths_for(ecs_field);
    let row = match class_uid {
        Some(uid) => rows.iter().find(|row| row.scope.may_cover(uid)),
        None => rows.first(),
    };
    row.map(|row| row.ocsf)
}

/// The ECS field of an OCSF path, with or without its `[]`.
pub fn ecs_field_for(ocsf_path: &str) -> Option<&'static str> {
    rows()
        .find(|row| same_path(row.ocsf, ocsf_path))
        .map(|row| row.ecs)
}

fn gives(pattern: &str, field: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => field
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty()),
        None => pattern == field,
    }
}

fn same_path(left: &str, right: &str) -> bool {
    let bare = |path: &'_ str| path.replace("[]", "");
    left == right || bare(left) == bare(right)
}
