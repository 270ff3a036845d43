use aurora_model::{Entity, EntityKind};
use serde_json::{Map, Value};

/// Where each kind of entity stands in an OCSF event, the most telling first.
const PLACES: &[(EntityKind, &[&str])] = &[
    (EntityKind::Host, &["device", "hostname"]),
    (EntityKind::Host, &["device", "name"]),
    (EntityKind::Account, &["cloud", "account", "uid"]),
    (EntityKind::Host, &["src_endpoint", "hostname"]),
    (EntityKind::Host, &["unmapped", "Computer"]),
    (EntityKind::User, &["actor", "user", "name"]),
    (EntityKind::User, &["user", "name"]),
    (EntityKind::Address, &["src_endpoint", "ip"]),
    (EntityKind::Address, &["dst_endpoint", "ip"]),
    (EntityKind::Process, &["process", "file", "path"]),
    (EntityKind::Process, &["actor", "process", "file", "path"]),
    (EntityKind::File, &["file", "path"]),
];

/// What an event is about, in order of [`PLACES`], without repetition.
pub fn entities(event: &Map<String, Value>) -> Vec<Entity> {
    let mut found: Vec<Entity> = Vec::new();
    for (kind, path) in PLACES {
        let Some(value) = text_at(event, path) else {
            continue;
        };
        let entity = Entity {
            kind: *kind,
            value: value.to_owned(),
        };
        if !value.is_empty() && !found.contains(&entity) {
            found.push(entity);
        }
    }
    found
}

fn text_at<'a>(event: &'a Map<String, Value>, path: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let mut value = event.get(*first)?;
    for name in rest {
        value = value.get(name)?;
    }
    value.as_str()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_host_comes_first_and_nothing_comes_twice() {
        let event = json!({
            "src_endpoint": {"ip": "10.0.0.7", "hostname": "ws7"},
            "actor": {"user": {"name": "eva"}}, "user": {"name": "eva"},
            "device": {"hostname": "ws7"}
        });
        let found = entities(event.as_object().unwrap());
        let words: Vec<&str> = found.iter().map(|entity| entity.value.as_str()).collect();
        assert_eq!(words, ["ws7", "eva", "10.0.0.7"]);
    }
}
