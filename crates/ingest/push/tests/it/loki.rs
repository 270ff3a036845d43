use aurora_push::loki::{json, protobuf};
use expect_test::expect;

use crate::otlp::field;

#[test]
fn lines_come_with_their_labels() {
    let body = br#"{"streams":[{"stream":{"job":"sshd","host":"gate"},"values":[
        ["1700000000123456789","known a"],
        ["1700000000999999999","b",{"trace":"t1"}]]},{"values":[["1","known c"]]}]}"#;
    crate::check(
        None,
        |sink| json(body, sink),
        expect![[r#"
            gate | known a | {"time":1700000000123,"labels":{"job":"sshd","host":"gate"}}
            gate | {"time":1700000000999,"labels":{"job":"sshd","host":"gate"},"metadata":{"trace":"t1"},"line":"b"} | 
            - | known c | {"time":0}
        "#]],
    );
}

fn push(labels: &str, lines: &[(u64, &str)]) -> Vec<u8> {
    let mut stream = Vec::new();
    for (seconds, line) in lines {
        let mut time = vec![8];
        let mut rest = *seconds;
        while rest > 127 {
            time.push((rest & 127) as u8 | 128);
            rest >>= 7;
        }
        time.push(rest as u8);
        let pair = [field(1, b"k"), field(2, b"v")].concat();
        let entry = [field(1, &time), field(2, line.as_bytes()), field(3, &pair)].concat();
        stream.extend(field(2, &entry));
    }
    // Labels after the lines: the order of fields is free.
    stream.extend(field(1, labels.as_bytes()));
    field(1, &stream)
}

#[test]
fn protocol_buffers_say_the_same() {
    let body = push(
        r#"{job="a \"b\"\n\u00e9", instance = `i\1`}"#,
        &[(1_700_000_000, "known")],
    );
    crate::check(
        None,
        |sink| protobuf(&body, sink),
        expect![[r#"
            i\1 | known | {"time":1700000000000,"labels":{"job":"a \"b\"\né","instance":"i\\1"},"metadata":{"k":"v"}}
        "#]],
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    for body in [
        &b"{}"[..],
        br#"{"streams":[{"values":[["now","x"]]}]}"#,
        br#"{"streams":[{"values":[[1,2]]}]}"#,
        br#"{"streams":[{"stream":[],"values":[]}]}"#,
    ] {
        let said = crate::told(None, |sink| json(body, sink));
        assert!(
            said.starts_with("error: cannot read the Loki body"),
            "{said}"
        );
    }
    for labels in ["", "{", "{a}", "{a=\"b}", "{a=b}", "{a=\"\\x4\"}"] {
        let said = crate::told(None, |sink| protobuf(&push(labels, &[(1, "x")]), sink));
        assert!(said.contains("are no labels"), "{labels}: {said}");
    }
    let body = push("{}", &[(1, "line")]);
    for end in 1..body.len() {
        let said = crate::told(None, |sink| protobuf(&body[..end], sink));
        assert!(said.starts_with("error"), "cut at {end}: {said}");
    }
}
