//! ECS's four categorisation fields: `event.kind`, `event.category`, `event.type` from class and activity.

use serde_json::Value;

use super::convert::is_empty;
use crate::schema::class;

/// `event.kind`
pub fn kind(class_uid: u32) -> &'static str {
    match category_of(class_uid) {
        2 => "alert",
        5 => "state",
        _ => "event",
    }
}

/// `event.category`; may be empty.
pub(super) fn category(class_uid: u32, event: &Value) -> Vec<&'static str> {
    let mut names = category_of_class(class_uid).to_vec();
    let holds = |name: &str| event.get(name).is_some_and(|value| !is_empty(value));
    if class_uid == 2004 && holds("malware") {
        names.push("malware");
    }
    if class_uid == 6003 && holds("http_request") {
        names.push("web");
    }
    names
}

/// What the class alone says about `event.category`. Of 2004 also `malware` when it has a `malware`, of 6003 also `web`
/// when it has an `http_request`.
pub fn category_of_class(class_uid: u32) -> &'static [&'static str] {
    match class_uid {
        1001 => &["file"],
        1002 | 1003 => &["driver"],
        1004 | 1007 => &["process"],
        1005 => &["library"],
        1006 | 5002 | 201004 => &["configuration"],
        2002 => &["vulnerability"],
        2004 => &["threat", "intrusion_detection"],
        3002 => &["authentication"],
        3003 => &["session"],
        4002 => &["web", "network"],
        4009 => &["email"],
        6002 => &["package"],
        6003 => &["api"],
        6005 => &["database"],
        201001 | 201002 => &["registry"],
        1008 | 201003 => &["host"],
        _ => match category_of(class_uid) {
            2 => &["threat"],
            3 => &["iam"],
            4 => &["network"],
            5 => &["host"],
            _ => &[],
        },
    }
}

fn category_of(class_uid: u32) -> u32 {
    class(class_uid).map_or(0, |class| class.category_uid)
}

/// `event.type`, from the words of the activity's name. `info` when nothing fits.
pub fn types(class_uid: u32, activity: &str) -> Vec<&'static str> {
    let network = category_of(class_uid) == 4;
    let mut types: Vec<&'static str> = ACTIVITY_WORDS
        .iter()
        .filter(|(word, _)| {
            activity
                .split(' ')
                .any(|part| part.eq_ignore_ascii_case(word))
        })
        .map(|(_, name)| *name)
        .collect();
    types.dedup();
    if activity.eq_ignore_ascii_case("open") {
        types.push(if network { "start" } else { "access" });
    }
    if network
        && types
            .iter()
            .any(|name| ["start", "end", "denied"].contains(name))
    {
        types.insert(0, "connection");
    }
    match class_uid {
        3001 | 3005 => types.push("user"),
        3006 => types.push("group"),
        _ => {}
    }
    if types.is_empty() {
        types.push("info");
    }
    types
}

/// Words in names of activities, and the `event.type` that each gives. A name that is `open` alone gives one by itself.
pub const ACTIVITY_WORDS: &[(&str, &str)] = &[
    ("access", "access"),
    ("close", "end"),
    ("create", "creation"),
    ("delete", "deletion"),
    ("deny", "denied"),
    ("get", "access"),
    ("install", "installation"),
    ("launch", "start"),
    ("load", "start"),
    ("logoff", "end"),
    ("logon", "start"),
    ("modify", "change"),
    ("query", "protocol"),
    ("read", "access"),
    ("refuse", "denied"),
    ("remove", "deletion"),
    ("rename", "change"),
    ("response", "protocol"),
    ("set", "change"),
    ("start", "start"),
    ("stop", "end"),
    ("terminate", "end"),
    ("traffic", "connection"),
    ("unload", "end"),
    ("update", "change"),
    ("write", "change"),
];
