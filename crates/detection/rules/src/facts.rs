use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::Value;

use crate::windows::{Alias, Windows};

/// OCSF `device.os.type_id`.
const WINDOWS: i64 = 100;
const LINUX: i64 = 200;
const MACOS: i64 = 300;

/// Everything that [`Facts::new`] reads.
pub(crate) const FACTS: [&[&str]; 10] = [
    &["class_uid"],
    &["activity_id"],
    &["metadata", "event_code"],
    &["metadata", "log_provider"],
    &["metadata", "log_name"],
    &["metadata", "product", "name"],
    &["metadata", "product", "feature", "name"],
    &["metadata", "product", "vendor_name"],
    &["actor", "app_name"],
    &["device", "os", "type_id"],
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Os {
    Windows,
    Linux,
    Darwin,
    Unknown,
}

/// What is read once from an event to decide which rules are about it.
pub struct Facts<'e> {
    pub(crate) event: &'e Value,
    pub(crate) class: u64,
    pub(crate) activity: u64,
    /// `metadata.event_code`, empty when there is none.
    pub(crate) code: Cow<'e, str>,
    pub(crate) provider: Option<Alias>,
    pub(crate) channel: Option<&'e str>,
    pub(crate) os: Os,
    /// Names of what wrote the record.
    pub(crate) names: [Option<&'e str>; 6],
    /// The record inside `raw_data` when it is JSON; parsed when the first keyword asks.
    pub(crate) record: OnceCell<Option<Value>>,
}

impl<'e> Facts<'e> {
    pub(crate) fn new(event: &'e Value, windows: &'e Windows) -> Self {
        let metadata = &event["metadata"];
        let provider = metadata["log_provider"].as_str();
        let log_name = metadata["log_name"].as_str();
        let alias = windows.alias(provider, log_name);
        let names = [
            metadata["product"]["name"].as_str(),
            metadata["product"]["feature"]["name"].as_str(),
            metadata["product"]["vendor_name"].as_str(),
            log_name,
            provider,
            event["actor"]["app_name"].as_str(),
        ];
        Self {
            event,
            class: event["class_uid"].as_u64().unwrap_or_default(),
            activity: event["activity_id"].as_u64().unwrap_or_default(),
            code: code(&metadata["event_code"]),
            provider: alias,
            channel: log_name.or_else(|| windows.channel(alias?)),
            os: os(event, alias, &names),
            names,
            record: OnceCell::new(),
        }
    }

    /// The record's own text in `raw_data`, when it is JSON.
    pub(crate) fn record(&self) -> Option<&Value> {
        let parse = || {
            let text = self.event["raw_data"].as_str()?;
            let json = text.trim_start().starts_with(['{', '[']);
            if json {
                serde_json::from_str(text).ok()
            } else {
                None
            }
        };
        self.record.get_or_init(parse).as_ref()
    }
}

fn code(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(""),
    }
}

/// Classes without a device (class 0 among them) do not name the system: there its logs tell.
fn os(event: &Value, alias: Option<Alias>, names: &[Option<&str>]) -> Os {
    let named = |wanted: &[&str]| {
        names
            .iter()
            .flatten()
            .any(|name| wanted.iter().any(|w| name.eq_ignore_ascii_case(w)))
    };
    match event["device"]["os"]["type_id"].as_i64() {
        Some(WINDOWS) => Os::Windows,
        Some(LINUX) => Os::Linux,
        Some(MACOS) => Os::Darwin,
        _ if alias.is_some() || named(&["windows"]) => Os::Windows,
        _ if named(&[
            "linux", "auditd", "syslog", "sshd", "sudo", "cron", "systemd",
        ]) =>
        {
            Os::Linux
        }
        _ => Os::Unknown,
    }
}
