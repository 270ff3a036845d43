//! Short names that people expect. An OCSF name that holds a value always wins over these.

/// The targets of a short name.
pub(super) fn targets(name: &str) -> Option<&'static [&'static str]> {
    ALIASES
        .iter()
        .find(|(alias, _)| alias.eq_ignore_ascii_case(name))
        .map(|(_, targets)| *targets)
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALIASES.iter().map(|(alias, _)| *alias)
}

const ALIASES: &[(&str, &[&str])] = &[
    ("channel", &["metadata.log_name"]),
    ("class", &["class_name"]),
    ("cmd", CMD_LINE),
    ("cmd_line", CMD_LINE),
    ("command_line", CMD_LINE),
    (
        "domain",
        &[
            "query.hostname",
            "http_request.url.hostname",
            "url.hostname",
            "tls.sni",
        ],
    ),
    ("dst_host", &["dst_endpoint.hostname"]),
    ("dst_ip", &["dst_endpoint.ip"]),
    ("dst_port", &["dst_endpoint.port"]),
    ("event_code", EVENT_CODE),
    ("event_id", EVENT_CODE),
    ("eventid", EVENT_CODE),
    ("file", &["file.path", "file.name"]),
    ("filename", &["file.name"]),
    ("hash", HASHES),
    ("hashes", HASHES),
    ("host", &["device.hostname", "device.name"]),
    ("hostname", &["device.hostname", "device.name"]),
    ("image", IMAGE),
    ("ip", &["src_endpoint.ip", "dst_endpoint.ip", "device.ip"]),
    ("log_name", &["metadata.log_name"]),
    ("method", &["http_request.http_method"]),
    ("operation", &["api.operation"]),
    ("parent", PARENT),
    ("parent_image", PARENT),
    ("pid", &["process.pid", "actor.process.pid"]),
    ("port", &["src_endpoint.port", "dst_endpoint.port"]),
    ("process", IMAGE),
    ("product", &["metadata.product.name"]),
    ("query", &["query.hostname"]),
    ("raw", &["raw_data"]),
    ("registry", &["reg_key.path", "reg_value.path"]),
    (
        "rule",
        &[
            "finding_info.analytic.name",
            "finding_info.title",
            "firewall_rule.name",
        ],
    ),
    ("service", &["win_service.name", "service.name"]),
    ("src_host", &["src_endpoint.hostname"]),
    ("src_ip", &["src_endpoint.ip"]),
    ("src_port", &["src_endpoint.port"]),
    ("technique", &["finding_info.attacks[].technique.uid"]),
    ("uid", &["metadata.uid"]),
    ("url", &["http_request.url.url_string", "url.url_string"]),
    (
        "user",
        &["user.name", "actor.user.name", "process.user.name"],
    ),
    ("user_agent", &["http_request.user_agent"]),
    (
        "username",
        &["user.name", "actor.user.name", "process.user.name"],
    ),
];

const CMD_LINE: &[&str] = &["process.cmd_line", "actor.process.cmd_line"];
const EVENT_CODE: &[&str] = &["metadata.event_code"];
const IMAGE: &[&str] = &["process.file.path", "process.name"];
const PARENT: &[&str] = &[
    "process.parent_process.file.path",
    "process.parent_process.name",
];
const HASHES: &[&str] = &[
    "file.hashes[].value",
    "process.file.hashes[].value",
    "module.file.hashes[].value",
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Names, OcsfNames};

    #[test]
    fn every_alias_leads_to_attributes_of_the_schema() {
        for (alias, targets) in ALIASES {
            for target in *targets {
                let found = OcsfNames.resolve(target).unwrap();
                assert_eq!(found[0].to_string(), *target, "{alias}");
            }
        }
    }
}
