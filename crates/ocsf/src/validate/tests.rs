#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{first_error, is_valid, validate};

/// A flawless process launch.
fn launch() -> Value {
    json!({
        "class_uid": 1007, "category_uid": 1, "activity_id": 1, "type_uid": 100701, "severity_id": 1,
        "time": 1_714_557_072_000_i64,
        "metadata": { "version": "1.3.0", "product": { "name": "Sysmon", "vendor_name": "Microsoft" } },
        "device": { "type_id": 1, "hostname": "ws1", "ip": "10.0.0.7" },
        "actor": { "process": { "pid": 4, "name": "explorer.exe" } },
        "process": {
            "pid": 77, "cmd_line": "cmd /c whoami",
            "file": { "name": "cmd.exe", "type_id": 1, "hashes": [{ "algorithm_id": 3, "value": "ab" }] },
        },
        "unmapped": { "LogonGuid": null, "Deep": [[{ "anything": true }]] },
    })
}

fn check(event: &Value, wanted: Expect) {
    let problems = validate(event);
    let errors = || problems.iter().filter(|problem| problem.code.is_error());
    assert_eq!(is_valid(event), errors().next().is_none());
    assert_eq!(first_error(event).as_ref(), errors().next());
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    wanted.assert_eq(&lines.join("\n"));
}

/// The launch with one value changed; `null` takes it out.
fn with(pointer: &str, value: Value) -> Value {
    let mut event = launch();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let map = event.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Value::Null => map.shift_remove(name),
        value => map.insert(name.to_owned(), value),
    };
    event
}

#[test]
fn a_flawless_event_has_no_problem() {
    check(&launch(), expect![""]);
}

#[test]
fn class() {
    check(&json!({}), expect!["E_CLASS at `class_uid`: null"]);
    check(&json!([1]), expect!["E_CLASS at `class_uid`: null"]);
    check(
        &with("/class_uid", json!(1000)),
        expect!["E_CLASS at `class_uid`: 1000"],
    );
    check(
        &with("/class_uid", json!("1007")),
        expect![[r#"E_CLASS at `class_uid`: "1007""#]],
    );
    check(
        &with("/class_uid", json!(1007.0)),
        expect!["E_TYPE at `class_uid`: integer_t wanted, got float"],
    );
}

#[test]
fn required() {
    check(
        &with("/time", Value::Null),
        expect!["E_REQ at `time`: required timestamp_t is missing"],
    );
    check(
        &with("/metadata/product", Value::Null),
        expect!["E_REQ at `metadata.product`: required object_t is missing"],
    );
    check(
        &with("/process/file/hashes", json!([{ "value": "a" }])),
        expect!["E_REQ at `process.file.hashes[0].algorithm_id`: required integer_t is missing"],
    );
}

#[test]
fn required_by_profile() {
    check(
        &with(
            "/metadata/profiles",
            json!(["cloud", "osint", "no such profile", 7]),
        ),
        expect![[r#"
            E_TYPE at `metadata.profiles[3]`: string_t wanted, got integer
            E_REQ at `cloud`: required object_t is missing
            E_REQ at `osint`: required object_t is missing"#]],
    );
}

#[test]
fn unknown() {
    check(
        &with("/LogonGuid", json!(1)),
        expect!["E_UNK at `LogonGuid`: no such attribute"],
    );
    check(
        &with("/process/file/sha256", json!("x")),
        expect!["E_UNK at `process.file.sha256`: no such attribute"],
    );
}

#[test]
fn types() {
    check(
        &with("/time", json!("now")),
        expect!["E_TYPE at `time`: timestamp_t wanted, got string"],
    );
    check(
        &with("/time", json!(1.5)),
        expect!["E_TYPE at `time`: timestamp_t wanted, got float"],
    );
    check(
        &with("/time", json!(true)),
        expect!["E_TYPE at `time`: timestamp_t wanted, got boolean"],
    );
    check(
        &with("/process", json!("cmd")),
        expect!["E_TYPE at `process`: object wanted, got string"],
    );
    check(
        &with("/unmapped", json!("x")),
        expect!["E_TYPE at `unmapped`: object wanted, got string"],
    );
    check(
        &with("/process/file/hashes", json!({})),
        expect!["E_TYPE at `process.file.hashes`: array wanted, got object"],
    );
    check(
        &with("/process/file/hashes", json!([null])),
        expect!["E_TYPE at `process.file.hashes[0]`: object wanted, got null"],
    );
}

#[test]
fn enumerations_and_type_uid() {
    check(
        &with("/severity_id", json!(7)),
        expect!["E_ENUM at `severity_id`: 7 is no member"],
    );
    check(
        &with("/severity_id", json!(u64::MAX)),
        expect!["E_ENUM at `severity_id`: 18446744073709551615 is no member"],
    );
    check(
        &with("/type_uid", json!(100702)),
        expect!["E_TYPEUID at `type_uid`: 100701 wanted, got 100702"],
    );
    check(
        &with("/activity_id", json!(i64::MAX)),
        expect![[r#"
            E_ENUM at `activity_id`: 9223372036854775807 is no member
            E_TYPEUID at `type_uid`: 9223372036854876507 wanted, got 100701"#]],
    );
}

#[test]
fn constraints() {
    check(
        &with("/actor", json!({})),
        expect![[
            r#"E_CONSTR at `actor`: at_least_one of ["process", "user", "invoked_by", "session", "app_name", "app_uid"]"#
        ]],
    );
    check(
        &with("/class_uid", json!(5004)),
        expect![[r#"
            E_ENUM at `category_uid`: 1 is no member
            E_ENUM at `type_uid`: 100701 is no member
            E_UNK at `process`: no such attribute
            E_CONSTR at ``: at_least_one of ["device.os.sp_name", "device.os.sp_ver", "device.os.version"]
            E_TYPEUID at `type_uid`: 500401 wanted, got 100701"#]],
    );
    let mut patched = with("/class_uid", json!(5004));
    patched["device"]["os"] = json!({ "name": "x", "type_id": 100, "version": "11" });
    assert!(
        !validate(&patched)
            .iter()
            .any(|problem| problem.code == super::ProblemCode::Constraint)
    );
}

#[test]
fn warnings() {
    check(
        &with("/device/ip", json!("10.0.0.777")),
        expect!["W_REGEX at `device.ip`: not the form of ip_t"],
    );
    let mut event = launch();
    event["message"] = Value::Null;
    check(&event, expect!["W_NULL at `message`: leave it out instead"]);
}

#[test]
fn depth_is_bounded() {
    let mut process = json!({ "pid": 1 });
    for _ in 0..2_000 {
        let mut child = json!({ "pid": 1 });
        child["parent_process"] = process;
        process = child;
    }
    let problems = validate(&with("/process", process));
    let [problem] = problems.as_slice() else {
        panic!("one problem wanted, got {}", problems.len())
    };
    assert_eq!(problem.detail, "nested deeper than 128 levels");
}
