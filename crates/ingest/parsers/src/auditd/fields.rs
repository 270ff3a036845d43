//! The `key=value` part of a record.

use std::borrow::Cow;

use super::line::Record;

/// In the record's order; a name may stand more than once.
pub(super) type Fields = Vec<(String, String)>;

/// Fields that the kernel or auditd writes in hexadecimal when they hold a blank, a quote or a control character.
const ENCODED: [&str; 19] = [
    "acct",
    "cmd",
    "comm",
    "cwd",
    "data",
    "device",
    "dir",
    "exe",
    "file",
    "grp",
    "key",
    "name",
    "new-disk",
    "new_group",
    "ocomm",
    "old-disk",
    "path",
    "proctitle",
    "vm",
];

/// Names of the numbers in `include/uapi/linux/audit.h` that reach logs without a daemon to name them.
const KINDS: [(u16, &str); 22] = [
    (1100, "USER_AUTH"),
    (1101, "USER_ACCT"),
    (1103, "CRED_ACQ"),
    (1104, "CRED_DISP"),
    (1105, "USER_START"),
    (1106, "USER_END"),
    (1112, "USER_LOGIN"),
    (1130, "SERVICE_START"),
    (1131, "SERVICE_STOP"),
    (1300, "SYSCALL"),
    (1302, "PATH"),
    (1305, "CONFIG_CHANGE"),
    (1306, "SOCKADDR"),
    (1307, "CWD"),
    (1309, "EXECVE"),
    (1320, "EOE"),
    (1325, "NETFILTER_CFG"),
    (1326, "SECCOMP"),
    (1327, "PROCTITLE"),
    (1334, "BPF"),
    (1400, "AVC"),
    (1701, "ANOM_ABEND"),
];

/// An argument list beyond this is cut; the record's text has the rest.
const MAX_ARGUMENTS: usize = 4096;

/// Separates what auditd added (`ENRICHED` log format) from what the kernel wrote.
const ENRICHMENT: char = '\x1d';

pub(super) fn kind_of_number(number: u16) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(known, _)| *known == number)
        .map(|(_, name)| *name)
}

/// Fills in `fields` and, for an `EXECVE`, `argv`.
pub(super) fn read(record: &mut Record, text: &str) {
    let mut fields = Vec::with_capacity(32);
    pairs(text, &mut fields);
    if record.kind == "EXECVE" {
        arguments(record, fields);
        return;
    }
    record.fields.reserve(fields.len());
    for pair in fields {
        if let Some(value) = pair.decoded() {
            record.fields.push((pair.key.to_owned(), value));
        }
    }
}

/// A field as it came.
struct Pair<'t> {
    key: &'t str,
    value: Cow<'t, str>,
    /// It stood in quotes, and is thus not encoded.
    quoted: bool,
}

impl<'t> Pair<'t> {
    fn quoted(key: &'t str, value: impl Into<Cow<'t, str>>) -> Self {
        let (value, quoted) = (value.into(), true);
        Self { key, value, quoted }
    }

    fn bare(key: &'t str, value: &'t str) -> Self {
        let (value, quoted) = (Cow::Borrowed(value), false);
        Self { key, value, quoted }
    }

    /// The value as it was meant; `None` for what says that there is none.
    fn decoded(&self) -> Option<String> {
        let value = &*self.value;
        match value {
            _ if self.quoted => Some(value.to_owned()),
            "" | "?" | "(null)" | "(none)" => None,
            _ if ENCODED.contains(&self.key) => Some(self.unhexed()),
            plain => Some(plain.to_owned()),
        }
    }

    /// The value, decoded when it is encoded.
    fn unhexed(&self) -> String {
        let decoded = (!self.quoted).then(|| unhex(&self.value)).flatten();
        decoded.unwrap_or_else(|| self.value.to_string())
    }
}

