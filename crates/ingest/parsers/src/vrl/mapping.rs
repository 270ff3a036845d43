//! Functions that bring what many sources say to OCSF's words.

use vrl::value::{ObjectMap, Value};

use super::native::{Values, whole};

/// Verbs in the names of operations, with the activity of OCSF 6003 that they stand for.
const VERBS: &[(i64, &[&str])] = &[
    (
        1,
        &[
            "create",
            "add",
            "insert",
            "new",
            "register",
            "run",
            "allocate",
            "generate",
            "import",
            "request",
            "issue",
            "provision",
            "enroll",
            "invite",
            "install",
            "upload",
            "publish",
            "push",
            "submit",
        ],
    ),
    (
        2,
        &[
            "get", "list", "read", "describe", "head", "lookup", "search", "query", "scan",
            "select", "view", "download", "preview", "simulate", "decrypt", "test", "check",
            "fetch", "watch", "export", "batchget", "clone", "pull",
        ],
    ),
    (
        3,
        &[
            "update",
            "modify",
            "put",
            "patch",
            "set",
            "write",
            "change",
            "edit",
            "attach",
            "detach",
            "enable",
            "disable",
            "associate",
            "disassociate",
            "start",
            "stop",
            "reboot",
            "restart",
            "tag",
            "untag",
            "authorize",
            "revoke",
            "grant",
            "replace",
            "reset",
            "restore",
            "share",
            "send",
            "cancel",
            "activate",
            "deactivate",
            "suspend",
            "unsuspend",
            "rename",
            "move",
            "rotate",
            "lock",
            "unlock",
            "assign",
            "unassign",
            "transfer",
            "block",
            "unblock",
            "configure",
            "apply",
            "expire",
        ],
    ),
    (
        4,
        &[
            "delete",
            "remove",
            "destroy",
            "terminate",
            "deregister",
            "release",
            "purge",
            "leave",
            "drop",
            "uninstall",
            "unregister",
            "deletecollection",
        ],
    ),
];

pub(super) fn crud(values: &Values<'_>) -> Value {
    let name = values[0].to_str().unwrap_or_default();
    let last = name.rsplit(['.', '/', ':']).next().unwrap_or_default();
    // `images.setIamPolicy` says it in its last part, `roles.assign.app` before it.
    let found = words_of(last)
        .find_map(|word| activity(&word))
        .or_else(|| words_of(name).filter_map(|word| activity(&word)).last());
    Value::Integer(found.unwrap_or(99))
}

fn activity(word: &str) -> Option<i64> {
    let of = |(_, verbs): &&(i64, &[&str])| verbs.contains(&word);
    VERBS.iter().find(of).map(|(activity, _)| *activity)
}

/// `setIamPolicy`, `SET_IAM_POLICY` and `set-iam-policy` are the same words, in lower case.
fn words_of(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .flat_map(|part| {
            let mut words = vec![String::new()];
            let mut before = None;
            for c in part.chars() {
                let begins =
                    c.is_ascii_uppercase() && before.is_some_and(|b: char| !b.is_ascii_uppercase());
                if begins {
                    words.push(String::new());
                }
                let word = words.last_mut().expect("one word is always there");
                word.push(c.to_ascii_lowercase());
                before = Some(c);
            }
            words
        })
}

/// OCSF's fingerprint algorithms by the names that sources use, with the digits of a value.
const ALGORITHMS: &[(&str, i64, Option<usize>)] = &[
    ("md5", 1, Some(32)),
    ("sha1", 2, Some(40)),
    ("sha256", 3, Some(64)),
    ("sha512", 4, Some(128)),
    ("ctph", 5, None),
    ("ssdeep", 5, None),
    ("tlsh", 6, None),
    ("imphash", 99, Some(32)),
];

pub(super) fn digests(values: &Values<'_>) -> Value {
    let found: Vec<Value> = match &*values[0] {
        Value::Object(map) => map
            .iter()
            .filter_map(|(name, value)| digest(name, value.to_str()?))
            .collect(),
        Value::Array(values) => values.iter().filter_map(|v| bare(v.to_str()?)).collect(),
        text => match text.to_str() {
            Some(text) if text.contains('=') => text
                .split(',')
                .filter_map(|pair| pair.split_once('='))
                .filter_map(|(name, value)| digest(name.trim(), value.trim()))
                .collect(),
            Some(text) => bare(text).into_iter().collect(),
            None => Vec::new(),
        },
    };
    if found.is_empty() {
        Value::Null
    } else {
        Value::Array(found)
    }
}

