//! The `key=value` part of a record.

use std::borrow::Cow;

use super::line::Record;

/// In the record's order; a name may stand more than once.
pub(super) type Pairs<'t> = Vec<(Cow<'t, str>, Cow<'t, str>)>;

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
pub(super) fn read<'t>(record: &mut Record<'t>, text: &'t str) {
    let mut fields = Vec::with_capacity(32);
    pairs(text, Quotes::Hold, &mut fields);
    if record.kind == "EXECVE" {
        arguments(record, fields);
        return;
    }
    record.fields.reserve(fields.len());
    record
        .fields
        .extend(fields.into_iter().filter_map(Pair::decoded));
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

    /// With the value as it was meant; `None` for what says that there is none.
    fn decoded(self) -> Option<(Cow<'t, str>, Cow<'t, str>)> {
        let key = self.key;
        let value = match &*self.value {
            _ if self.quoted => self.value,
            "" | "?" | "(null)" | "(none)" => return None,
            _ if ENCODED.contains(&key) => self.unhexed(),
            _ => self.value,
        };
        Some((Cow::Borrowed(key), value))
    }

    /// The value, decoded when it is encoded.
    fn unhexed(self) -> Cow<'t, str> {
        let decoded = (!self.quoted).then(|| unhex(&self.value)).flatten();
        decoded.map_or(self.value, Cow::Owned)
    }
}

/// What a single quote before a value means.
#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    /// `msg='op=login acct="root"'`: there are fields within it.
    Hold,
    /// It is the value's own. Nobody nests them, but a hostile record might, a hundred thousand deep.
    Stand,
}

fn pairs<'t>(text: &'t str, quotes: Quotes, fields: &mut Vec<Pair<'t>>) {
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
            rest = value(word, &rest[end + 1..], quotes, fields);
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
fn value<'t>(key: &'t str, rest: &'t str, quotes: Quotes, fields: &mut Vec<Pair<'t>>) -> &'t str {
    let whole = rest.len();
    let (pair, after) = match rest.as_bytes().first() {
        Some(b'"') => {
            let end = rest[1..].find('"').map_or(whole, |at| at + 1);
            let after = &rest[(end + 1).min(whole)..];
            (Pair::quoted(key, &rest[1..end]), after)
        }
        Some(b'\'') if quotes == Quotes::Hold => {
            let section = rest.find(ENRICHMENT).unwrap_or(whole);
            let end = rest[1..section].rfind('\'').map_or(section, |at| at + 1);
            pairs(&rest[1..end], Quotes::Stand, fields);
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
fn arguments<'t>(record: &mut Record<'t>, fields: Vec<Pair<'t>>) {
    for pair in fields {
        let Some(index) = argument(pair.key) else {
            record.fields.extend(pair.decoded());
            continue;
        };
        if index < MAX_ARGUMENTS {
            record.argv.push((index, pair.unhexed()));
        }
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