fn pairs<'t>(text: &'t str, fields: &mut Vec<Pair<'t>>) {
    let mut rest = text;
    let mut loose = Vec::new();
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',', ENRICHMENT]);
        if rest.is_empty() {
            break;
        }
        let end = rest
            .find(['=', ' ', '\t', ENRICHMENT])
            .unwrap_or(rest.len());
        let word = &rest[..end];
        if rest[end..].starts_with('=') && !word.is_empty() {
            rest = value(word, &rest[end + 1..], fields);
        } else if word.starts_with('{') {
            let close = rest.find('}').map_or(rest.len(), |at| at + 1);
            let inner = rest[..close].trim_matches(['{', '}', ' ']);
            fields.push(Pair::quoted("perms", inner));
            rest = &rest[close..];
        } else {
            if !matches!(word, "" | ":" | "type" | "user") {
                loose.push(word);
            }
            rest = &rest[end.max(1).min(rest.len())..];
        }
    }
    if !loose.is_empty() {
        fields.push(Pair::quoted("text", loose.join(" ")));
    }
}

/// Reads the value at the start of `rest`, and gives what follows it.
fn value<'t>(key: &'t str, rest: &'t str, fields: &mut Vec<Pair<'t>>) -> &'t str {
    let whole = rest.len();
    let (pair, after) = match rest.as_bytes().first() {
        Some(b'"') => {
            let end = rest[1..].find('"').map_or(whole, |at| at + 1);
            let after = &rest[(end + 1).min(whole)..];
            (Pair::quoted(key, &rest[1..end]), after)
        }
        Some(b'\'') => {
            let section = rest.find(ENRICHMENT).unwrap_or(whole);
            let end = rest[1..section].rfind('\'').map_or(section, |at| at + 1);
            pairs(&rest[1..end], fields);
            return &rest[(end + 1).min(whole)..];
        }
        Some(b'{' | b'[') => {
            let close = if rest.starts_with('{') { '}' } else { ']' };
            let end = rest.find(close).map_or(whole, |at| at + 1);
            (Pair::quoted(key, &rest[..end]), &rest[end..])
        }
        _ => {
            let end = rest.find([' ', '\t', ENRICHMENT]).unwrap_or(whole);
            // Old records wrote `(hostname=?, addr=?, res=success)`; `(null)` is a value of its own.
            let closers: &[char] = if rest.starts_with('(') {
                &[',']
            } else {
                &[',', ')', '\'']
            };
            let text = rest[..end].trim_end_matches(closers);
            (Pair::bare(key, text), &rest[end..])
        }
    };
    fields.push(pair);
    after
}

/// Text from upper-case hexadecimal digits. NULs, which separate arguments in a `proctitle`, become blanks.
pub(super) fn unhex(text: &str) -> Option<String> {
    let bytes = unhex_bytes(text)?;
    let end = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    Some(String::from_utf8_lossy(&bytes[..end]).replace('\0', " "))
}

pub(super) fn unhex_bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() < 2 || !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    digits
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

/// `a0="ls" a1=2D6C61`, and `a2_len=9000 a2[0]=… a2[1]=…` for a long one.
fn arguments(record: &mut Record, fields: Vec<Pair<'_>>) {
    for pair in fields {
        let Some(index) = argument(pair.key) else {
            if let Some(value) = pair.decoded()
                && !pair.key.ends_with("_len")
            {
                record.fields.push((pair.key.to_owned(), value));
            }
            continue;
        };
        if index >= MAX_ARGUMENTS {
            continue;
        }
        if record.argv.len() <= index {
            record.argv.resize(index + 1, String::new());
        }
        record.argv[index].push_str(&pair.unhexed());
    }
}

/// 3 for `a3` and `a3[1]`.
fn argument(key: &str) -> Option<usize> {
    let rest = key.strip_prefix('a')?;
    let digits = rest.split_once('[').map_or(rest, |(digits, _)| digits);
    if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}
