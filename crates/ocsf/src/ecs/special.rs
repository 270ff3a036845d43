//! Transforms that look at more of the event than their own value, or give more than one field.

use serde_json::{Map, Value, json};

use super::convert::{is_empty, pick, plain_text, renamed, snake};
use super::parts::{HASHES, RELATED};
use super::project::Projection;
use super::{Row, Transform, convert, event_kind};
use crate::schema::class;

/// Applies a row of such a transform. `false` when the transform is none of these.
pub(super) fn apply(to: &mut Projection<'_>, row: Row, field: &str) -> bool {
    match row.transform {
        Transform::Kind | Transform::Category | Transform::EventType | Transform::Disposition => {
            categorise(to, row, field);
        }
        Transform::Preferred | Transform::Fallback(_) | Transform::AlsoTo(_) => {
            copies(to, row, field)
        }
        Transform::FromSensor
        | Transform::WhenFailed
        | Transform::Kubernetes
        | Transform::Ancestor => {
            copy_if(to, row, field);
        }
        Transform::Address
        | Transform::CommandLine
        | Transform::TlsVersion
        | Transform::Signature => {
            pairs(to, row, field);
        }
        Transform::Directory | Transform::Extension | Transform::Renamed => {
            file_parts(to, row, field)
        }
        Transform::RegistryPath | Transform::SharePath | Transform::NamedPipe => {
            windows_paths(to, row, field)
        }
        Transform::Hashes => hashes(to, row, field),
        Transform::Related => related(to),
        Transform::Indicators => indicators(to, field),
        Transform::Records => records(to, row, field),
        Transform::HeaderFlags | Transform::Addresses => answers(to, row, field),
        Transform::GeoPoint => geo_point(to, row, field),
        Transform::Dataset => dataset(to, row, field),
        Transform::RunAs => run_as(to),
        Transform::ApiClient => api_client(to, row, field),
        Transform::Instance => instance(to, field),
        _ => return false,
    }
    true
}

fn categorise(to: &mut Projection<'_>, row: Row, field: &str) {
    let names = match row.transform {
        Transform::Kind => return to.set(field, event_kind::kind(to.class_uid).into()),
        Transform::Category => event_kind::category(to.class_uid, to.event),
        Transform::EventType => {
            activity(to).map_or(vec![], |name| event_kind::types(to.class_uid, name))
        }
        _ => match to.first(row.ocsf).and_then(Value::as_i64) {
            Some(1) => vec!["allowed"],
            Some(2 | 6 | 25) => vec!["denied"],
            _ => vec![],
        },
    };
    names
        .into_iter()
        .for_each(|name| to.append(field, name.into()));
}

fn activity<'e>(to: &Projection<'e>) -> Option<&'e str> {
    let members = class(to.class_uid)?.attribute("activity_id")?.enumeration?;
    members
        .caption(to.activity_id)
        .filter(|_| to.activity_id != 99)
        .or_else(|| to.first_text("activity_name"))
}

fn copies(to: &mut Projection<'_>, row: Row, field: &str) {
    let found = to.first(row.ocsf);
    match row.transform {
        Transform::Preferred => {
            if let Some(value) = found {
                to.replace(field, value.clone());
            }
        }
        Transform::Fallback(other) => {
            if let Some(value) = found.or_else(|| to.first(other)) {
                to.set(field, value.clone());
            }
        }
        Transform::AlsoTo(other) => {
            if let Some(value) = found {
                to.set(field, value.clone());
                to.set(other, value.clone());
            }
        }
        _ => {}
    }
}

fn copy_if(to: &mut Projection<'_>, row: Row, field: &str) {
    let wanted = match row.transform {
        Transform::FromSensor => {
            class(to.class_uid).is_some_and(|class| matches!(class.category_uid, 2 | 4))
        }
        Transform::WhenFailed => to.first("status_id").and_then(Value::as_i64) == Some(2),
        Transform::Kubernetes => ["metadata.product.name", "api.service.name"]
            .iter()
            .any(|path| {
                to.first_text(path)
                    .is_some_and(|name| name.to_lowercase().contains("kubernetes"))
            }),
        _ => to.activity_id == 1,
    };
    if wanted {
        to.copy(row.ocsf, field);
    }
}

