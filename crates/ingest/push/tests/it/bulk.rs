use aurora_push::bulk::{Action, read};
use expect_test::{Expect, expect};

#[track_caller]
fn check(parser: Option<&str>, body: &str, want: Expect) {
    let nothing = &mut |_| Ok(());
    crate::check(
        parser,
        |sink| read(body.as_bytes(), Some("logs"), nothing, sink),
        want,
    );
}

#[test]
fn a_document_is_the_record() {
    check(
        None,
        "{\"create\":{\"_index\":\"i\",\"_id\":\"7\"}}\n{\"a\":1}\r\n\n{\"index\":{}}\nno json\n",
        expect![[r#"
            - | {"a":1} | {"_index":"i","_id":"7"}
            - | no json | {"_index":"logs"}
        "#]],
    );
}

/// What Filebeat sends: the line that it read stands in `message`.
#[test]
fn a_known_line_is_taken_out_of_its_document() {
    let body =
        "{\"create\":{\"_index\":\"f\"}}\n{\"message\":\"known x\",\"host\":{\"name\":\"h\"}}\n";
    check(
        None,
        body,
        expect![[r#"
            - | known x | {"host":{"name":"h"},"_index":"f"}
        "#]],
    );
    check(
        Some("known"),
        body,
        expect![[r#"
            - | known x | {"host":{"name":"h"},"_index":"f"}
        "#]],
    );
    check(
        Some("winlogbeat"),
        body,
        expect![[r#"
            - | {"message":"known x","host":{"name":"h"}} | {"_index":"f"}
        "#]],
    );
}

#[test]
fn actions_come_back_in_order() {
    let body = "{\"index\":{\"_id\":\"1\"}}\n{}\n{\"delete\":{\"_id\":\"2\"}}\n{\"update\":{\"_id\":\"3\"}}\n{\"doc\":{}}\n";
    let mut items = Vec::new();
    let mut entries = 0;
    let took = read(
        body.as_bytes(),
        None,
        &mut |item| {
            items.push((item.action, item.id.unwrap()));
            Ok(())
        },
        &mut |_| {
            entries += 1;
            Ok(())
        },
    );
    took.unwrap();
    let want = [Action::Index, Action::Delete, Action::Update];
    let want: Vec<_> = want
        .into_iter()
        .zip(["1", "2", "3"].map(String::from))
        .collect();
    assert_eq!((items, entries), (want, 1));
}

#[test]
fn what_is_no_action_is_refused() {
    for (body, want) in [
        (
            "{\"a\":1}\n",
            "cannot read the _bulk body: line 1 is no action",
        ),
        ("[]\n", "cannot read the _bulk body: line 1 is no action"),
        (
            "{\"index\":{}}\n{}\n{\"index\":{}}\n",
            "cannot read the _bulk body: the action in line 3 has no document",
        ),
    ] {
        let said = crate::told(None, |sink| {
            read(body.as_bytes(), None, &mut |_| Ok(()), sink)
        });
        let last = said.lines().last().unwrap().to_owned();
        assert!(last.starts_with(&format!("error: {want}")), "{last}");
    }
}
