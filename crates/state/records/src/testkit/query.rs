use serde_json::{Value, json};

use super::{Desk, Stand, edit};
use crate::{Collection, Error, Guard, Order, Query, Test};

fn alerts() -> Query {
    Query::of(Collection::Alerts)
}

async fn filled(stand: &dyn Stand) -> Desk {
    let desk = Desk::at(stand).await;
    let documents = [
        ("a", json!({"status": "new", "rank": 3, "last_seen": 30})),
        (
            "b",
            json!({"status": "open", "owner": "ada", "rank": 1, "last_seen": 10}),
        ),
        (
            "c",
            json!({"status": "new", "owner": null, "rank": -5, "last_seen": 30}),
        ),
        (
            "d",
            json!({"status": "closed", "owner": "bob", "last_seen": i64::MAX}),
        ),
        ("e", json!({"status": "New", "owner": "Ada", "rank": 3})),
    ];
    for (id, body) in documents {
        desk.put(id, body).await;
    }
    desk
}

/// Each test alone and several together.
pub async fn every_test_selects(stand: &dyn Stand) {
    let desk = filled(stand).await;
    selects(&desk, alerts(), &["a", "b", "c", "d", "e"]).await;
    let single: [(&str, Test, &[&str]); 16] = [
        ("status", Test::TextIs("new".into()), &["a", "c"]),
        ("status", Test::TextIs("ne".into()), &[]),
        ("status", Test::TextIs("%".into()), &[]),
        (
            "status",
            Test::TextIn(own(&["closed", "open", "open"])),
            &["b", "d"],
        ),
        ("status", Test::TextIn(vec![]), &[]),
        ("status", Test::TextIsNot("new".into()), &["b", "d", "e"]),
        (
            "owner",
            Test::TextIsNot("ada".into()),
            &["a", "c", "d", "e"],
        ),
        ("owner", Test::Absent, &["a", "c"]),
        ("rank", Test::Absent, &["d"]),
        ("rank", Test::IntegerIs(3), &["a", "e"]),
        ("rank", Test::IntegerIs(-5), &["c"]),
        ("rank", Test::AtLeast(1), &["a", "b", "e"]),
        ("rank", Test::AtLeast(i64::MIN), &["a", "b", "c", "e"]),
        ("rank", Test::Below(3), &["b", "c"]),
        ("last_seen", Test::AtLeast(i64::MAX), &["d"]),
        ("last_seen", Test::Below(i64::MAX), &["a", "b", "c"]),
    ];
    for (field, test, want) in single {
        selects(&desk, alerts().with(field, test), want).await;
    }
    let several = alerts()
        .with("status", Test::TextIs("new".into()))
        .with("last_seen", Test::AtLeast(30))
        .with("last_seen", Test::Below(31))
        .with("owner", Test::Absent);
    selects(&desk, several, &["a", "c"]).await;
    selects(&desk, Query::of(Collection::People), &[]).await;
}

async fn selects(desk: &Desk, query: Query, want: &[&str]) {
    let (ids, total) = desk.ids(&query).await;
    assert_eq!(ids, want, "{query:?}");
    assert_eq!(total, want.len() as u64, "{query:?}");
}

/// Order, limit and offset cut the page; the total is that of the whole.
pub async fn pages_are_ordered_and_counted(stand: &dyn Stand) {
    let desk = filled(stand).await;
    let newest = || alerts().newest("last_seen");
    let cases: [(Query, &[&str]); 9] = [
        (newest(), &["d", "a", "c", "b", "e"]),
        (alerts().oldest("last_seen"), &["b", "a", "c", "d", "e"]),
        (alerts().newest("rank"), &["a", "e", "b", "c", "d"]),
        (alerts().oldest("rank"), &["c", "b", "a", "e", "d"]),
        (newest().limit(2), &["d", "a"]),
        (newest().limit(2).offset(1), &["a", "c"]),
        (newest().limit(10).offset(4), &["e"]),
        (newest().offset(5), &[]),
        (alerts().limit(0), &[]),
    ];
    for (query, want) in cases {
        let (ids, total) = desk.ids(&query).await;
        assert_eq!((ids, total), (own(want), 5), "{query:?}");
    }
    let open = newest()
        .with("status", Test::TextIs("new".into()))
        .limit(1)
        .offset(1);
    assert_eq!(desk.ids(&open).await, (vec!["c".to_owned()], 2));
}