/// One value, two fields.
fn pairs(to: &mut Projection<'_>, row: Row, field: &str) {
    let Some(value) = to.first(row.ocsf) else {
        return;
    };
    let (parent, _) = field.rsplit_once('.').unwrap_or((field, ""));
    match row.transform {
        Transform::Address => {
            to.set(field, value.clone());
            to.set(&format!("{parent}.address"), value.clone());
        }
        Transform::CommandLine => {
            to.set(field, value.clone());
            if let Some(line) = value.as_str() {
                to.set(&format!("{parent}.args"), arguments(line).into());
            }
        }
        Transform::TlsVersion => {
            if let Some(version) = value.as_str() {
                let number = version.trim_start_matches(|c: char| !c.is_ascii_digit());
                to.set(field, number.into());
                let protocol = if version
                    .get(..3)
                    .is_some_and(|p| p.eq_ignore_ascii_case("ssl"))
                {
                    "ssl"
                } else {
                    "tls"
                };
                to.set("tls.version_protocol", protocol.into());
            }
        }
        _ => {
            if let Some(valid) = convert::convert(row.transform, value) {
                to.set(field, valid);
            }
            to.set(&format!("{parent}.exists"), true.into());
        }
    }
}

/// Splits a command line at blanks outside double quotes.
fn arguments(line: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = line.split(|c: char| {
        quoted ^= c == '"';
        c.is_whitespace() && !quoted
    });
    parts
        .filter(|part| !part.is_empty())
        .map(|part| part.replace('"', ""))
        .collect()
}

fn file_parts(to: &mut Projection<'_>, row: Row, field: &str) {
    let found = to.first_text(row.ocsf);
    match row.transform {
        Transform::Directory => {
            let path = to.first_text("file.path");
            let parent = path
                .and_then(|path| path.rsplit_once(['\\', '/']))
                .map(|(parent, _)| parent);
            if let Some(parent) = found.or(parent) {
                to.set(field, parent.into());
            }
        }
        Transform::Extension => {
            let name = to.first_text("file.name");
            let ending = name
                .and_then(|name| name.rsplit_once('.'))
                .map(|(_, ending)| ending);
            if let Some(ending) = found
                .map(|ending| ending.strip_prefix('.').unwrap_or(ending))
                .or(ending)
            {
                to.set(field, ending.into());
            }
        }
        _ => {
            // A rename: the result is the file, what it was called before is the original.
            let Some(new) = found.filter(|_| to.activity_id == 5) else {
                return;
            };
            let old = to.first_text(field);
            to.replace(field, new.into());
            if let Some((old, part)) = old.zip(field.rsplit('.').next()) {
                to.set(&format!("file.Ext.original.{part}"), old.into());
            }
        }
    }
}

