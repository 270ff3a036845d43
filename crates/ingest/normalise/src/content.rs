//! Sources that give their records no identity, known by what their records say; only where an operator
//! asks for it: a source may mean it when it says the same twice.

use std::collections::BTreeSet;

use aurora_ids::Derive;
use aurora_model::{EventItem, EventUid, SourceName};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The sources for which it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByContent(BTreeSet<String>);

/// What of an event is of its record, and of where it was written.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow)]
    raw_data: Option<&'a RawValue>,
    #[serde(borrow)]
    device: Option<&'a RawValue>,
}

impl ByContent {
    /// By names of sources, or of feeds of one (`syslog@branch7`).
    pub fn of<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    fn asked(&self, source: &SourceName) -> bool {
        !self.0.is_empty() && (self.0.contains(source.as_str()) || self.0.contains(source.parser()))
    }

    /// What the `index`th event of a record is known by, besides its own uid. `None` where nobody
    /// asked, and for an event that does not have its record.
    pub(crate) fn key(
        &self,
        source: &SourceName,
        item: &EventItem,
        index: u64,
    ) -> Option<EventUid> {
        if !self.asked(source) {
            return None;
        }
        let said: Said<'_> = serde_json::from_slice(&item.json).ok()?;
        let hash = Derive::new("aurora.dedupe.content.v1")
            .part(source.as_str())
            .part(said.device.map_or("", RawValue::get))
            .part(said.raw_data?.get())
            .number(u64::from(item.class_uid))
            .number(index);
        Some(EventUid(hash.finish()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aurora_ids::Id128;
    use serde_json::json;

    use super::*;

    fn item(host: &str, raw: &str) -> EventItem {
        let event = json!({
            "time": 1, "class_uid": 0, "metadata": {"uid": Id128::random().to_string()},
            "device": {"hostname": host}, "raw_data": raw,
        });
        EventItem::new(EventUid(Id128::random()), 1, event.as_object().unwrap())
    }

    #[test]
    fn the_same_words_from_the_same_place_are_the_same() {
        let by_content = ByContent::of(["syslog", "json@lab"]);
        let key = |source: &str, item: &EventItem, index| {
            by_content.key(&SourceName::new(source), item, index)
        };
        let first = key("syslog", &item("a", "x"), 0);
        assert!(first.is_some());
        assert_eq!(first, key("syslog", &item("a", "x"), 0));
        for other in [
            key("syslog", &item("b", "x"), 0),
            key("syslog", &item("a", "y"), 0),
            key("syslog", &item("a", "x"), 1),
            key("syslog@hq", &item("a", "x"), 0),
        ] {
            assert!(other.is_some() && other != first);
        }
        assert!(key("json@lab", &item("a", "x"), 0).is_some());
        assert_eq!(key("json", &item("a", "x"), 0), None);
        assert_eq!(key("windows", &item("a", "x"), 0), None);
    }
}
