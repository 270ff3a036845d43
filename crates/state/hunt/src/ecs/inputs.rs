//! What a field's value depends on, for counting by it: events that are the same in these have the same value.

use std::collections::BTreeSet;

use aurora_ocsf::ecs::{Giver, Part, Transform};

use super::EcsField;
use super::atoms::{has, of_class};
use super::bounds::{all, any};
use super::guard::{guard, longitude};
use crate::Filter;

/// The parts of an event that make a field's value.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    /// OCSF paths with one value each.
    pub paths: BTreeSet<String>,
    /// Events in which more matters than these.
    pub beyond: Filter,
}

impl EcsField {
    pub fn inputs(&self) -> Inputs {
        let mut paths = BTreeSet::from(["class_uid".to_owned(), "activity_id".to_owned()]);
        let mut beyond = Vec::new();
        for giver in self.givers() {
            if giver.row.transform == Transform::Category {
                beyond.extend([
                    all(vec![of_class(2004), has("malware[]")]),
                    all(vec![of_class(6003), has("http_request")]),
                ]);
            } else if giver.row.ocsf.contains("[]") || giver.row.transform == Transform::JsonText {
                beyond.push(guard(&giver));
            } else {
                paths.extend(needs(&giver));
            }
        }
        let beyond = any(beyond);
        Inputs { paths, beyond }
    }
}

fn needs(giver: &Giver) -> Vec<String> {
    let row = giver.row;
    let mut paths = vec![row.ocsf.to_owned()];
    let more: &[&str] = match row.transform {
        Transform::WhenFailed => &["status_id"],
        Transform::Kubernetes => &["metadata.product.name", "api.service.name"],
        Transform::EventType => &["activity_name"],
        Transform::RunAs => &["metadata.event_code", "user.name"],
        Transform::Directory => &["file.path"],
        Transform::Extension => &["file.name"],
        Transform::Dataset => &["metadata.product.name"],
        Transform::RegistryPath => &["reg_value.name"],
        Transform::SharePath => &["dst_endpoint.hostname", "dst_endpoint.ip"],
        Transform::NamedPipe => &["win_resource.type"],
        _ => &[],
    };
    paths.extend(more.iter().map(|path| (*path).to_owned()));
    if giver.part == Part::FormerName || row.transform == Transform::Renamed {
        paths.push(row.ecs.to_owned());
    }
    if row.transform == Transform::GeoPoint {
        paths.push(longitude(row.ocsf));
    }
    paths
}
