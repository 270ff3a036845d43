use aurora_model::Action;
use serde_json::{Value, json};

use super::{Desk, Stand};
use crate::{Change, Collection, DecisionQuery, Guard, Query, Test};

const TEXTS: [&str; 12] = [
    "",
    "'; DROP TABLE alerts; --",
    "\"quoted\" and `ticked`",
    "\0",
    "a\0b",
    "back\\slash \\u0000 %s %_ $1 ?1 :x @y",
    "line\r\nline\ttab\u{1b}[31m\u{7f}",
    "é e\u{301} 中文 🛡 \u{202e}txt.exe",
    "\u{feff}\u{fffd}\u{10ffff}",
    "null",
    "{\"a\":1}",
    "${jndi:ldap://x}",
];

/// Log text as key, value, id, slot, counter, object and reason comes back byte for byte, and a
/// query finds exactly it.
pub async fn hostile_text_comes_back(stand: &dyn Stand) {
    let mut desk = Desk::at(stand).await;
    let long = "x".repeat(300_000);
    let texts: Vec<&str> = TEXTS.into_iter().chain([long.as_str()]).collect();
    for (place, text) in texts.iter().enumerate() {
        let body = body(text, place);
        let change = Change::decided(Action::on("alert.edit", [*text]))
            .put(Collection::Alerts, text, Guard::New, body.clone())
            .slot(text, text.as_bytes())
            .count((*text).to_owned(), 1 + place as u64);
        desk.context.reason = (*text).to_owned();
        desk.commit(change).await.expect("text is only text");
        let document = desk.get(text).await.expect("it was written");
        assert_eq!(document.body, body);
        assert_eq!(
            document.body.to_string(),
            body.to_string(),
            "keys keep their order"
        );
    }
    for (place, text) in texts.iter().enumerate() {
        let seq = place as u64 + 1;
        let query = Query::of(Collection::Alerts).with("owner", Test::TextIs((*text).to_owned()));
        assert_eq!(desk.ids(&query).await, (vec![(*text).to_owned()], 1));
        assert_eq!(desk.slot(text).await.as_deref(), Some(text.as_bytes()));
        let counted = desk.counters(text).await;
        assert!(
            counted.contains(&((*text).to_owned(), seq)),
            "{text:?}: {counted:?}"
        );
        let query = DecisionQuery {
            after: 0,
            object: Some((*text).to_owned()),
            limit: 10,
        };
        let found = desk
            .records
            .decisions(desk.scope(), &query)
            .await
            .expect("the store works");
        assert_eq!(found.len(), 1, "{text:?}");
        assert_eq!((found[0].seq, found[0].reason.as_str()), (seq, *text));
    }
    let all = Query::of(Collection::Alerts).with("owner", Test::TextIsNot("a\0c".into()));
    assert_eq!(desk.ids(&all).await.1, texts.len() as u64);
}

fn body(text: &str, place: usize) -> Value {
    let mut body = json!({
        "z": [text, null, true, 1.5, -1, u64::MAX, i64::MIN, 1e300, {"deep": [[[[text]]]]}],
        "owner": text,
        "rank": place,
    });
    body[text] = json!({ text: text });
    // The key may have been one that the query needs.
    body["owner"] = json!(text);
    body
}
