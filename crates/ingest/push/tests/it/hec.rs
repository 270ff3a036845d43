use aurora_push::hec::{Metadata, events, raw};
use expect_test::{Expect, expect};

#[track_caller]
fn check(body: &str, want: Expect) {
    crate::check(None, |sink| events(body.as_bytes(), sink), want);
}

#[test]
fn events_follow_one_another_with_nothing_between() {
    check(
        r#"{"event":"known a","host":"h1","time":1700000000.123}{"event":{"b":1},"sourcetype":"_json"}
           {"event":"c","time":"1700000000"}"#,
        expect![[r#"
            h1 | known a | {"time":1700000000123}
            - | {"b":1} | {"sourcetype":"_json"}
            - | {"time":1700000000000,"event":"c"} | 
        "#]],
    );
    check(
        r#"[{"event":"known a"},{"event":"known b"}]"#,
        expect![[r#"
            - | known a | 
            - | known b | 
        "#]],
    );
}

#[test]
fn nothing_that_was_said_is_lost() {
    check(
        r#"{"event":"known x","host":"h","source":"/var/log/x","index":"main","fields":{"pod":"p1"},"other":7}"#,
        expect![[r#"
            h | known x | {"source":"/var/log/x","index":"main","other":7,"fields":{"pod":"p1"}}
        "#]],
    );
    // Milliseconds by mistake, and no time at all.
    check(
        r#"{"event":"known x","time":1700000000123}{"event":"known y","time":"soon"}"#,
        expect![[r#"
            - | known x | {"time":1700000000123}
            - | known y | 
        "#]],
    );
}

#[test]
fn a_named_source_gets_the_line() {
    let body = br#"{"event":"unheard of","sourcetype":"x"}"#;
    crate::check(
        Some("other"),
        |sink| events(body, sink),
        expect![[r#"
            - | unheard of | {"sourcetype":"x"}
        "#]],
    );
}

#[test]
fn refusals_are_splunks() {
    for (body, want) in [
        ("", "event 0: no data"),
        (
            "{\"event\":\"a\"} {\"event\":",
            "event 1: invalid data format",
        ),
        ("{\"host\":\"x\"}", "event 0: event field is required"),
        ("{\"event\":null}", "event 0: event field is required"),
        (
            "{\"event\":\"a\"}{\"event\":\" \"}",
            "event 1: event field cannot be blank",
        ),
        (
            "{\"event\":\"a\",\"fields\":[1]}",
            "event 0: error in handling indexed fields",
        ),
        ("7", "event 0: invalid data format"),
        ("[{\"event\":\"a\"", "event 0: invalid data format"),
    ] {
        let said = crate::told(None, |sink| events(body.as_bytes(), sink));
        assert_eq!(
            said.lines().last().unwrap(),
            format!("error: {want}"),
            "{body}"
        );
    }
}

#[test]
fn raw_lines_share_what_the_query_says() {
    let metadata = Metadata {
        host: Some("h".to_owned()),
        sourcetype: Some("linux_secure".to_owned()),
        time: Some("1700000000.5".to_owned()),
        ..Metadata::default()
    };
    crate::check(
        Some("any"),
        |sink| raw(b"a\r\n\n  \nb", &metadata, sink),
        expect![[r#"
            h | a | {"sourcetype":"linux_secure","time":1700000000500}
            h | b | {"sourcetype":"linux_secure","time":1700000000500}
        "#]],
    );
    let said = crate::told(None, |sink| raw(b"\n \n", &Metadata::default(), sink));
    assert_eq!(said, "error: event 0: no data\n");
}
