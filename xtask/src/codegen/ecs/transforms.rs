//! From the table's words to variants of `aurora_ocsf::ecs::{Scope, Transform}`.

use anyhow::{Context as _, bail};

/// For which events a row holds.
pub fn scope(name: &str, class: &str) -> anyhow::Result<String> {
    Ok(match name {
        "base" | "device" | "actor" | "profile cloud/osint" => "Any".to_owned(),
        "any class with actor (not 1007/1)" => "ActorProcess".to_owned(),
        "network classes 4001-4014, 3002, 6003" => "Endpoints".to_owned(),
        // Checked against 4001, and every network class has these attributes from it.
        "network_activity" => "Network".to_owned(),
        _ => {
            let uid: u32 = class
                .parse()
                .with_context(|| format!("scope `{name}` has no class number"))?;
            format!("Class({uid})")
        }
    })
}

/// How a row's value changes on its way.
pub fn transform(ecs: &str, words: &str, note: &str) -> anyhow::Result<String> {
    if let Some(other) = note
        .strip_prefix("fallback ")
        .or_else(|| words.strip_prefix("copy, fallback "))
    {
        return Ok(format!("Fallback({other:?})"));
    }
    if note.starts_with("only when the product is a sensor") || note == "same condition" {
        return Ok("FromSensor".to_owned());
    }
    // These two are decided by the field: what is below it is made of parts.
    if ecs.starts_with("dns.answers.") {
        return Ok("Records".to_owned());
    }
    if ecs.ends_with(".hash.*") {
        return Ok("Hashes".to_owned());
    }
    let found = WORDS.iter().find(|(known, _)| *known == words);
    let found = found.or_else(|| {
        BEGINNINGS
            .iter()
            .find(|(known, _)| words.starts_with(known))
    });
    match found {
        Some((_, variant)) => Ok((*variant).to_owned()),
        None => bail!("no transform for the words `{words}`"),
    }
}

/// Whole cells.
const WORDS: &[(&str, &str)] = &[
    ("1->query 2->answer", "DnsType"),
    ("1->success 2->failure else unknown", "Outcome"),
    (
        "2001-2006 -> alert; 5xxx -> state; 1008..6xxx -> event",
        "Kind",
    ),
    ("4->ipv4 6->ipv6", "IpVersion"),
    ("append", "All"),
    ("append 1->allowed 2,6,25->denied", "Disposition"),
    ("array", "All"),
    ("bitmask -> names", "FileAttributes"),
    ("bool -> string", "Text"),
    ("copy when status_id=2", "WhenFailed"),
    ("copy; also <side>.address", "Address"),
    ("copy; <side>.address when ip absent", "Address"),
    (
        "copy; also tls.server.issuer",
        r#"AlsoTo("tls.server.issuer")"#,
    ),
    (
        "copy; also tls.server.subject",
        r#"AlsoTo("tls.server.subject")"#,
    ),
    ("copy; args = shell-split", "CommandLine"),
    ("copy; else dirname(path)", "Directory"),
    ("copy; else from name, without dot", "Extension"),
    ("copy; url.original", r#"AlsoTo("url.original")"#),
    ("copy if eTLD+1", "RegisteredDomain"),
    ("if status_id=2", "WhenFailed"),
    ("int -> hex", "Hex"),
    ("lower-case \"<module>.<log_name>\"", "Dataset"),
    ("lower-case, space and colon -> \"-\"", "Kebab"),
    ("lower-case, spaces->_", "Snake"),
    ("minutes -> \"+HH:MM\"", "Offset"),
    ("ms * 1e6 -> ns", "Nanoseconds"),
    ("number -> string", "Text"),
    ("only A/AAAA", "Addresses"),
    ("path + \"\\\" + name", "RegistryPath"),
    ("preferred when present", "Preferred"),
    (
        "rename (5): file_result -> file, file -> file.Ext.original.path",
        "Renamed",
    ),
    ("same", "Renamed"),
    ("same rule", "Ancestor"),
    ("score -> Low/Medium/High", "Confidence"),
    ("security_control: lower-case", "Lower"),
    ("strip ;charset", "MimeType"),
    ("to array", "List"),
    ("to top-level container.id", r#"AlsoTo("container.id")"#),
    ("upper-case", "Upper"),
    ("upper-case, \"-\"", "Mac"),
    ("upper-case, \":\" -> \"-\" to array", "MacList"),
    ("when HTTP number", "HttpStatus"),
    ("without hive", "WithoutHive"),
    ("without leading ?", "Query"),
    ("{lat,lon}", "GeoPoint"),
    // What remains is copied: the words say where else such a value may be found, or that ECS has no exact home.
    ("1->true", "Signature"),
    ("AWS service caller", "Copy"),
    ("download", "Copy"),
    ("if absent", "Copy"),
    ("if cloud.account.uid absent", "Copy"),
    ("if ip and hostname absent", "Copy"),
    ("inject", "Copy"),
    ("labels in strict ECS", "Copy"),
    ("linux ext. (not ECS)", "Copy"),
    ("map", "Copy"),
    ("network sensors only", "Copy"),
    ("network_proxy profile", "Copy"),
    ("number", "Copy"),
    ("service account", "Copy"),
    ("share-relative: labels.smb_relative_path", "Copy"),
    ("REG_*", "Copy"),
];

/// Cells whose first words decide. In order: the first that fits.
const BEGINNINGS: &[(&str, &str)] = &[
    ("1 -> true; present", "Signature"),
    ("1->inbound", "Direction"),
    ("3002: subject", "RunAs"),
    ("\"TLSv1.2\"", "TlsVersion"),
    ("\"\\\\host\"", "SharePath"),
    ("Authoritative Answer->AA", "HeaderFlags"),
    ("Elastic does this", "Copy"),
    ("NoError->NOERROR", "ResponseCode"),
    ("Regular File->file", "FileType"),
    ("activity 1 only", "Ancestor"),
    ("append; AWS", "All"),
    ("by osint[].type_id", "Indicators"),
    ("by type_id", "Related"),
    ("custom", "Copy"),
    ("epoch ms -> RFC3339", "Timestamp"),
    ("first component", "Hive"),
    ("first", "First"),
    ("flattened json", "JsonText"),
    ("if instance", "Instance"),
    ("if present", "Preferred"),
    ("if type Named Pipe", "NamedPipe"),
    ("k8s only", "Kubernetes"),
    ("lower-case", "Lower"),
    ("no ECS grandparent", "Copy"),
    ("no exact home", "Copy"),
    ("not in ECS", "Copy"),
    ("only 6003", "ApiClient"),
    ("per class", "EventType"),
    ("service image path", "Copy"),
    ("table: 1001 file", "Category"),
    ("zeek.session_id", "Copy"),
    ("copy", "Copy"),
];
