//! Which statements may run: only those that our adapter writes.
//!
//! The engine would read any file and open any address for whoever asks, through table functions and
//! clauses such as `INTO OUTFILE`. So a statement is taken apart into words, and every name that is
//! called like a function must be on a list; values never stand in statements.

use super::connections::Lane;

/// Everything that our adapter calls, declares or writes before a parenthesis.
const KNOWN: &[&str] = &[
    // Keywords.
    "AND",
    "BETWEEN",
    "BY",
    "CODEC",
    "IN",
    "NOT",
    "OR",
    "VALUES",
    "WHERE",
    // Tables.
    "events",
    "removals",
    "schema_version",
    // Types, codecs, engines, indices.
    "Array",
    "Delta",
    "FixedString",
    "LowCardinality",
    "Map",
    "MergeTree",
    "ZSTD",
    "bloom_filter",
    // Functions.
    "arrayExists",
    "arrayFilter",
    "arrayFlatten",
    "arrayMap",
    "arrayStringConcat",
    "count",
    "countIf",
    "hex",
    "if",
    "ifNull",
    "intDiv",
    "IPv6StringToNumOrDefault",
    "isFinite",
    "isIPv4String",
    "isIPv6String",
    "JSONExtract",
    "JSONExtractArrayRaw",
    "lower",
    "lowerUTF8",
    "max",
    "min",
    "multiIf",
    "notEmpty",
    "positiveModulo",
    "sum",
    "toFloat64OrNull",
    "toString",
    "unhex",
];

/// Words that take a statement out of the store.
const FORBIDDEN: &[&str] = &[
    "OUTFILE",
    "INFILE",
    "ATTACH",
    "DETACH",
    "BACKUP",
    "RESTORE",
    "GRANT",
    "REVOKE",
    "KILL",
    "USE",
    "FUNCTION",
    "DICTIONARY",
    "COLLECTION",
    "PRIVILEGES",
    "FREEZE",
    "FETCH",
    "MOVE",
    "RENAME",
];

/// What a statement may begin with, by lane.
const WRITES: &[&str] = &["SELECT", "INSERT", "CREATE", "ALTER"];
const READS: &[&str] = &["SELECT"];

/// # Errors
/// What is wrong with the statement.
pub(super) fn check(statement: &str, lane: Lane, more: &[String]) -> Result<(), String> {
    let words = words(statement)?;
    let first = words.first().map_or("", |word| word.text);
    let starts = if lane == Lane::Read { READS } else { WRITES };
    if !starts.contains(&first) {
        return Err(format!(
            "a statement that begins with `{first}` is not for this engine"
        ));
    }
    for word in words {
        if FORBIDDEN
            .iter()
            .any(|forbidden| forbidden.eq_ignore_ascii_case(word.text))
        {
            return Err(format!("`{}` is not for this engine", word.text));
        }
        let known = KNOWN.contains(&word.text) || more.iter().any(|name| name == word.text);
        if word.called && !known {
            return Err(format!("function `{}` is not for this engine", word.text));
        }
    }
    Ok(())
}

struct Word<'s> {
    text: &'s str,
    /// A parenthesis follows.
    called: bool,
}

/// The statement's words, leaving out strings and the places of parameters.
fn words(statement: &str) -> Result<Vec<Word<'_>>, String> {
    let mut words = Vec::new();
    let mut rest = statement;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' => string(rest)?,
            '{' => rest.find('}').ok_or("a parameter's place is not closed")? + 1,
            '"' | '`' | ';' | '#' | '\\' => return Err(format!("`{c}` is not for this engine")),
            _ if rest.starts_with("--") || rest.starts_with("/*") => {
                return Err("comments are not for this engine".to_owned());
            }
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let called = rest[end..].trim_start().starts_with('(');
                words.push(Word {
                    text: &rest[..end],
                    called,
                });
                end
            }
            c if c.is_ascii() => 1,
            _ => return Err("only ASCII stands in statements".to_owned()),
        };
        rest = &rest[length..];
    }
    Ok(words)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of a string of plain characters, with its quotes.
fn string(text: &str) -> Result<usize, String> {
    let inside = &text[1..];
    let end = inside.find('\'').ok_or("a string is not closed")?;
    if inside[..end].contains('\\') {
        return Err("escapes are not for this engine".to_owned());
    }
    Ok(end + 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_leaves_the_store_is_refused() {
        for statement in [
            "SELECT * FROM file('/etc/passwd', 'LineAsString')",
            "SELECT * FROM url ('http://127.0.0.1/')",
            "SELECT * FROM events WHERE x IN (SELECT 1 FROM s3('a'))",
            "SELECT 1 INTO OUTFILE '/tmp/x'",
            "SELECT 1; DROP TABLE aurora.events",
            "SELECT `file`('/etc/passwd')",
            "SELECT \"file\"('/etc/passwd')",
            "SELECT fi/**/le('/etc/passwd')",
            "SELECT 'a\\' FROM file('x')",
            "INSERT INTO FUNCTION file('x') VALUES (1)",
            "DROP TABLE aurora.events SYNC",
            "SET readonly = 0",
            "SYSTEM SHUTDOWN",
            "",
            "SELECT dictGet('a', 'b', 1)",
            "SELECT FILE('a')",
        ] {
            for lane in [Lane::Read, Lane::Write] {
                check(statement, lane, &[]).unwrap_err();
            }
        }
        check("INSERT INTO aurora.events FORMAT Native", Lane::Read, &[]).unwrap_err();
        check("SELECT sleep(1)", Lane::Read, &["sleep".to_owned()]).unwrap();
    }

    #[test]
    fn what_the_adapter_writes_is_taken() {
        let select = "SELECT lower(hex(uid)) FROM aurora.events WHERE site = unhex({p1:String}) AND \
                      (a ILIKE {p2:String} OR arrayExists(v -> (v ILIKE {p3:String}), b)) ORDER BY time DESC FORMAT JSONCompactEachRow";
        check(select, Lane::Read, &[]).unwrap();
        check(
            "INSERT INTO aurora.events SETTINGS insert_deduplication_token = 'ab-1' FORMAT Native",
            Lane::Write,
            &[],
        )
        .unwrap();
    }
}
