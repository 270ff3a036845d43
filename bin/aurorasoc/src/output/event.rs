//! An event, in OCSF's words or in ECS's, on one line, and whole.

use serde_json::{Map, Value};

/// What an analyst looks at first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub host: Option<String>,
    pub user: Option<String>,
    pub what: String,
}

/// Places of the host, of the user and of what happened, the most telling first.
const HOSTS: [&str; 7] = [
    "/device/hostname",
    "/host/hostname",
    "/host/name",
    "/src_endpoint/hostname",
    "/src_endpoint/ip",
    "/source/domain",
    "/source/ip",
];
const USERS: [&str; 3] = ["/actor/user/name", "/user/name", "/process/user/name"];
const WHATS: [&str; 18] = [
    "/process/cmd_line",
    "/process/command_line",
    "/message",
    "/finding_info/title",
    "/rule/name",
    "/http_request/url/url_string",
    "/url/original",
    "/query/hostname",
    "/dns/question/name",
    "/file/path",
    "/registry/path",
    "/reg_value/path",
    "/reg_key/path",
    "/api/operation",
    "/event/action",
    "/process/file/path",
    "/dst_endpoint/ip",
    "/destination/ip",
];

impl Shown {
    pub fn of(event: &Value) -> Self {
        let first = |places: &[&str]| places.iter().find_map(|place| text(event.pointer(place)?));
        Self {
            host: first(&HOSTS),
            user: first(&USERS),
            what: first(&WHATS)
                .or_else(|| unclassed(event))
                .or_else(|| text(event.get("type_name")?))
                .unwrap_or_else(|| short_json(event)),
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// An event of no class is told by its source's own number and fields.
fn unclassed(event: &Value) -> Option<String> {
    if event.get("class_uid")?.as_u64()? != 0 {
        return None;
    }
    let own = |place: &str| text(event.pointer(place)?);
    let fields = event.get("unmapped").and_then(Value::as_object)?;
    let fields = fields.iter().map(|(name, value)| match value {
        Value::String(text) => format!("{name}={text}"),
        other => format!("{name}={other}"),
    });
    let code = own("/metadata/event_code").map(|code| format!("event {code}"));
    let told: Vec<String> = code.into_iter().chain(fields).collect();
    (!told.is_empty()).then(|| told.join(" "))
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
        let same = json!({
            "host": {"hostname": "ws1"},
            "user": {"name": "ann"},
            "process": {"command_line": "whoami /all"},
        });
        assert_eq!(Shown::of(&same), shown);
        assert_eq!(Shown::of(&json!({"a": 1, "time": 5})).what, r#"{"a":1}"#);
    }

    #[test]
    fn an_event_of_no_class_is_told_by_what_its_source_said() {
        let event = json!({
            "class_uid": 0,
            "type_name": "Base Event: Unknown",
            "metadata": {"event_code": "4104"},
            "unmapped": {"ScriptBlockText": "iex x", "MessageNumber": 1},
        });
        let told = "event 4104 ScriptBlockText=iex x MessageNumber=1";
        assert_eq!(Shown::of(&event).what, told);
        let empty = json!({"class_uid": 0, "type_name": "Base Event: Unknown", "unmapped": {}});
        assert_eq!(Shown::of(&empty).what, "Base Event: Unknown");
    }
}
