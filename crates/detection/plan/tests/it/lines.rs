//! Reading lines: the same as `serde_json` says, or an error.

use aurora_plan::Field;
use aurora_plan::json::{Reader, Record};
use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Map, Value};

fn reader() -> Reader {
    let field = |name: &str| Field {
        namespace: 0,
        name: Some(name.to_owned()),
    };
    Reader::new(&[field("a"), field("EventID")], &["Channel"])
}

fn check(line: &str, expect: Expect) {
    let reader = reader();
    let mut record = Record::default();
    let read = reader.read(line.as_bytes(), &mut record);
    let shown = match &read {
        Ok(line) => format!("{:?}", line.get(reader.key("a").unwrap())),
        Err(error) => error.to_string(),
    };
    expect.assert_eq(&shown);
}

#[test]
fn values_stand_where_they_stand() {
    check(r#"{"a":"x"}"#, expect![[r#"Some("x")"#]]);
    check(
        r#" { "b" : 1 , "a" : -1.5e3 } "#,
        expect![[r#"Some("-1.5e3")"#]],
    );
    check(r#"{"a":1,"a":2}"#, expect![[r#"Some("2")"#]]);
    check(r#"{"\u0061":"b\\\"c"}"#, expect![[r#"Some("b\\\\\\\"c")"#]]);
    check(
        r#"{"a":{"a":["}",{"x":"]\\"}]}}"#,
        expect![[r#"Some("{\"a\":[\"}\",{\"x\":\"]\\\\\"}]}")"#]],
    );
    check(r#"{"a":null}"#, expect!["None"]);
    check(r#"{}"#, expect!["None"]);
}

#[test]
fn what_is_no_json_is_an_error() {
    check("", expect!["not a JSON object: want `{` at byte 0"]);
    check("[]", expect!["not a JSON object: want `{` at byte 0"]);
    check(
        r#"{"a":"x}"#,
        expect!["not a JSON object: want a string that ends at byte 5"],
    );
    check(
        r#"{"a":"\x"}"#,
        expect!["not a JSON object: an unknown escape at byte 7"],
    );
    check(
        r#"{"a":"\ud800"}"#,
        expect!["not a JSON object: an escape that is no character at byte 7"],
    );
    // The first backslash escapes the second: `ud83d` are letters and no half of a pair.
    check(
        r#"{"a":"\\ud83d\ude00"}"#,
        expect!["not a JSON object: an escape that is no character at byte 14"],
    );
    check(
        "{\"a\":\"\u{1}\"}",
        expect!["not a JSON object: a control character in a string at byte 5"],
    );
    check(
        r#"{"a":01}"#,
        expect!["not a JSON object: want a number at byte 5"],
    );
    check(
        r#"{"a":1"b":2}"#,
        expect!["not a JSON object: want `,` or `}` at byte 6"],
    );
    check(
        r#"{"a":1,}"#,
        expect!["not a JSON object: want a string that ends at byte 7"],
    );
    check(
        r#"{"a":tru}"#,
        expect!["not a JSON object: want a value at byte 5"],
    );
    check(
        r#"{"a":1} x"#,
        expect!["not a JSON object: more than one value at byte 8"],
    );
    check(
        r#"{"a":1e999}"#,
        expect!["not a JSON object: a number out of range at byte 5"],
    );
    check(
        &format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200)),
        expect!["not a JSON object: nested too deep at byte 132"],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Whatever the bytes, the reader takes what `serde_json` takes and nothing else.
    #[test]
    fn lines_agree_with_serde_json(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"a\":", "\\", "\\\\", "\\\"", "\\u00e9", "\\ud83d",
            "\\ude00", "\\n", "\\x", "1", "-0", "0", "1.5", "e9", "null", "true", " ", "\t", "é", "\u{1}", "{\"a\":",
            "\"EventID\":", "99999999999999999999", "\"x\\\\y\"", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        ]), 0..14),
        wrap in any::<bool>(),
    ) {
        let text = if wrap { format!("{{\"a\":\"{}\"}}", parts.concat()) } else { parts.concat() };
        let reader = reader();
        let mut record = Record::default();
        let ours = reader.read(text.as_bytes(), &mut record);
        let theirs = serde_json::from_str::<Map<String, Value>>(&text);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{} {:?} {:?}", text, ours, theirs);
    }

    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let reader = reader();
        let mut record = Record::default();
        let ours = reader.read(&bytes, &mut record).is_ok();
        prop_assert_eq!(ours, serde_json::from_slice::<Map<String, Value>>(&bytes).is_ok());
    }
}
