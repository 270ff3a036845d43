//! What becomes of every field of a source, measured: change one field of a record and see what changes in its event.
//!
//! A field whose change shows outside `unmapped` is mapped, one that shows only there is unmapped, and one whose change
//! shows nowhere is dropped. So nothing need be declared, and nothing can be declared wrongly.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Failure, Input, Parsed, Parser, Registry, fit, golden, process};

/// What becomes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Dropped,
    Unmapped,
    Mapped,
}

/// The fields of a source, by their dotted names; `[]` stands for any element of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub fields: BTreeMap<String, Fate>,
}

impl Coverage {
    pub fn count(&self, fate: Fate) -> usize {
        self.fields.values().filter(|found| **found == fate).count()
    }

    pub fn of(&self, fate: Fate) -> impl Iterator<Item = &str> {
        let fits = move |(_, found): &(&String, &Fate)| **found == fate;
        self.fields
            .iter()
            .filter(fits)
            .map(|(name, _)| name.as_str())
    }

    /// A field that is dropped from one record and kept from another (a constant that one kind of record ignores) counts
    /// as what became of it at best.
    fn saw(&mut self, field: String, fate: Fate) {
        let best = self.fields.entry(field).or_insert(fate);
        *best = (*best).max(fate);
    }
}

/// Fields of records that become events; each record is parsed once for every field and change.
///
/// # Errors
/// When the source's name is unknown.
pub fn measure(
    registry: &Registry,
    source: &str,
    records: &[Vec<u8>],
) -> Result<Coverage, crate::Error> {
    let mut coverage = Coverage::default();
    let batch = golden::batch(source, records.iter().cloned());
    let parser = registry.parser_for(source, b"")?;
    for record in &batch.records {
        let input = process::input(&batch, record);
        match parser.fields(&input) {
            Some(bodies) => {
                let parse = |body: Value| seen(parser.parse_fields(&input, body));
                for body in bodies {
                    of_fields(&parse, body, &mut coverage);
                }
            }
            None => match serde_json::from_slice(&record.body) {
                Ok(body @ Value::Object(_)) => {
                    let parse = |body: Value| {
                        let text = body.to_string();
                        seen(parser.parse(&Input {
                            body: text.as_bytes(),
                            ..input
                        }))
                    };
                    of_fields(&parse, body, &mut coverage);
                }
                _ => of_words(parser, &input, &mut coverage),
            },
        }
    }
    Ok(coverage)
}

fn of_fields(parse: &dyn Fn(Value) -> Seen, body: Value, coverage: &mut Coverage) {
    let before = parse(body.clone());
    let mut leaves = Vec::new();
    walk(&body, &mut Vec::new(), &mut leaves);
    for path in leaves {
        let mut fate = Fate::Dropped;
        for change in [slightly, wholly] {
            let mut changed = body.clone();
            let Some(leaf) = leaf(&mut changed, &path) else {
                continue;
            };
            change(leaf);
            fate = fate.max(difference(&before, &parse(changed)));
        }
        coverage.saw(name(&path), fate);
    }
}

/// Of text without fields that the parser tells apart: its `name=value` words.
fn of_words(parser: &dyn Parser, input: &Input<'_>, coverage: &mut Coverage) {
    let text = String::from_utf8_lossy(input.body);
    let before = seen(parser.parse(input));
    let mut at = 0;
    for word in text.split_inclusive([' ', '\'', '\u{1d}']) {
        let start = at;
        at += word.len();
        let trimmed = word.trim_end_matches([' ', '\'', '\u{1d}']);
        let Some((name, value)) = trimmed.split_once('=') else {
            continue;
        };
        if value.is_empty() || name.is_empty() || value.starts_with("audit(") {
            continue;
        }
        let end = start + trimmed.len() - usize::from(value.ends_with('"'));
        let mut fate = Fate::Dropped;
        for more in ["7", "x"] {
            let changed = [&text[..end], more, &text[end..]].concat();
            let input = Input {
                body: changed.as_bytes(),
                ..*input
            };
            fate = fate.max(difference(&before, &seen(parser.parse(&input))));
        }
        coverage.saw(name.trim_start_matches('{').to_owned(), fate);
    }
}

/// What a record became, without what says only that it is another record.
type Seen = Option<Vec<(Map<String, Value>, Option<String>)>>;

fn seen(parsed: Result<Vec<Parsed>, Failure>) -> Seen {
    let fitted = |mut parsed: Parsed| {
        parsed.event.remove("raw_data");
        fit::fit(&mut parsed.event);
        (parsed.event, parsed.identity)
    };
    Some(parsed.ok()?.into_iter().map(fitted).collect())
}

fn difference(before: &Seen, after: &Seen) -> Fate {
    if before == after {
        return Fate::Dropped;
    }
    let (Some(before), Some(after)) = (before, after) else {
        return Fate::Mapped;
    };
    let without = |events: &[(Map<String, Value>, Option<String>)]| -> Vec<_> {
        let rest = |(event, identity): &(Map<String, Value>, Option<String>)| {
            let mut event = event.clone();
            event.remove("unmapped");
            (event, identity.clone())
        };
        events.iter().map(rest).collect()
    };
    if without(before) == without(after) {
        Fate::Unmapped
    } else {
        Fate::Mapped
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

fn walk(value: &Value, path: &mut Vec<Step>, leaves: &mut Vec<Vec<Step>>) {
    match value {
        Value::Object(map) => {
            // The name space of a format is the same in every record.
            for (key, value) in map.iter().filter(|(key, _)| *key != "xmlns") {
                path.push(Step::Key(key.clone()));
                walk(value, path, leaves);
                path.pop();
            }
        }
        Value::Array(values) => {
            for (at, value) in values.iter().enumerate() {
                path.push(Step::Index(at));
                walk(value, path, leaves);
                path.pop();
            }
        }
        Value::Null => {}
        // An empty text and a dash say that there is nothing.
        Value::String(text) if text.is_empty() || text == "-" => {}
        _ => leaves.push(path.clone()),
    }
}

fn leaf<'v>(value: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(at) => value.get_mut(at),
    })
}

fn name(path: &[Step]) -> String {
    let mut name = String::new();
    for step in path {
        match step {
            Step::Index(_) => name.push_str("[]"),
            Step::Key(key) => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(key);
            }
        }
    }
    name
}

/// Another value of the same kind: the next number, the text with one more character, the other truth.
fn slightly(leaf: &mut Value) {
    *leaf = match leaf {
        Value::Bool(flag) => Value::Bool(!*flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Value::from(number.wrapping_add(1)),
            None => Value::from(number.as_f64().unwrap_or_default() + 1.5),
        },
        Value::String(text) => match text.parse::<i64>() {
            Ok(number) => Value::from(number.wrapping_add(1).to_string()),
            Err(_) => Value::from(format!("{text}x")),
        },
        _ => Value::Null,
    };
}

/// A value that nothing expects.
fn wholly(leaf: &mut Value) {
    *leaf = match leaf {
        Value::Bool(flag) => Value::Bool(!*flag),
        Value::Number(_) => Value::from(987_654_321),
        _ => Value::from("zz-other"),
    };
}