fn digest(name: &str, value: &str) -> Option<Value> {
    let plain = name.to_ascii_lowercase().replace(['-', '_'], "");
    let (known, id, _) = ALGORITHMS.iter().find(|(known, ..)| *known == plain)?;
    // A digest of nothing but zeros says that none was made.
    let said = !value.is_empty() && value.bytes().any(|byte| byte != b'0');
    said.then(|| fingerprint(*id, value, (*id == 99).then(|| known.to_ascii_uppercase())))
}

/// A digest without its algorithm's name is told by its length.
fn bare(value: &str) -> Option<Value> {
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of = |(name, _, digits): &&(&str, i64, Option<usize>)| {
        *name != "imphash" && *digits == Some(value.len())
    };
    let (_, id, _) = ALGORITHMS.iter().find(of).filter(|_| hex)?;
    Some(fingerprint(*id, value, None))
}

fn fingerprint(id: i64, value: &str, algorithm: Option<String>) -> Value {
    let mut map = ObjectMap::from([
        ("algorithm_id".into(), Value::Integer(id)),
        ("value".into(), Value::from(value)),
    ]);
    if let Some(algorithm) = algorithm {
        map.insert("algorithm".into(), Value::from(algorithm));
    }
    Value::Object(map)
}

pub(super) fn file_of(values: &Values<'_>) -> Value {
    let Some(path) = values[0].to_str().filter(|path| !path.is_empty()) else {
        return Value::Null;
    };
    let trimmed = path.trim_end_matches(['/', '\\']);
    let (folder, name) = match trimmed.rfind(['/', '\\']) {
        Some(at) => (Some(&trimmed[..at.max(1)]), &trimmed[at + 1..]),
        None => (None, trimmed),
    };
    let name = if name.is_empty() { path } else { name };
    let mut file = ObjectMap::from([
        ("name".into(), Value::from(name)),
        ("path".into(), Value::from(path)),
        (
            "type_id".into(),
            Value::Integer(if trimmed == path { 1 } else { 2 }),
        ),
    ]);
    if let Some(folder) = folder {
        file.insert("parent_folder".into(), Value::from(folder));
    }
    Value::Object(file)
}

/// By the order of OCSF's enumeration, from 1.
const METHODS: [&str; 8] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE",
];

pub(super) fn http_verb(values: &Values<'_>) -> Value {
    let method = values[0].to_str().unwrap_or_default();
    if method.is_empty() || method == "-" {
        return Value::Integer(0);
    }
    let known = (1..)
        .zip(METHODS)
        .find(|(_, known)| known.eq_ignore_ascii_case(method));
    Value::Integer(known.map_or(99, |(id, _)| id))
}

/// The method as OCSF writes it; null for one that is not listed, such as `PATCH`.
pub(super) fn http_method(values: &Values<'_>) -> Value {
    let method = values[0].to_str().unwrap_or_default();
    let known = METHODS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(method));
    known.map_or(Value::Null, |known| Value::from(*known))
}

/// IANA's protocol numbers that appear in logs.
const PROTOCOLS: &[(i64, &str)] = &[
    (0, "hopopt"),
    (1, "icmp"),
    (2, "igmp"),
    (4, "ipv4"),
    (6, "tcp"),
    (17, "udp"),
    (41, "ipv6"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "ipv6-icmp"),
    (88, "eigrp"),
    (89, "ospf"),
    (103, "pim"),
    (112, "vrrp"),
    (132, "sctp"),
];

pub(super) fn protocol(values: &Values<'_>) -> Value {
    if let Some(number) = whole(&values[0]) {
        let known = PROTOCOLS.iter().find(|(known, _)| *known == number);
        return known.map_or(Value::Null, |(_, name)| Value::from(*name));
    }
    match values[0].to_str() {
        Some(name) if !name.is_empty() && name != "-" => Value::from(name.to_ascii_lowercase()),
        _ => Value::Null,
    }
}

pub(super) fn severity(values: &Values<'_>) -> Value {
    let word = values[0].to_str().unwrap_or_default().to_ascii_lowercase();
    let id = match word.as_str() {
        "informational" | "information" | "info" | "debug" | "trace" | "verbose" | "default"
        | "none" => 1,
        "low" | "notice" | "very-low" => 2,
        "medium" | "moderate" | "warning" | "warn" => 3,
        "high" | "error" | "err" | "severe" => 4,
        "critical" | "crit" | "alert" | "very-high" => 5,
        "fatal" | "emergency" | "emerg" | "panic" => 6,
        _ => return Value::Null,
    };
    Value::Integer(id)
}

