use aurora_nearest::nearest;
use aurora_ocsf::{Attribute, Path, Step};

use super::{Names, Target, UnknownName, alias};
use crate::EcsField;

/// OCSF 1.3 names first, then the short names people expect, then ECS; `ecs:` forces ECS.
#[derive(Clone, Copy, Debug, Default)]
pub struct OcsfNames;

impl Names for OcsfNames {
    fn resolve(&self, name: &str) -> Result<Vec<Target>, UnknownName> {
        if let Some(field) = name.strip_prefix("ecs:") {
            return ecs(field).ok_or_else(|| unknown(name));
        }
        let found = Path::parse(name)
            .ok()
            .map_or(Found::Nothing, |path| in_schema(&path));
        if let Found::Value(path) = found {
            return Ok(vec![Target::Path(path)]);
        }
        if name == "source" {
            return Ok(vec![Target::Source]);
        }
        if let Some(targets) = alias::targets(name) {
            return Ok(targets.iter().map(|target| known(target)).collect());
        }
        if let Some(targets) = ecs(name) {
            return Ok(targets);
        }
        match found {
            Found::Object { example } => Err(UnknownName::Object {
                example: example.to_owned(),
            }),
            _ => Err(unknown(name)),
        }
    }
}

fn ecs(field: &str) -> Option<Vec<Target>> {
    EcsField::new(field).map(|field| vec![Target::Ecs(field)])
}

fn known(path: &str) -> Target {
    Target::Path(Path::parse(path).expect("the table of short names holds paths"))
}

