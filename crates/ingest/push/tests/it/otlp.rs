use aurora_push::otlp::{json, protobuf, status};
use expect_test::expect;

/// A field with a length, as protocol buffers write it.
pub(crate) fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length > 127 {
        out.push((length & 127) as u8 | 128);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
    out
}

fn fixed64(number: u8, value: u64) -> Vec<u8> {
    [&[number << 3 | 1][..], &value.to_le_bytes()].concat()
}

fn text(value: &str) -> Vec<u8> {
    field(1, value.as_bytes())
}

fn pair(key: &str, value: &[u8]) -> Vec<u8> {
    [field(1, key.as_bytes()), field(2, value)].concat()
}

/// One request with one record, its body as given.
fn request(body: &[u8]) -> Vec<u8> {
    let record = [
        fixed64(1, 1_700_000_000_123_456_789),
        vec![2 << 3, 9],
        field(3, b"Info"),
        field(5, body),
        field(6, &pair("n", &[3 << 3, 42])),
        field(
            6,
            &pair(
                "list",
                &field(5, &[field(1, &text("a")), field(1, &[2 << 3, 1])].concat()),
            ),
        ),
        field(9, &[0xab; 16]),
    ]
    .concat();
    let scope = [
        field(1, &field(1, b"lib")),
        field(2, &record),
        field(3, b"schema"),
    ]
    .concat();
    let resource = field(1, &pair("host.name", &text("gate")));
    field(1, &[field(1, &resource), field(2, &scope)].concat())
}

#[test]
fn a_record_of_no_source_travels_as_a_request_of_its_own() {
    let body = request(&text("hello"));
    let want = expect![[r#"
        gate | {"resourceLogs":[{"resource":{"attributes":[{"key":"host.name","value":{"stringValue":"gate"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000123456789","severityNumber":9,"severityText":"Info","body":{"stringValue":"hello"},"attributes":[{"key":"n","value":{"intValue":"42"}},{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a"},{"boolValue":true}]}}}],"traceId":"abababababababababababababababab"}],"scope":{"name":"lib"},"schemaUrl":"schema"}]}]} | 
    "#]];
    want.assert_eq(&crate::told(None, |sink| protobuf(&body, sink)));
    // What it travels as is a request, and says the same.
    let told = crate::told(None, |sink| protobuf(&body, sink));
    let whole = told.split(" | ").nth(1).unwrap().to_owned();
    want.assert_eq(&crate::told(None, |sink| json(whole.as_bytes(), sink)));
}

#[test]
fn a_known_line_travels_in_an_envelope() {
    crate::check(
        None,
        |sink| protobuf(&request(&text("known line")), sink),
        expect![[r#"
            gate | known line | {"time":1700000000123,"severityText":"Info","severityNumber":9,"traceId":"abababababababababababababababab","attributes":{"n":42,"list":["a",true]},"resource":{"host.name":"gate"},"scope":"lib"}
        "#]],
    );
    // A map stands for the object that was logged.
    let map = field(
        6,
        &field(1, &pair("a", &[4 << 3 | 1, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f])),
    );
    let told = crate::told(Some("named"), |sink| protobuf(&request(&map), sink));
    assert!(told.starts_with(r#"gate | {"a":1.5} | {"time""#), "{told}");
}

#[test]
fn odd_requests_are_read_or_refused() {
    crate::check(None, |sink| json(b"{}", sink), expect![[""]]);
    crate::check(None, |sink| protobuf(b"", sink), expect![[""]]);
    let bare = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}],"unheard":1}"#;
    crate::check(
        None,
        |sink| json(bare, sink),
        expect![[r#"
            - | {"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]} | 
        "#]],
    );
    for body in [
        &b"[]"[..],
        br#"{"resourceLogs":{}}"#,
        br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[7]}]}]}"#,
    ] {
        let said = crate::told(None, |sink| json(body, sink));
        assert!(
            said.starts_with("error: cannot read the OTLP body"),
            "{said}"
        );
    }
    let body = request(&text("x"));
    for end in 1..body.len() {
        let said = crate::told(None, |sink| protobuf(&body[..end], sink));
        assert!(said.starts_with("error"), "cut at {end}: {said}");
    }
}

/// A value in a value in a value: deeper than any decoder may follow.
#[test]
fn depth_is_bounded() {
    let mut value = text("x");
    for _ in 0..2000 {
        value = field(5, &field(1, &value));
    }
    let said = crate::told(None, |sink| protobuf(&request(&value), sink));
    assert!(
        said.starts_with("error: cannot read the OTLP body"),
        "{said}"
    );
}

#[test]
fn a_refusal_is_a_status() {
    assert_eq!(
        status(8, "full"),
        [&[8, 8][..], &field(2, b"full")].concat()
    );
}
