use aurora_indicators::{Paths, Table};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::{NOW, always, handle};

const BAD: &[&str] = &[
    "192.0.2.1",
    "198.51.100.0/24",
    "evil.com",
    "http://evil.org/a",
    "eve@evil.net",
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
];

/// Which places of the event match what.
fn check(event: Value, expected: &Expect) {
    let all: Vec<_> = BAD.iter().map(|text| always(text)).collect();
    let handle = handle(&[("feed", &all)]);
    let matches = handle.matches(event.as_object().unwrap(), NOW);
    let lines = matches
        .iter()
        .map(|m| format!("{} = {} ~ {}\n", m.path, m.seen, m.value()));
    expected.assert_eq(&lines.collect::<String>());
}

#[test]
fn connections() {
    check(
        json!({"class_uid": 4001, "src_endpoint": {"ip": "10.0.0.1"},
            "dst_endpoint": {"ip": "198.51.100.9", "hostname": "WWW.Evil.Com."}, "proxy_endpoint": {"ip": "192.0.2.1"}}),
        &expect![[r#"
            dst_endpoint.ip = 198.51.100.9 ~ 198.51.100.0/24
            dst_endpoint.hostname = WWW.Evil.Com. ~ evil.com
            proxy_endpoint.ip = 192.0.2.1 ~ 192.0.2.1
        "#]],
    );
}

#[test]
fn names_and_answers() {
    check(
        json!({"query": {"hostname": "a.b.evil.com"}, "answers": [{"rdata": "10.0.0.1"}, {"rdata": "192.0.2.1"}]}),
        &expect![[r#"
            query.hostname = a.b.evil.com ~ evil.com
            answers.rdata = 192.0.2.1 ~ 192.0.2.1
        "#]],
    );
    check(json!({"query": {"hostname": "notevil.com"}}), &expect![""]);
    check(
        json!({"query": {"hostname": "evil.com.example.org"}}),
        &expect![""],
    );
}

#[test]
fn urls_and_mail() {
    check(
        json!({"http_request": {"url": {"url_string": "https://EVIL.org/x/../a#y"}, "x_forwarded_for": ["192.0.2.1", "10.1.1.1"]},
            "email": {"from": "Eve <EVE@evil.net>", "to": ["a@b.com", "x@sub.evil.com"]}}),
        &expect![[r#"
            http_request.url.url_string = https://EVIL.org/x/../a#y ~ evil.org/a
            http_request.x_forwarded_for = 192.0.2.1 ~ 192.0.2.1
            email.from = Eve <EVE@evil.net> ~ eve@evil.net
            email.to = x@sub.evil.com ~ evil.com
        "#]],
    );
}

#[test]
fn hashes_wherever_they_stand() {
    check(
        json!({"process": {"file": {"hashes": [{"algorithm_id": 1, "value": "D41D8CD98F00B204E9800998ECF8427E"}]}},
            "unmapped": {"Hashes": "SHA1=DA39A3EE5E6B4B0D3255BFEF95601890AFD80709,IMPHASH=D41D8CD98F00B204E9800998ECF8427E"}}),
        &expect![[r#"
            process.file.hashes.value = D41D8CD98F00B204E9800998ECF8427E ~ d41d8cd98f00b204e9800998ecf8427e
            unmapped.Hashes = SHA1=DA39A3EE5E6B4B0D3255BFEF95601890AFD80709 ~ da39a3ee5e6b4b0d3255bfef95601890afd80709
        "#]],
    );
    check(
        json!({"unmapped": {"Hashes": "IMPHASH=D41D8CD98F00B204E9800998ECF8427E"}}),
        &expect![""],
    );
}

#[test]
fn observables_by_their_type() {
    check(
        json!({"observables": [
            {"name": "a", "type_id": 2, "value": "192.0.2.1"}, {"name": "b", "type_id": 1, "value": "evil.com"},
            {"name": "c", "type_id": 4, "value": "evil.com"}, {"name": "d", "type_id": 6, "value": "http://evil.org/a"}, 7, null]}),
        &expect![[r#"
            observables.value = 192.0.2.1 ~ 192.0.2.1
            observables.value = evil.com ~ evil.com
            observables.value = http://evil.org/a ~ evil.org/a
        "#]],
    );
}

#[test]
fn strange_events_match_nothing() {
    check(
        json!({"src_endpoint": "192.0.2.1", "dst_endpoint": {"ip": ["10.0.0.1", {"ip": 5}, [["192.0.2.1"]]]},
        "query": {"hostname": {"evil": "evil.com"}}, "process": null, "unmapped": []}),
        &expect![""],
    );
}

#[test]
fn every_place_of_the_table_is_one_of_the_schema() {
    Paths::new(Table::SHIPPED).unwrap();
    let wrong = [
        "",
        "path\tkind\twhen\na.b\tip\n",
        "path\tkind\twhen\na.b\tphone\t-\n",
        "path\tkind\twhen\na..b\tip\t-\n",
        "path\tkind\twhen\na.b\tip\tx\n",
    ];
    for text in wrong {
        assert!(Paths::new(Table(text)).is_err(), "{text}");
    }
}
