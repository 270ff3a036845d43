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
    (EntityKind::Device, &["device", "uid"]),
];

/// Where a program or file stands whose hash tells it from others.
const HASHED: &[&[&str]] = &[&["process", "file"], &["file"]];

/// Folders of the operating system and of installed programs. What stands there is the same on
/// every machine, so its hash says nothing about who is concerned.
const SYSTEM: &[&str] = &[
    r"c:\windows\system32\",
    r"c:\windows\syswow64\",
    r"c:\windows\winsxs\",
    r"c:\windows\microsoft.net\",
    r"c:\windows\explorer.exe",
    r"c:\program files\",
    r"c:\program files (x86)\",
    "/usr/",
    "/bin/",
    "/sbin/",
    "/lib",
];

/// What an event is about, in order of [`PLACES`], then what other sensors' findings are about,
/// then hashes; without repetition.
pub fn entities(event: &Map<String, Value>) -> Vec<Entity> {
    let mut found: Vec<Entity> = Vec::new();
    let mut add = |kind: EntityKind, value: &str| {
        let entity = Entity {
            kind,
            value: value.to_owned(),
        };
        if !value.is_empty() && !found.contains(&entity) {
            found.push(entity);
        }
    };
    for (kind, path) in PLACES {
        if let Some(value) = value_at(event, path).and_then(Value::as_str) {
            add(*kind, value);
        }
    }
    // A Detection Finding of another product has its subjects in the first evidence.
    let evidence = event
        .get("evidences")
        .and_then(|all| all.get(0))
        .and_then(Value::as_object);
    if let Some(evidence) = evidence {
        for (kind, path) in PLACES {
            if let Some(value) = value_at(evidence, path).and_then(Value::as_str) {
                add(*kind, value);
            }
        }
    }
    for place in HASHED {
        if let Some(hash) = value_at(event, place).and_then(hash_of) {
            add(EntityKind::Hash, &hash);
        }
    }
    found
}

/// A file's strongest hash, in lower case, unless the file is the system's.
fn hash_of(file: &Value) -> Option<String> {
    let path = file.get("path").and_then(Value::as_str).unwrap_or_default();
    let path = path.to_lowercase();
    if SYSTEM.iter().any(|folder| path.starts_with(folder)) {
        return None;
    }
    let hashes = file.get("hashes")?.as_array()?;
    // OCSF `algorithm_id`: 1 MD5, 2 SHA-1, 3 SHA-256, 4 SHA-512; others compare structure.
    let strength = |hash: &&Value| hash.get("algorithm_id").and_then(Value::as_u64);
    let strongest = hashes
        .iter()
        .filter(|hash| strength(hash).is_some_and(|id| (1..=4).contains(&id)))
        .max_by_key(|hash| strength(hash))?;
    Some(strongest.get("value")?.as_str()?.to_lowercase())
}

fn value_at<'a>(event: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(event.get(*first)?, |value, name| value.get(name))
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

    #[test]
    fn a_sensors_finding_is_about_its_evidence_and_system_programs_have_no_hash() {
        let event = json!({
            "evidences": [{"src_endpoint": {"ip": "10.0.0.7"}, "dst_endpoint": {"ip": "203.0.113.7"}}],
            "process": {"file": {"path": "C:\\Users\\a\\x.exe", "hashes": [
                {"algorithm_id": 1, "value": "AA"}, {"algorithm_id": 3, "value": "BB"},
                {"algorithm_id": 99, "value": "CC"}]}},
            "file": {"path": "C:\\Windows\\System32\\cmd.exe", "hashes": [
                {"algorithm_id": 3, "value": "DD"}]}
        });
        let found = entities(event.as_object().unwrap());
        let hash = found.iter().find(|entity| entity.kind == EntityKind::Hash);
        assert_eq!(hash.unwrap().value, "bb");
        let addresses = found
            .iter()
            .filter(|entity| entity.kind == EntityKind::Address);
        assert_eq!(addresses.count(), 2);
        assert!(!found.iter().any(|entity| entity.value == "dd"));
    }
}
