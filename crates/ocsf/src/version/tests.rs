#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{Version, emit};

fn check(version: Version, event: &Value, wanted: Expect) {
    let emitted = emit(version, event);
    wanted.assert_eq(&serde_json::to_string_pretty(&emitted).unwrap());
    let errors: Vec<_> = version
        .validate(&emitted)
        .into_iter()
        .filter(|p| p.code.is_error())
        .collect();
    assert_eq!(errors, []);
}

fn launch() -> Value {
    let mut event = json!({
        "class_uid": 1007, "activity_id": 1, "time": 1_714_557_072_003_i64, "severity_id": 1,
        "metadata": { "version": "1.3.0", "product": { "name": "Sysmon", "vendor_name": "Microsoft" } },
        "device": { "hostname": "ws1", "type_id": 2 },
        "actor": { "process": { "pid": 4, "file": { "name": "a.exe", "type_id": 1 } } },
        "process": { "pid": 77, "file": { "name": "cmd.exe", "type_id": 1, "ext": "exe" } },
    });
    crate::complete(&mut event).unwrap();
    event
}

#[test]
fn attributes_that_a_version_lacks_are_unmapped() {
    check(
        Version::V1_1,
        &launch(),
        expect![[r#"
        {
          "class_uid": 1007,
          "activity_id": 1,
          "time": 1714557072003,
          "severity_id": 1,
          "metadata": {
            "version": "1.1.0",
            "product": {
              "name": "Sysmon",
              "vendor_name": "Microsoft"
            }
          },
          "device": {
            "hostname": "ws1",
            "type_id": 2
          },
          "actor": {
            "process": {
              "pid": 4,
              "file": {
                "name": "a.exe",
                "type_id": 1
              }
            }
          },
          "process": {
            "pid": 77,
            "file": {
              "name": "cmd.exe",
              "type_id": 1
            }
          },
          "category_uid": 1,
          "type_uid": 100701,
          "class_name": "Process Activity",
          "activity_name": "Launch",
          "severity": "Informational",
          "category_name": "System Activity",
          "type_name": "Process Activity: Launch",
          "unmapped": {
            "process.file.ext": "exe"
          }
        }"#]],
    );
    check(
        Version::V1_5,
        &launch(),
        expect![[r#"
        {
          "class_uid": 1007,
          "activity_id": 1,
          "time": 1714557072003,
          "severity_id": 1,
          "metadata": {
            "version": "1.5.0",
            "product": {
              "name": "Sysmon",
              "vendor_name": "Microsoft"
            }
          },
          "device": {
            "hostname": "ws1",
            "type_id": 2
          },
          "actor": {
            "process": {
              "pid": 4,
              "file": {
                "name": "a.exe",
                "type_id": 1
              }
            }
          },
          "process": {
            "pid": 77,
            "file": {
              "name": "cmd.exe",
              "type_id": 1,
              "ext": "exe"
            }
          },
          "category_uid": 1,
          "type_uid": 100701,
          "class_name": "Process Activity",
          "activity_name": "Launch",
          "severity": "Informational",
          "category_name": "System Activity",
          "type_name": "Process Activity: Launch"
        }"#]],
    );
}

#[test]
fn a_class_that_a_version_lacks_is_a_base_event() {
    let mut event = json!({
        "class_uid": 201004, "activity_id": 1, "time": 1, "severity_id": 1, "message": "installed",
        "metadata": { "version": "1.3.0", "product": { "name": "x", "vendor_name": "y" } },
        "device": { "hostname": "ws1", "type_id": 2 },
        "win_service": { "name": "svc", "service_start_type_id": 1, "service_type_id": 1 },
    });
    crate::complete(&mut event).unwrap();
    check(
        Version::V1_1,
        &event,
        expect![[r#"
        {
          "class_uid": 0,
          "activity_id": 99,
          "time": 1,
          "severity_id": 1,
          "message": "installed",
          "metadata": {
            "version": "1.1.0",
            "product": {
              "name": "x",
              "vendor_name": "y"
            }
          },
          "category_uid": 0,
          "type_uid": 99,
          "class_name": "Base Event",
          "activity_name": "Create",
          "severity": "Informational",
          "category_name": "Uncategorized",
          "type_name": "Base Event: Other",
          "unmapped": {
            "device": {
              "hostname": "ws1",
              "type_id": 2
            },
            "win_service": {
              "name": "svc",
              "service_start_type_id": 1,
              "service_type_id": 1
            },
            "class_name": "Windows Service Activity"
          }
        }"#]],
    );
}

#[test]
fn the_stored_version_is_as_it_is() {
    assert_eq!(emit(Version::V1_3, &launch()), launch());
    assert_eq!(emit(Version::V1_1, &json!("x")), json!("x"));
}
