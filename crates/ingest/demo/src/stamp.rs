//! From entries to records: the places of the templates are filled in.

use std::collections::HashMap;

use aurora_clock::Timestamp;
use aurora_model::SourceName;

use crate::demo::DemoRecord;
use crate::ids;
use crate::script::Entry;
use crate::tables::Tables;
use crate::template::{IdKind, Part, Template};

pub(crate) struct Stamper<'t> {
    start: Timestamp,
    tables: &'t Tables,
    /// The last `{{count}}` of each host and source.
    counts: HashMap<(String, String), u64>,
}

/// What the places of one entry are filled from.
struct Moment<'s> {
    start: Timestamp,
    at: Timestamp,
    seed: u64,
    count: u64,
    tables: &'s Tables,
    /// Places filled so far, so that two of one kind differ.
    filled: u64,
}

impl<'t> Stamper<'t> {
    pub fn new(start: Timestamp, tables: &'t Tables) -> Self {
        Self {
            start,
            tables,
            counts: HashMap::new(),
        }
    }

    /// The entries must come in the order of their times, for `{{count}}` to rise.
    pub fn records(&mut self, entry: &Entry) -> Vec<DemoRecord> {
        let mut moment = Moment {
            start: self.start,
            at: self.start.plus(entry.at),
            seed: entry.seed,
            count: 0,
            tables: self.tables,
            filled: 0,
        };
        let host = moment.fill(&entry.host);
        moment.count = self.count(&host, &entry.source);
        let record = |template: &Template| DemoRecord {
            source: SourceName::new(&entry.source),
            host: host.clone(),
            at: entry.at,
            body: moment.fill(template).into_bytes(),
        };
        entry.records.iter().map(record).collect()
    }

    /// Begins somewhere, as the counter of a host that has been running does.
    fn count(&mut self, host: &str, source: &str) -> u64 {
        let start = self.start.as_millis().to_le_bytes();
        let count = self
            .counts
            .entry((host.to_owned(), source.to_owned()))
            .or_insert_with(|| {
                let parts = [&start[..], host.as_bytes(), source.as_bytes()];
                10_000 + ids::number(&parts, "count") % 900_000
            });
        *count += 1;
        *count
    }
}

impl Moment<'_> {
    fn fill(&mut self, template: &Template) -> String {
        let mut text = String::new();
        for part in &template.parts {
            self.filled += 1;
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Time {
                    format,
                    shift_millis,
                } => {
                    let at = self.at.as_millis().saturating_add(*shift_millis);
                    text.push_str(&format.write(Timestamp::from_millis(at)));
                }
                Part::Count => text.push_str(&self.count.to_string()),
                Part::Id { kind, name } => text.push_str(&self.id(*kind, name.as_deref())),
                Part::Int { low, high } => {
                    let span = high.abs_diff(*low) + 1;
                    let above = self.picked("int", self.filled) % span;
                    text.push_str(&low.saturating_add_unsigned(above).to_string());
                }
                Part::Cell(cell) => {
                    let row = self.picked("row", cell.table as u64);
                    text.push_str(self.tables.pick(*cell, row));
                }
            }
        }
        text
    }

    /// The same for every start.
    fn picked(&self, purpose: &str, which: u64) -> u64 {
        ids::number(&[&self.seed.to_le_bytes(), &which.to_le_bytes()], purpose)
    }

    fn id(&self, kind: IdKind, name: Option<&str>) -> String {
        let start = self.start.as_millis().to_le_bytes();
        let (seed, filled) = (self.seed.to_le_bytes(), self.filled.to_le_bytes());
        let id = match name {
            None => ids::id(&[&start, &seed, &filled], "own"),
            Some(name) if name.starts_with('.') => {
                ids::id(&[&start, &seed, name.as_bytes()], "entry")
            }
            Some(name) => ids::id(&[&start, name.as_bytes()], "story"),
        };
        match kind {
            IdKind::Uuid => ids::uuid(id),
            IdKind::Guid => format!("{{{}}}", ids::uuid(id).to_uppercase()),
            IdKind::Uid => ids::zeek_uid(id),
            IdKind::Flow => {
                let number = ids::number(&[id.as_bytes()], "flow");
                (100_000_000_000_000 + number % 2_000_000_000_000_000).to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Duration;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::script::Script;

    const TABLES: [(&str, crate::files::File); 1] = [(
        "desk",
        ("d.tsv", "user\tip\nann\t10.0.0.1\nbob\t10.0.0.2\n"),
    )];

    fn check(start: &str, text: &'static str, wanted: &Expect) {
        let tables = Tables::read(&TABLES).unwrap();
        let script = Script::read(("t.story", text), &tables).unwrap();
        let mut stamper = Stamper::new(start.parse().unwrap(), &tables);
        let mut shown = String::new();
        for entry in script.entries(Duration::from_secs(60)) {
            for record in stamper.records(&entry) {
                let body = String::from_utf8(record.body).unwrap();
                shown.push_str(&format!("{} {body}\n", record.host));
            }
        }
        wanted.assert_eq(&shown);
    }

    #[test]
    fn times_follow_the_start() {
        let text = "@ 1.5 zeek s\n{{time:zeek}} {{time:cloudtrail:-90}}\n";
        check(
            "2026-01-31T09:30:00Z",
            text,
            &expect![[r#"
            s 1769851801.500000 2026-01-31T09:28:31Z
        "#]],
        );
    }

    #[test]
    fn what_is_picked_does_not_follow_the_start() {
        let text =
            "@ 3 times zeek {{desk.user}}\n{{desk.user}} {{desk.ip}} {{int:5:9}} {{int:7:7}}\n";
        let wanted = expect![[r#"
            ann ann 10.0.0.1 9 7
            bob bob 10.0.0.2 7 7
            bob bob 10.0.0.2 5 7
        "#]];
        check("2026-01-31T09:30:00Z", text, &wanted);
        check("2027-02-01T00:00:00Z", text, &wanted);
    }

    #[test]
    fn names_join_records_of_an_entry_or_of_the_story() {
        let text = "@ 1 zeek s\n{{count}} {{uid:.c}} {{uid:c}}\n{{count}} {{uid:.c}} {{uid:c}}\n\
                    @ 2 zeek s\n{{count}} {{uid:.c}} {{uid:c}}\n{{uuid}} {{guid:g}} {{flow:f}}\n";
        check(
            "2026-01-31T09:30:00Z",
            text,
            &expect![[r#"
            s 847798 COtkmNo2V2UiYLet74 CnSk2rcAO2vRMyoXW2
            s 847798 COtkmNo2V2UiYLet74 CnSk2rcAO2vRMyoXW2
            s 847799 CyYPQhOHbdZTdDqoJk CnSk2rcAO2vRMyoXW2
            s 59dc4be6-d124-4b8c-8afc-8f4f782b3c3c {52AF9403-A0A8-4E81-9760-9AEF2DF354F5} 228587809619648
        "#]],
        );
    }
}