/// Several at once are those that there are, each as it is.
pub async fn documents_are_had_together(stand: &dyn Stand) {
    let desk = filled(stand).await;
    let cases: [(&[&str], &[&str]); 5] = [
        (&[], &[]),
        (&["nobody"], &[]),
        (&["c"], &["c"]),
        (&["e", "a", "nobody"], &["a", "e"]),
        (&["a", "b", "c", "d", "e"], &["a", "b", "c", "d", "e"]),
    ];
    for (asked, want) in cases {
        let (records, scope) = (&desk.records, desk.scope());
        let asked = own(asked);
        let found = records.get_all(scope, Collection::Alerts, &asked).await;
        let mut found = found.expect("the store works");
        found.sort_by(|a, b| a.id.cmp(&b.id));
        let mut single = Vec::new();
        for id in want {
            single.extend(desk.get(id).await);
        }
        assert_eq!(found, single, "{asked:?}");
    }
    let many: Vec<String> = (0..300).map(|number| format!("m{number}")).collect();
    for id in &many {
        desk.put(id, json!({"rank": 1})).await;
    }
    let found = desk
        .records
        .get_all(desk.scope(), Collection::Alerts, &many);
    assert_eq!(found.await.expect("the store works").len(), 300);
}

fn own(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The refusal lists what is indexed.
pub async fn a_field_that_is_not_indexed_is_refused(stand: &dyn Stand) {
    let desk = filled(stand).await;
    let by = |field: &str| Order {
        field: field.to_owned(),
        descending: true,
    };
    let queries = [
        ("nope", alerts().with("nope", Test::Absent)),
        ("until", alerts().with("until", Test::AtLeast(1))),
        ("rank", alerts().with("rank", Test::TextIs("3".into()))),
        ("status", alerts().with("status", Test::IntegerIs(3))),
        (
            "status",
            Query {
                order: Some(by("status")),
                ..alerts()
            },
        ),
        (
            "rank; --",
            Query {
                order: Some(by("rank; --")),
                ..alerts()
            },
        ),
    ];
    for (name, query) in queries {
        match desk.records.list(desk.scope(), &query).await {
            Err(Error::NotIndexed {
                collection: Collection::Alerts,
                field,
                known,
            }) => {
                assert_eq!(field, name);
                for field in Collection::Alerts.fields() {
                    assert!(known.contains(field.name), "{known}");
                }
            }
            other => panic!("want a refusal of {query:?}, got {other:?}"),
        }
    }
}

/// What is not text is in no text index; what is not an integer in no integer index.
pub async fn fields_of_another_type_are_in_no_index(stand: &dyn Stand) {
    let desk = Desk::at(stand).await;
    let odd: [Value; 7] = [
        json!(1),
        json!(1.5),
        json!(true),
        json!(["new"]),
        json!({"a": 1}),
        json!("9"),
        json!(u64::MAX),
    ];
    for (place, value) in odd.iter().enumerate() {
        desk.put(&place.to_string(), json!({"status": value, "rank": value}))
            .await;
    }
    selects(
        &desk,
        alerts().with("status", Test::TextIs("9".into())),
        &["5"],
    )
    .await;
    selects(
        &desk,
        alerts().with("status", Test::TextIs("1".into())),
        &[],
    )
    .await;
    selects(
        &desk,
        alerts().with("rank", Test::AtLeast(i64::MIN)),
        &["0"],
    )
    .await;
    selects(
        &desk,
        alerts().with("status", Test::Absent),
        &["0", "1", "2", "3", "4", "6"],
    )
    .await;
    for (place, value) in odd.iter().enumerate() {
        let document = desk
            .get(&place.to_string())
            .await
            .expect("it is kept as it is");
        assert_eq!(document.body["status"], *value);
    }
}

/// Neither read nor listed nor counted; a field that was dropped from a body leaves its index.
pub async fn removed_documents_are_gone(stand: &dyn Stand) {
    let desk = filled(stand).await;
    let remove = edit("a").remove(Collection::Alerts, "a", Guard::Version(1));
    desk.commit(remove).await.expect("it is there");
    desk.put("c", json!({"rank": 3})).await;
    selects(&desk, alerts(), &["b", "c", "d", "e"]).await;
    selects(
        &desk,
        alerts().with("status", Test::TextIs("new".into())),
        &[],
    )
    .await;
    selects(
        &desk,
        alerts().with("rank", Test::IntegerIs(3)),
        &["c", "e"],
    )
    .await;
}
