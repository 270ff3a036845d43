#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Path, resolve};
use crate::{class, classes};

fn event() -> Value {
    json!({
        "process": { "name": "cmd.exe", "file": { "hashes": [{ "value": "aa" }, { "value": "bb" }, 7] } },
        "answers": [{ "rdata": "10.0.0.1" }, { "ttl": 5 }, { "rdata": "10.0.0.2" }],
        "unmapped": { "a.b": 1, "[0]": 2, "": 3 },
        "nested": [[{ "x": 1 }], { "x": 2 }],
        "tags": ["x", "y"],
    })
}

fn read(path: &str, wanted: Expect) {
    let path = Path::parse(path).unwrap();
    let event = event();
    let all = path.get_all(&event);
    assert_eq!(
        path.get(&event),
        all.first().copied(),
        "the first of all is the one"
    );
    wanted.assert_eq(&serde_json::to_string(&all).unwrap());
}

#[test]
fn reading() {
    read("process.name", expect![[r#"["cmd.exe"]"#]]);
    read("process.file.hashes[1].value", expect![[r#"["bb"]"#]]);
    read("process.file.hashes[].value", expect![[r#"["aa","bb"]"#]]);
    read("process.file.hashes.value", expect![[r#"["aa","bb"]"#]]);
    read("process.file.hashes[9]", expect!["[]"]);
    read("answers[].rdata", expect![[r#"["10.0.0.1","10.0.0.2"]"#]]);
    read("tags", expect![[r#"[["x","y"]]"#]]);
    read("tags[]", expect![[r#"["x","y"]"#]]);
    read("nested.x", expect!["[2]"]);
    read("nested[].x", expect!["[1,2]"]);
    read(r#"unmapped."a.b""#, expect!["[1]"]);
    read(r#"unmapped."[0]""#, expect!["[2]"]);
    read(r#"unmapped."""#, expect!["[3]"]);
    read("process.name.length", expect!["[]"]);
    read("process[0]", expect!["[]"]);
}

fn refuse(path: &str, wanted: Expect) {
    wanted.assert_eq(&Path::parse(path).unwrap_err().to_string());
}

#[test]
fn what_is_no_path() {
    refuse(
        "",
        expect!["cannot read path `` at byte 0: a name is wanted here"],
    );
    refuse(
        "a..b",
        expect!["cannot read path `a..b` at byte 2: a name is wanted here"],
    );
    refuse(
        "a.",
        expect!["cannot read path `a.` at byte 2: a name is wanted here"],
    );
    refuse(
        "a[1",
        expect!["cannot read path `a[1` at byte 2: the `[` is never closed"],
    );
    refuse(
        "a[-1]",
        expect![
            "cannot read path `a[-1]` at byte 2: an index is a number, or nothing for every element"
        ],
    );
    refuse(
        "a[99999999999999999999]",
        expect!["cannot read path `a[99999999999999999999]` at byte 2: the index is too large"],
    );
    refuse(
        "a]",
        expect!["cannot read path `a]` at byte 1: a `.` or `[` is wanted here"],
    );
    refuse(
        r#"a."b"#,
        expect![[r#"cannot read path `a."b` at byte 2: the quoted name is no JSON string"#]],
    );
    refuse(
        "[0]",
        expect!["cannot read path `[0]` at byte 0: a name is wanted here"],
    );
}

fn write(path: &str, wanted: Expect) {
    let mut event = json!({ "a": { "b": 1 }, "list": [{ "x": 1 }] });
    let text = match Path::parse(path).unwrap().set(&mut event, json!("new")) {
        Ok(()) => event.to_string(),
        Err(error) => error.to_string(),
    };
    wanted.assert_eq(&text);
}

#[test]
fn writing() {
    write("a.b", expect![[r#"{"a":{"b":"new"},"list":[{"x":1}]}"#]]);
    write(
        "a.c.d",
        expect![[r#"{"a":{"b":1,"c":{"d":"new"}},"list":[{"x":1}]}"#]],
    );
    write(
        "list[1].x",
        expect![[r#"{"a":{"b":1},"list":[{"x":1},{"x":"new"}]}"#]],
    );
    write(
        "list[0].y[0]",
        expect![[r#"{"a":{"b":1},"list":[{"x":1,"y":["new"]}]}"#]],
    );
    write(
        "list[2]",
        expect!["cannot set `list[2]`: the index lies beyond the array's end"],
    );
    write(
        "list[]",
        expect!["cannot set `list[]`: `[]` names no single place; give an index"],
    );
    write(
        "list.x",
        expect!["cannot set `list.x`: a value that is no object stands on the way"],
    );
    write(
        "a.b.c",
        expect!["cannot set `a.b.c`: a value that is no object stands on the way"],
    );
}

#[test]
fn resolving() {
    let process = class(1007).unwrap();
    let leads_to =
        |path: &str| resolve(process, &Path::parse(path).unwrap()).map(|found| found.name);
    assert_eq!(
        leads_to("process.parent_process.file.hashes[].value"),
        Some("value")
    );
    assert_eq!(leads_to("process.file"), Some("file"));
    assert_eq!(leads_to("unmapped.anything.at.all"), Some("unmapped"));
    assert_eq!(leads_to("process.nothing"), None);
    assert_eq!(leads_to("process.pid.more"), None);
    assert_eq!(leads_to("answers[].rdata"), None);
}

#[test]
fn every_top_level_attribute_resolves_to_itself() {
    for class in classes() {
        for attribute in class.shape.attributes {
            let found = resolve(class, &Path::parse(attribute.name).unwrap()).unwrap();
            assert!(std::ptr::eq(found, *attribute));
        }
    }
}

proptest! {
    #[test]
    fn reading_never_panics_and_what_is_read_prints_back(text in r#"[a-c."\[\]0-9\\ é]{0,12}"#) {
        if let Ok(path) = Path::parse(&text) {
            prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        }
    }

    #[test]
    fn what_is_set_is_read(keys in prop::collection::vec(".{0,4}", 1..5), value in 0..100_i64) {
        let text: Vec<_> = keys.iter().map(|key| serde_json::to_string(key).unwrap()).collect();
        let path = Path::parse(&text.join(".")).unwrap();
        let mut event = json!({});
        path.set(&mut event, json!(value)).unwrap();
        prop_assert_eq!(path.get(&event), Some(&json!(value)));
    }
}
