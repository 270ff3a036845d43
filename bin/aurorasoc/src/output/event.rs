//! An OCSF event on one line, and whole.

use serde_json::{Map, Value};

/// What an analyst looks at first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub host: Option<String>,
    pub user: Option<String>,
    pub what: String,
}

/// Places of the host, of the user and of what happened, the most telling first.
const HOSTS: [&str; 3] = [
    "/device/hostname",
    "/src_endpoint/hostname",
    "/src_endpoint/ip",
];
const USERS: [&str; 3] = ["/actor/user/name", "/user/name", "/process/user/name"];
const WHATS: [&str; 12] = [
    "/process/cmd_line",
    "/message",
    "/finding_info/title",
    "/http_request/url/url_string",
    "/query/hostname",
    "/file/path",
    "/reg_value/path",
    "/reg_key/path",
    "/api/operation",
    "/process/file/path",
    "/dst_endpoint/ip",
    "/type_name",
];

impl Shown {
    pub fn of(event: &Value) -> Self {
        let first = |places: &[&str]| places.iter().find_map(|place| text(event.pointer(place)?));
        Self {
            host: first(&HOSTS),
            user: first(&USERS),
            what: first(&WHATS).unwrap_or_else(|| short_json(event)),
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn short_json(event: &Value) -> String {
    let known = ["metadata", "raw_data", "time"];
    match event.as_object() {
        Some(fields) => {
            let rest = fields
                .iter()
                .filter(|(name, _)| !known.contains(&name.as_str()));
            let rest: Map<_, _> = rest
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            Value::Object(rest).to_string()
        }
        None => event.to_string(),
    }
}

/// A document's lines, indented. The lines are ours; what stands in them is not.
pub fn pretty(value: &Value) -> Vec<String> {
    let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_process_is_told_by_its_command_line() {
        let event = json!({
            "device": {"hostname": "ws1"},
            "actor": {"user": {"name": "ann"}},
            "process": {"cmd_line": "whoami /all"},
            "type_name": "Process Activity: Launch",
        });
        let shown = Shown::of(&event);
        assert_eq!(shown.what, "whoami /all");
        assert_eq!(
            (shown.host.as_deref(), shown.user.as_deref()),
            (Some("ws1"), Some("ann"))
        );
        assert_eq!(Shown::of(&json!({"a": 1, "time": 5})).what, r#"{"a":1}"#);
    }
}
