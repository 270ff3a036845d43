//! Lines of columns. The framer hands each line on with the lines that name its columns before it.

use vrl::value::{ObjectMap, Value};

use super::{is_object, json_object};
use crate::{Failure, Input};

/// Of Zeek's TSV, what a header does not say.
struct Zeek<'t> {
    separator: char,
    set: &'t str,
    empty: &'t str,
    unset: &'t str,
    path: &'t str,
    fields: Vec<&'t str>,
    types: Vec<&'t str>,
}

pub(super) fn decode(input: &Input<'_>) -> Result<Value, Failure> {
    if is_object(input.body) {
        return json_object(input);
    }
    let text = String::from_utf8_lossy(input.body);
    let (header, line) = text
        .rsplit_once('\n')
        .ok_or_else(|| Failure::Unparsable("a line of columns without their names".to_owned()))?;
    Zeek::of(header)?.row(line)
}

impl<'t> Zeek<'t> {
    fn of(header: &'t str) -> Result<Self, Failure> {
        let mut zeek = Self {
            separator: '\t',
            set: ",",
            empty: "(empty)",
            unset: "-",
            path: "",
            fields: Vec::new(),
            types: Vec::new(),
        };
        for line in header.lines() {
            let Some((name, value)) = line.split_once(['\t', ' ']) else {
                continue;
            };
            match name {
                "#separator" => zeek.separator = separator(value),
                "#set_separator" => zeek.set = value,
                "#empty_field" => zeek.empty = value,
                "#unset_field" => zeek.unset = value,
                "#path" => zeek.path = value,
                "#fields" => zeek.fields = value.split(zeek.separator).collect(),
                "#types" => zeek.types = value.split(zeek.separator).collect(),
                _ => {}
            }
        }
        if zeek.fields.is_empty() {
            return Err(Failure::Unparsable(
                "the header has no `#fields`".to_owned(),
            ));
        }
        Ok(zeek)
    }

    /// The same object that Zeek's JSON writer would have written.
    fn row(&self, line: &str) -> Result<Value, Failure> {
        let values: Vec<_> = line.split(self.separator).collect();
        if values.len() != self.fields.len() {
            let (got, want) = (values.len(), self.fields.len());
            return Err(Failure::Unparsable(format!(
                "{got} columns, the header names {want}"
            )));
        }
        let mut row = ObjectMap::from([("_path".into(), Value::from(self.path))]);
        for ((name, value), at) in self.fields.iter().zip(values).zip(0..) {
            if value != self.unset {
                let kind = self.types.get(at).copied().unwrap_or("string");
                row.insert((*name).into(), self.typed(kind, value));
            }
        }
        Ok(Value::Object(row))
    }

    fn typed(&self, kind: &str, text: &str) -> Value {
        if let Some(inner) = inner(kind) {
            if text == self.empty || text.is_empty() {
                return Value::Array(Vec::new());
            }
            return text
                .split(self.set)
                .map(|one| self.typed(inner, one))
                .collect();
        }
        match kind {
            "bool" => Value::Boolean(text == "T"),
            "count" | "int" | "port" => text
                .parse()
                .map_or_else(|_| Value::from(text), Value::Integer),
            "time" | "interval" | "double" => text
                .parse()
                .map_or_else(|_| Value::from(text), Value::from_f64_or_zero),
            _ if text == self.empty => Value::from(""),
            _ => Value::from(unhexed(text)),
        }
    }
}

/// `vector[string]` and `set[addr]` hold one kind.
fn inner(kind: &str) -> Option<&str> {
    let rest = kind
        .strip_prefix("vector[")
        .or_else(|| kind.strip_prefix("set["))?;
    rest.strip_suffix(']')
}

fn separator(text: &str) -> char {
    let hex = text
        .strip_prefix("\\x")
        .and_then(|hex| u32::from_str_radix(hex, 16).ok());
    hex.and_then(char::from_u32).unwrap_or('\t')
}

/// Zeek writes what would break a line as `\x09`.
fn unhexed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        let byte = rest
            .get(at + 2..at + 4)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte.filter(u8::is_ascii) {
            Some(byte) => {
                out.push_str(&rest[..at]);
                out.push(char::from(byte));
                rest = &rest[at + 4..];
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out + rest
}

/// The columns of a flow log that names none: version 2, the default format of Amazon VPC.
const FLOW: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

pub(super) fn decode_flow(input: &Input<'_>) -> Result<Value, Failure> {
    if is_object(input.body) {
        return json_object(input);
    }
    let text = String::from_utf8_lossy(input.body);
    let (names, line) = match text.rsplit_once('\n') {
        Some((header, line)) => (cells(header), line),
        None => (FLOW.to_vec(), &*text),
    };
    let values = cells(line);
    if values.len() != names.len() {
        let (got, want) = (values.len(), names.len());
        return Err(Failure::Unparsable(format!(
            "{got} columns of a flow log, want {want}"
        )));
    }
    let pairs = names
        .iter()
        .zip(values)
        .filter(|(_, value)| *value != "-" && !value.is_empty());
    Ok(Value::Object(
        pairs
            .map(|(name, value)| (name.replace('-', "_").into(), Value::from(value)))
            .collect(),
    ))
}

/// Blanks or commas part them.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    if line.contains(',') {
        line.split(',')
            .map(|cell| cell.trim().trim_matches('"'))
            .collect()
    } else {
        line.split_ascii_whitespace().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_row_becomes_what_the_json_writer_writes() {
        let header = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n\
            #fields\tts\tid.orig_p\tquery\tAA\tanswers\trtt\n#types\ttime\tport\tstring\tbool\tvector[string]\tinterval";
        let zeek = Zeek::of(header).unwrap();
        let row = zeek
            .row("1521911720.865716\t53\ta\\x09b\tF\tx,y\t-")
            .unwrap();
        expect![[r#"{ "AA": false, "_path": "dns", "answers": ["x", "y"], "id.orig_p": 53, "query": "a	b", "ts": 1521911720.865716 }"#]]
            .assert_eq(&row.to_string());
        assert!(zeek.row("1\t2").is_err());
    }
}