pub(super) fn url_of(values: &Values<'_>) -> Value {
    let Some(text) = values[0]
        .to_str()
        .filter(|text| !text.is_empty() && *text != "-")
    else {
        return Value::Null;
    };
    let mut url = ObjectMap::from([("url_string".into(), Value::from(text))]);
    let rest = match text.split_once("://") {
        Some((scheme, rest))
            if scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) =>
        {
            url.insert("scheme".into(), Value::from(scheme));
            let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
            let (authority, rest) = rest.split_at(end);
            let host = authority.rsplit('@').next().unwrap_or(authority);
            let (host, port) = match host.rsplit_once(':') {
                Some((host, port)) if !host.is_empty() => match port.parse::<u16>() {
                    Ok(port) => (host, Some(port)),
                    Err(_) => (authority, None),
                },
                _ => (host, None),
            };
            if !host.is_empty() {
                url.insert("hostname".into(), Value::from(host));
            }
            if let Some(port) = port {
                url.insert("port".into(), Value::Integer(port.into()));
            }
            rest
        }
        _ => text,
    };
    if rest.starts_with(['/', '?']) {
        let (path, query) = rest
            .split_once('?')
            .map_or((rest, None), |(p, q)| (p, Some(q)));
        if !path.is_empty() {
            url.insert("path".into(), Value::from(path));
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            url.insert("query_string".into(), Value::from(query));
        }
    }
    Value::Object(url)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use expect_test::{Expect, expect};
    use vrl::value;

    use super::*;

    fn check(call: fn(&Values<'_>) -> Value, texts: &[&str], wanted: Expect) {
        let each = |text: &&str| {
            let value = value!(*text);
            format!("{text}: {}\n", call(&[Cow::Borrowed(&value)]))
        };
        wanted.assert_eq(&texts.iter().map(each).collect::<String>());
    }

    #[test]
    fn operations_tell_what_they_do() {
        check(
            crud,
            &[
                "CreateUser",
                "v1.compute.images.setIamPolicy",
                "MICROSOFT.AUTOMATION/AUTOMATIONACCOUNTS/RUNBOOKS/DELETE",
                "user.lifecycle.activate",
                "DELETE_ROLE",
                "io.k8s.core.v1.pods.list",
                "git.push",
                "frobnicate",
                "",
            ],
            expect![[r#"
                CreateUser: 1
                v1.compute.images.setIamPolicy: 3
                MICROSOFT.AUTOMATION/AUTOMATIONACCOUNTS/RUNBOOKS/DELETE: 4
                user.lifecycle.activate: 3
                DELETE_ROLE: 4
                io.k8s.core.v1.pods.list: 2
                git.push: 1
                frobnicate: 99
                : 99
            "#]],
        );
    }

    #[test]
    fn digests_are_known_by_name_or_length() {
        check(
            digests,
            &[
                "MD5=0cc175b9c0f1b6a831c399e269772661,IMPHASH=00000000000000000000000000000000",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "-",
            ],
            expect![[r#"
                MD5=0cc175b9c0f1b6a831c399e269772661,IMPHASH=00000000000000000000000000000000: [{ "algorithm_id": 1, "value": "0cc175b9c0f1b6a831c399e269772661" }]
                da39a3ee5e6b4b0d3255bfef95601890afd80709: [{ "algorithm_id": 2, "value": "da39a3ee5e6b4b0d3255bfef95601890afd80709" }]
                -: null
            "#]],
        );
    }

    #[test]
    fn paths_and_urls_have_parts() {
        check(
            file_of,
            &["/usr/bin/ssh", "C:\\a\\b.exe", "name", "/", "/tmp/"],
            expect![[r#"
                /usr/bin/ssh: { "name": "ssh", "parent_folder": "/usr/bin", "path": "/usr/bin/ssh", "type_id": 1 }
                C:\a\b.exe: { "name": "b.exe", "parent_folder": "C:\\a", "path": "C:\\a\\b.exe", "type_id": 1 }
                name: { "name": "name", "path": "name", "type_id": 1 }
                /: { "name": "/", "path": "/", "type_id": 2 }
                /tmp/: { "name": "tmp", "parent_folder": "/", "path": "/tmp/", "type_id": 2 }
            "#]],
        );
        check(
            url_of,
            &["https://u@h.example:8443/a?b=c", "/a", "h.example", "-"],
            expect![[r#"
                https://u@h.example:8443/a?b=c: { "hostname": "h.example", "path": "/a", "port": 8443, "query_string": "b=c", "scheme": "https", "url_string": "https://u@h.example:8443/a?b=c" }
                /a: { "path": "/a", "url_string": "/a" }
                h.example: { "url_string": "h.example" }
                -: null
            "#]],
        );
    }
}