enum Found {
    Nothing,
    Object { example: &'static str },
    Value(Path),
}

/// Looks in every class; one that holds a value there is preferred to one that holds an object.
fn in_schema(path: &Path) -> Found {
    let mut found = Found::Nothing;
    for class in aurora_ocsf::classes() {
        match in_attributes(class.shape.attributes, path.steps()) {
            Found::Value(path) => return Found::Value(path),
            Found::Object { example } => found = Found::Object { example },
            Found::Nothing => {}
        }
    }
    found
}

/// Walks the schema, adding the `[]` that the writer may leave out.
fn in_attributes(mut attributes: &[&'static Attribute], steps: &[Step]) -> Found {
    let mut text = String::new();
    let mut steps = steps.iter().peekable();
    while let Some(step) = steps.next() {
        let Step::Key(key) = step else {
            return Found::Nothing;
        };
        let Some(attribute) = attributes.iter().find(|a| a.name == &**key) else {
            return Found::Nothing;
        };
        text.push_str(if text.is_empty() { "" } else { "." });
        text.push_str(attribute.name);
        match steps.peek() {
            Some(Step::Each | Step::Index(_)) if !attribute.is_array => return Found::Nothing,
            Some(Step::Index(index)) => text.push_str(&format!("[{index}]")),
            _ if attribute.is_array => text.push_str("[]"),
            _ => {}
        }
        steps.next_if(|next| !matches!(next, Step::Key(_)));
        if attribute.is_free_form() {
            return free_form(text, steps);
        }
        match (attribute.object, steps.peek()) {
            (Some(object), Some(_)) => attributes = object.shape.attributes,
            (Some(object), None) => {
                return Found::Object {
                    example: example(object.shape.attributes),
                };
            }
            (None, Some(_)) => return Found::Nothing,
            (None, None) => return value(&text),
        }
    }
    Found::Nothing
}

/// Below `unmapped` and its like every name is right.
fn free_form<'s>(mut text: String, rest: impl Iterator<Item = &'s Step>) -> Found {
    let mut rest = rest.peekable();
    if rest.peek().is_none() && text == "unmapped" {
        return Found::Object { example: "EventID" };
    }
    for step in rest {
        match step {
            Step::Key(key) => text.push_str(&format!(".{}", quoted(key))),
            Step::Index(index) => text.push_str(&format!("[{index}]")),
            Step::Each => text.push_str("[]"),
        }
    }
    value(&text)
}

fn value(text: &str) -> Found {
    Path::parse(text).map_or(Found::Nothing, Found::Value)
}

/// A key as `Path` writes it.
fn quoted(key: &str) -> String {
    let plain = !key.is_empty() && !key.contains(['.', '[', ']', '"']);
    if plain {
        key.to_owned()
    } else {
        json_string(key)
    }
}

fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn example(attributes: &[&'static Attribute]) -> &'static str {
    let named = |name: &str| attributes.iter().find(|a| a.name == name);
    let scalar = || attributes.iter().find(|a| a.object.is_none());
    named("name")
        .or_else(|| named("uid"))
        .or_else(scalar)
        .map_or("name", |a| a.name)
}

fn unknown(name: &str) -> UnknownName {
    let common = COMMON.iter().copied().chain(alias::names());
    let nearest = match nearest(name, common) {
        Some(found) => Some(found.to_owned()),
        None => sibling(name),
    };
    UnknownName::NoSuchField { nearest }
}

/// The nearest attribute beside the first name that does not exist.
fn sibling(name: &str) -> Option<String> {
    let path = Path::parse(name).ok()?;
    let keys: Vec<&str> = path.keys().collect();
    for class in aurora_ocsf::classes() {
        let mut attributes = class.shape.attributes;
        for (depth, key) in keys.iter().enumerate() {
            match attributes.iter().find(|a| a.name == *key) {
                Some(attribute) => match attribute.object {
                    Some(object) => attributes = object.shape.attributes,
                    None => break,
                },
                None if depth == 0 => break,
                None => {
                    let Some(near) = nearest(key, attributes.iter().map(|a| a.name)) else {
                        break;
                    };
                    let mut full = keys[..depth].to_vec();
                    full.push(near);
                    return Some(full.join("."));
                }
            }
        }
    }
    let tops = aurora_ocsf::classes()
        .iter()
        .flat_map(|class| class.shape.attributes);
    nearest(name, tops.map(|a| a.name)).map(str::to_owned)
}

/// Full names that a typo is most often near to.
const COMMON: &[&str] = &[
    "activity_name",
    "actor.process.cmd_line",
    "actor.process.file.path",
    "actor.process.name",
    "actor.user.name",
    "api.operation",
    "class_name",
    "class_uid",
    "device.hostname",
    "device.ip",
    "dst_endpoint.hostname",
    "dst_endpoint.ip",
    "dst_endpoint.port",
    "file.name",
    "file.path",
    "metadata.event_code",
    "metadata.log_name",
    "process.cmd_line",
    "process.file.path",
    "process.name",
    "process.parent_process.cmd_line",
    "process.parent_process.file.path",
    "process.parent_process.name",
    "process.pid",
    "process.user.name",
    "query.hostname",
    "raw_data",
    "severity",
    "severity_id",
    "src_endpoint.hostname",
    "src_endpoint.ip",
    "src_endpoint.port",
    "user.name",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(name: &str) -> String {
        match OcsfNames.resolve(name) {
            Ok(targets) => {
                let targets: Vec<_> = targets.iter().map(Target::to_string).collect();
                targets.join(" ")
            }
            Err(why) => format!("{why:?}"),
        }
    }

    #[test]
    fn names_lead_to_paths() {
        for (name, wanted) in [
            ("process.cmd_line", "process.cmd_line"),
            ("file.hashes.value", "file.hashes[].value"),
            ("answers[1].rdata", "answers[1].rdata"),
            ("metadata.labels", "metadata.labels[]"),
            ("unmapped.LogonType", "unmapped.LogonType"),
            ("unmapped.\"a.b\"", "unmapped.\"a.b\""),
            ("user.name", "user.name"),
            ("src_ip", "src_endpoint.ip"),
            ("EventID", "metadata.event_code"),
            ("host", "device.hostname device.name"),
            ("source", "source"),
            (
                "source.ip",
                "src_endpoint.ip, evidences[].src_endpoint.ip, email.x_originating_ip[]",
            ),
            ("ecs:event.code", "metadata.event_code"),
            ("event.outcome", "status_id"),
            (
                "ecs:dns.question.name",
                "query.hostname, evidences[].query.hostname",
            ),
            ("class_uid", "class_uid"),
        ] {
            assert_eq!(resolved(name), wanted);
        }
    }

    #[test]
    fn a_wrong_name_finds_the_right_one() {
        for (name, near) in [
            ("process.cmdline", "process.cmd_line"),
            ("proces.name", "process.name"),
            (
                "device.hw_info.bios_manufactuer",
                "device.hw_info.bios_manufacturer",
            ),
            ("severty_id", "severity_id"),
        ] {
            let wanted = UnknownName::NoSuchField {
                nearest: Some(near.to_owned()),
            };
            assert_eq!(OcsfNames.resolve(name), Err(wanted));
        }
        let wanted = UnknownName::Object {
            example: "name".to_owned(),
        };
        assert_eq!(OcsfNames.resolve("actor.process"), Err(wanted));
    }
}
