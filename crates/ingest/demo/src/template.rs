//! A record's text with places in double braces that are filled in when it is stamped.
//!
//! | place | becomes |
//! | --- | --- |
//! | `{{time:FORMAT}}`, `{{time:FORMAT:-90}}` | the record's time, or a time that many seconds away; the formats are in `time.rs` |
//! | `{{count}}` | a number that rises by one with each entry of the host and source: record ids, audit serials |
//! | `{{uuid}}`, `{{uuid:NAME}}` | a UUID of this record, or of that name |
//! | `{{guid:NAME}}` | as `uuid`, in braces and upper case |
//! | `{{uid:NAME}}` | an id as Zeek writes them |
//! | `{{flow:NAME}}` | a flow id as Suricata writes them |
//! | `{{int:LOW:HIGH}}` | a number between the two, both included |
//! | `{{TABLE.COLUMN}}` | from a row of a table: one row of each table per entry |
//!
//! Names are of one entry when they begin with a dot (`{{uid:.c}}`), else of the whole story.
//! What has to be unique (`time`, `count`, `uuid`, `guid`, `uid`, `flow`) follows the start of the
//! story; what makes rules fire (`int`, tables) does not.

use crate::tables::{Cell, Tables};
use crate::time::Format;

#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Text(String),
    Time { format: Format, shift_millis: i64 },
    Count,
    Id { kind: IdKind, name: Option<String> },
    Int { low: i64, high: i64 },
    Cell(Cell),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdKind {
    Uuid,
    Guid,
    Uid,
    Flow,
}

impl Template {
    pub fn read(text: &str, tables: &Tables) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (place, after) = after.split_once("}}").ok_or("`{{` without `}}`")?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let part = if place.contains('{') {
                None
            } else {
                part(place, tables)
            };
            parts.push(part.ok_or_else(|| format!("`{{{{{place}}}}}` is unknown"))?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }
}

fn part(place: &str, tables: &Tables) -> Option<Part> {
    let words: Vec<&str> = place.split(':').collect();
    let id = |kind, name: Option<&str>| Part::Id {
        kind,
        name: name.map(str::to_owned),
    };
    Some(match words[..] {
        ["time", format] => Part::Time {
            format: Format::named(format)?,
            shift_millis: 0,
        },
        ["time", format, shift] => {
            let seconds: i64 = shift.parse().ok()?;
            Part::Time {
                format: Format::named(format)?,
                shift_millis: seconds * 1000,
            }
        }
        ["count"] => Part::Count,
        ["uuid"] => id(IdKind::Uuid, None),
        ["uuid", name] => id(IdKind::Uuid, Some(name)),
        ["guid", name] => id(IdKind::Guid, Some(name)),
        ["uid", name] => id(IdKind::Uid, Some(name)),
        ["flow", name] => id(IdKind::Flow, Some(name)),
        ["int", low, high] => {
            let (low, high) = (low.parse().ok()?, high.parse().ok()?);
            (low <= high).then_some(Part::Int { low, high })?
        }
        [cell] => Part::Cell(tables.cell(cell)?),
        _ => return None,
    })
}