fn windows_paths(to: &mut Projection<'_>, row: Row, field: &str) {
    let Some(text) = to.first_text(row.ocsf) else {
        return;
    };
    match row.transform {
        Transform::RegistryPath => {
            let name = to.first_text("reg_value.name");
            to.set(
                field,
                name.map_or(text.to_owned(), |name| format!("{text}\\{name}"))
                    .into(),
            );
        }
        Transform::SharePath => {
            let host = to
                .first("dst_endpoint.hostname")
                .or_else(|| to.first("dst_endpoint.ip"));
            let path = match host {
                Some(host) if !text.starts_with(r"\\") => {
                    format!(r"\\{}\{}", plain_text(host), text.trim_start_matches('\\'))
                }
                _ => text.to_owned(),
            };
            to.set(field, path.into());
        }
        _ if to
            .first_text("win_resource.type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("Named Pipe")) =>
        {
            let name = text.trim_start_matches('\\');
            to.set(field, format!(r"\\.\pipe\{name}").into());
            to.set("file.name", name.into());
        }
        _ => to.set("labels.win_resource", text.into()),
    }
}

/// `process.hash.*` from the fingerprints beside the values; an import hash goes to `process.pe.imphash`.
fn hashes(to: &mut Projection<'_>, row: Row, field: &str) {
    let parent = row.ocsf.strip_suffix(".value").unwrap_or(row.ocsf);
    let prefix = field.strip_suffix('*').unwrap_or(field);
    for fingerprint in to.values(parent) {
        let Some(value) = fingerprint.get("value") else {
            continue;
        };
        let id = fingerprint
            .get("algorithm_id")
            .and_then(Value::as_i64)
            .unwrap_or(0);
        let algorithm = fingerprint
            .get("algorithm")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if let Some(name) = pick(id, HASHES) {
            to.set(&format!("{prefix}{name}"), value.clone());
        } else if algorithm.eq_ignore_ascii_case("imphash") {
            let owner = prefix.strip_suffix("hash.").unwrap_or(prefix);
            to.set(&format!("{owner}pe.imphash"), value.clone());
        }
    }
}

fn related(to: &mut Projection<'_>) {
    for observable in to.values("observables[]") {
        let id = observable.get("type_id").and_then(Value::as_i64);
        let field = id.and_then(|id| pick(id, RELATED));
        if let Some((field, value)) = field.zip(observable.get("value")) {
            to.append(field, value.clone());
        }
    }
}

fn indicators(to: &mut Projection<'_>, otherwise: &str) {
    for indicator in to.values("osint[]") {
        let Some(value) = indicator.get("value") else {
            continue;
        };
        let field = match indicator.get("type_id").and_then(Value::as_i64) {
            Some(1) => "threat.indicator.ip",
            Some(2 | 3) => "threat.indicator.url.domain",
            Some(4) => match value.as_str().map_or(0, str::len) {
                32 => "threat.indicator.file.hash.md5",
                40 => "threat.indicator.file.hash.sha1",
                64 => "threat.indicator.file.hash.sha256",
                _ => otherwise,
            },
            Some(5) => "threat.indicator.url.full",
            Some(8 | 9) => "threat.indicator.email.address",
            _ => otherwise,
        };
        to.set(field, value.clone());
    }
}

/// `answers[].ttl` → `dns.answers`: an array of objects, one for each answer.
fn records(to: &mut Projection<'_>, row: Row, field: &str) {
    let (Some((parent, from)), Some((list, name))) =
        (row.ocsf.rsplit_once('.'), field.rsplit_once('.'))
    else {
        return;
    };
    let mut records = match to.get(list) {
        Some(Value::Array(records)) => records.clone(),
        _ => Vec::new(),
    };
    for (index, answer) in to.values(parent).into_iter().enumerate() {
        if records.len() <= index {
            records.push(Value::Object(Map::new()));
        }
        if let Some(value) = answer.get(from).filter(|value| !is_empty(value)) {
            records[index][name] = value.clone();
        }
    }
    if !records.is_empty() {
        to.replace(list, records.into());
    }
}

fn answers(to: &mut Projection<'_>, row: Row, field: &str) {
    for text in to.values(row.ocsf).into_iter().filter_map(Value::as_str) {
        if row.transform == Transform::HeaderFlags {
            let flag = renamed(row.transform, text, str::to_owned);
            to.append(field, flag.into());
        } else if text.parse::<std::net::IpAddr>().is_ok() {
            to.append(field, text.into());
        }
    }
}

fn geo_point(to: &mut Projection<'_>, row: Row, field: &str) {
    let longitude = row
        .ocsf
        .strip_suffix("lat")
        .map(|parent| format!("{parent}long"));
    let latitude = to.first(row.ocsf);
    let longitude = longitude.and_then(|path| to.first(&path));
    if let Some((latitude, longitude)) = latitude.zip(longitude) {
        to.set(field, json!({ "lat": latitude, "lon": longitude }));
    }
}

fn dataset(to: &mut Projection<'_>, row: Row, field: &str) {
    let names = to
        .first_text("metadata.product.name")
        .zip(to.first_text(row.ocsf));
    if let Some((module, log)) = names {
        to.set(
            field,
            format!("{}.{}", snake(module), log.to_ascii_lowercase()).into(),
        );
    }
}

/// Windows 4648: somebody used another's credentials.
fn run_as(to: &mut Projection<'_>) {
    let names = to.first("actor.user.name").zip(to.first("user.name"));
    let explicit = to.first_text("metadata.event_code") == Some("4648");
    if let Some((actor, user)) = names.filter(|(actor, user)| explicit && actor != user) {
        to.replace("user.name", actor.clone());
        to.set("user.effective.name", user.clone());
    }
}

fn api_client(to: &mut Projection<'_>, row: Row, field: &str) {
    if let Some(value) = to.first(row.ocsf) {
        to.set(
            if to.class_uid == 6003 {
                field
            } else {
                "labels.app_name"
            },
            value.clone(),
        );
    }
}

fn instance(to: &mut Projection<'_>, field: &str) {
    for resource in to.values("resources[]") {
        let Some(uid) = resource.get("uid") else {
            continue;
        };
        let kind = resource
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if kind.to_lowercase().contains("instance") {
            to.set(field, uid.clone());
        } else {
            to.append("related.hosts", convert::plain_text(uid).into());
        }
    }
}
