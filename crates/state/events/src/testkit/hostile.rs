use aurora_hunt::{Field, Filter, Names, OcsfNames, Output, Pattern, Query, Test};
use aurora_ids::Id128;
use aurora_model::{BatchId, EventItem, EventUid, SourceName};
use serde_json::json;

use super::{chain, everything, scope};
use crate::{Events, Row};
use aurora_clock::Timestamp;

/// Values that would be something else than text, if anything took them for it.
pub const HOSTILE_TEXTS: &[&str] = &[
    "'; DROP TABLE aurora.events; --",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "`events`",
    "\\",
    "\\'",
    "\\\\'; SELECT 1",
    "\\N",
    "\\0",
    "{p1:String}",
    "{p1:Identifier}",
    "') UNION ALL SELECT * FROM file('/etc/passwd', 'LineAsString') --",
    "url('http://127.0.0.1/')",
    "a\tb\nc\rd",
    "nul\0byte",
    "%",
    "_",
    "100%_\\%\\_",
    "/* comment",
    "-- comment",
    "#",
    "\u{202e}evil\u{2028}line",
    "\u{1f980} crab",
    "; SYSTEM SHUTDOWN",
    "FORMAT Null",
    "SETTINGS readonly=0",
    "&query=DROP TABLE aurora.events&param_p1=",
    "$(touch /tmp/x)`id`",
    "line one\\nline two",
    "",
];

/// Every hostile text is stored, found by itself and by nothing else, as a value, as a piece of the
/// record, as the name of a field and as a source's name.
pub async fn hostile_texts(store: &dyn Events) {
    let scope = scope();
    let rows: Vec<Row> = HOSTILE_TEXTS
        .iter()
        .enumerate()
        .map(|(n, text)| hostile_row(n, text))
        .collect();
    let stored = store.insert(&scope, BatchId(Id128::random()), rows).await;
    assert_eq!(
        stored.expect("hostile values are stored").rows,
        HOSTILE_TEXTS.len() as u64
    );

    for text in HOSTILE_TEXTS {
        for name in [
            "user.name",
            "message",
            "unmapped.Value",
            "source",
            "file.hashes[].value",
        ] {
            let wanted = HOSTILE_TEXTS.iter().filter(|other| *other == text).count();
            assert_eq!(
                count(store, &scope, name, text).await,
                wanted,
                "{name} {text:?}"
            );
        }
        let found = filter_count(store, &scope, Filter::Text(Pattern::literal(text))).await;
        assert!(found >= 1, "{text:?} is not found in the record");
        let odd = format!("unmapped.{}", json!(text));
        if OcsfNames.resolve(&odd).is_ok() {
            assert_eq!(count(store, &scope, &odd, "here").await, 1, "field {odd}");
        }
    }
    assert_eq!(
        filter_count(store, &scope, Filter::All).await,
        HOSTILE_TEXTS.len()
    );
}

fn hostile_row(n: usize, text: &str) -> Row {
    let uid = EventUid(Id128::random());
    let event = json!({
        "time": 1_780_272_000_000_i64 + i64::try_from(n).expect("a short list"),
        "class_uid": 1007, "category_uid": 1, "activity_id": 1, "severity_id": 0, "type_uid": 100_701,
        "metadata": {"uid": uid.to_string()},
        "user": {"name": text}, "message": text, "raw_data": format!("<{text}>"),
        "file": {"hashes": [{"value": text}]},
        "unmapped": {"Value": text, text: "here"},
    });
    let event = event.as_object().expect("an object was written above");
    let received_at = Timestamp::from_millis(1_780_272_000_000);
    Row {
        source: SourceName::new(text),
        received_at,
        item: EventItem::new(uid, 1, event),
    }
}

async fn count(store: &dyn Events, scope: &aurora_model::Scope, name: &str, text: &str) -> usize {
    let targets = OcsfNames.resolve(name).expect("the name is known");
    let field = Field {
        written: name.to_owned(),
        targets,
    };
    filter_count(
        store,
        scope,
        Filter::Field(field, Test::Matches(Pattern::literal(text))),
    )
    .await
}

async fn filter_count(store: &dyn Events, scope: &aurora_model::Scope, filter: Filter) -> usize {
    let query = Query {
        filter,
        output: Output::Events,
        ..Query::all()
    };
    match store.hunt(scope, &query, &everything()).await {
        Ok(answer) => answer.rows.len(),
        Err(error) => panic!("`{query}` was not answered: {}", chain(&error)),
    }
}
