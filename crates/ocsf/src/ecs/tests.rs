#![allow(clippy::unwrap_used)]

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{Giver, Scope, Transform, back, convert, givers, project, rows};
use crate::{Path, class, classes, resolve};

fn check(event: &Value, wanted: Expect) {
    wanted.assert_eq(&serde_json::to_string_pretty(&project(event)).unwrap());
}

#[test]
fn a_process_launch() {
    check(
        &json!({
            "class_uid": 1007, "activity_id": 1, "time": 1_714_557_072_003_i64, "severity_id": 1, "status_id": 1,
            "activity_name": "Launch", "duration": 5, "timezone_offset": -90, "raw_data": "<Event/>",
            "metadata": {
                "uid": "ab", "event_code": "1", "log_name": "Operational",
                "product": { "name": "Sysmon For Windows", "vendor_name": "Microsoft" },
            },
            "device": { "hostname": "ws1", "ip": "10.0.0.7", "mac": "00:11:22:aa:bb:cc", "os": { "type": "Windows" } },
            "actor": { "process": { "pid": 4, "file": { "path": "C:\\x\\explorer.exe" } }, "user": { "name": "alice" } },
            "process": {
                "pid": 77, "name": "cmd.exe", "cmd_line": "\"C:\\a b\\cmd.exe\" /c  whoami",
                "file": {
                    "path": "C:\\a b\\cmd.exe",
                    "hashes": [{ "algorithm_id": 3, "value": "aa" }, { "algorithm_id": 99, "algorithm": "IMPHASH", "value": "bb" }],
                    "signature": { "state_id": 1 },
                },
            },
        }),
        expect![[r#"
            {
              "process": {
                "pid": 77,
                "name": "cmd.exe",
                "command_line": "\"C:\\a b\\cmd.exe\" /c  whoami",
                "args": [
                  "C:\\a b\\cmd.exe",
                  "/c",
                  "whoami"
                ],
                "executable": "C:\\a b\\cmd.exe",
                "hash": {
                  "sha256": "aa"
                },
                "pe": {
                  "imphash": "bb"
                },
                "code_signature": {
                  "valid": true,
                  "exists": true
                },
                "parent": {
                  "pid": 4,
                  "executable": "C:\\x\\explorer.exe"
                }
              },
              "@timestamp": "2024-05-01T09:51:12.003Z",
              "event": {
                "id": "ab",
                "code": "1",
                "provider": "Microsoft",
                "module": "sysmon_for_windows",
                "dataset": "sysmon_for_windows.operational",
                "original": "<Event/>",
                "action": "launch",
                "severity": 1,
                "outcome": "success",
                "duration": 5000000,
                "timezone": "-01:30",
                "kind": "event",
                "category": [
                  "process"
                ],
                "type": [
                  "start"
                ]
              },
              "host": {
                "hostname": "ws1",
                "name": "ws1",
                "ip": [
                  "10.0.0.7"
                ],
                "mac": [
                  "00-11-22-AA-BB-CC"
                ],
                "os": {
                  "type": "windows"
                }
              },
              "user": {
                "name": "alice"
              }
            }"#]],
    );
}

#[test]
fn one_process_opens_another() {
    check(
        &json!({
            "class_uid": 1007, "activity_id": 3, "actual_permissions": 5136,
            "actor": { "process": { "pid": 4, "name": "mimikatz.exe" } },
            "process": { "pid": 700, "name": "lsass.exe" },
        }),
        expect![[r#"
            {
              "Target": {
                "process": {
                  "pid": 700,
                  "name": "lsass.exe"
                }
              },
              "labels": {
                "granted_access": "0x1410"
              },
              "process": {
                "pid": 4,
                "name": "mimikatz.exe"
              },
              "event": {
                "kind": "event",
                "category": [
                  "process"
                ],
                "type": [
                  "access"
                ]
              }
            }"#]],
    );
}

#[test]
fn a_dns_answer() {
    check(
        &json!({
            "class_uid": 4003, "activity_id": 2, "rcode": "NXDomain",
            "src_endpoint": { "ip": "10.0.0.7", "port": 5353, "mac": "00:11:22:aa:bb:cc", "location": { "lat": 1.5, "long": 2.5 } },
            "dst_endpoint": { "hostname": "dns.example", "domain": "example.org" },
            "connection_info": { "direction_id": 2, "protocol_ver_id": 4, "protocol_name": "UDP" },
            "query": { "hostname": "a.example", "type": "A", "opcode": "Query" },
            "answers": [{ "rdata": "192.0.2.1", "type": "A", "ttl": 60, "flags": ["Recursion Desired"] }, { "rdata": "b.example" }],
            "disposition_id": 2,
            "unmapped": { "community_id": "1:x" },
        }),
        expect![[r#"
            {
              "dns": {
                "question": {
                  "name": "a.example",
                  "type": "A"
                },
                "op_code": "QUERY",
                "answers": [
                  {
                    "data": "192.0.2.1",
                    "type": "A",
                    "ttl": 60
                  },
                  {
                    "data": "b.example"
                  }
                ],
                "resolved_ip": [
                  "192.0.2.1"
                ],
                "header_flags": [
                  "RD"
                ],
                "response_code": "NXDOMAIN",
                "type": "answer"
              },
              "source": {
                "ip": "10.0.0.7",
                "address": "10.0.0.7",
                "port": 5353,
                "mac": "00-11-22-AA-BB-CC",
                "geo": {
                  "location": {
                    "lat": 1.5,
                    "lon": 2.5
                  }
                }
              },
              "destination": {
                "domain": "dns.example",
                "address": "dns.example",
                "registered_domain": "example.org"
              },
              "network": {
                "transport": "udp",
                "direction": "outbound",
                "type": "ipv4",
                "community_id": "1:x"
              },
              "event": {
                "type": [
                  "denied",
                  "protocol"
                ],
                "kind": "event",
                "category": [
                  "network"
                ]
              }
            }"#]],
    );
}

#[test]
fn registry_rename_share_and_run_as() {
    check(
        &json!({ "class_uid": 201002, "activity_id": 2, "reg_value": { "path": "HKEY_LOCAL_MACHINE\\Software\\Run", "name": "x", "data": "calc" } }),
        expect![[r#"
            {
              "registry": {
                "key": "Software\\Run",
                "hive": "HKLM",
                "path": "HKEY_LOCAL_MACHINE\\Software\\Run\\x",
                "value": "x",
                "data": {
                  "strings": [
                    "calc"
                  ]
                }
              },
              "event": {
                "kind": "event",
                "category": [
                  "registry"
                ],
                "type": [
                  "change"
                ]
              }
            }"#]],
    );
    check(
        &json!({ "class_uid": 1001, "activity_id": 5, "file": { "path": "/a/b.txt", "name": "b.txt", "attributes": 35 }, "file_result": { "path": "/a/c.txt", "name": "c.txt" } }),
        expect![[r#"
            {
              "file": {
                "path": "/a/c.txt",
                "name": "c.txt",
                "directory": "/a",
                "extension": "txt",
                "attributes": [
                  "readonly",
                  "hidden",
                  "archive"
                ],
                "Ext": {
                  "original": {
                    "path": "/a/b.txt",
                    "name": "b.txt"
                  }
                }
              },
              "event": {
                "kind": "event",
                "category": [
                  "file"
                ],
                "type": [
                  "change"
                ]
              }
            }"#]],
    );
    check(
        &json!({ "class_uid": 4006, "share": "C$", "dst_endpoint": { "hostname": "srv" } }),
        expect![[r#"
            {
              "file": {
                "path": "\\\\srv\\C$"
              },
              "destination": {
                "domain": "srv",
                "address": "srv"
              },
              "event": {
                "kind": "event",
                "category": [
                  "network"
                ],
                "type": [
                  "info"
                ]
              }
            }"#]],
    );
    check(
        &json!({ "class_uid": 3002, "activity_id": 1, "metadata": { "event_code": "4648" }, "actor": { "user": { "name": "alice" } }, "user": { "name": "admin" } }),
        expect![[r#"
            {
              "user": {
                "name": "alice",
                "effective": {
                  "name": "admin"
                }
              },
              "event": {
                "code": "4648",
                "kind": "event",
                "category": [
                  "authentication"
                ],
                "type": [
                  "start"
                ]
              }
            }"#]],
    );
}

#[test]
fn a_finding() {
    check(
        &json!({
            "class_uid": 2004, "activity_id": 1, "confidence_score": 80,
            "metadata": { "uid": "event", "product": { "name": "AuroraSOC", "vendor_name": "Aurora" } },
            "finding_info": {
                "uid": "finding", "title": "Rule title", "analytic": { "name": "Rule name", "uid": "r1" },
                "attacks": [{ "tactic": { "uid": "TA0002" }, "technique": { "uid": "T1059" } }, { "tactic": { "uid": "TA0005" } }],
            },
            "evidences": [{ "process": { "cmd_line": "a" } }, { "process": { "cmd_line": "b" } }],
            "observables": [{ "type_id": 2, "value": "10.0.0.1" }, { "type_id": 2, "value": "10.0.0.1" }, { "type_id": 4, "value": "alice" }],
            "resources": [{ "uid": "i-1", "type": "AWS::EC2::Instance" }, { "uid": "bucket" }],
            "osint": [{ "type_id": 4, "value": "0123456789abcdef0123456789abcdef" }],
        }),
        expect![[r#"
            {
              "rule": {
                "name": "Rule name",
                "id": "r1"
              },
              "event": {
                "id": "finding",
                "provider": "Aurora",
                "module": "aurorasoc",
                "kind": "alert",
                "category": [
                  "threat",
                  "intrusion_detection"
                ],
                "type": [
                  "creation"
                ]
              },
              "threat": {
                "tactic": {
                  "id": [
                    "TA0002",
                    "TA0005"
                  ]
                },
                "technique": {
                  "id": [
                    "T1059"
                  ]
                },
                "indicator": {
                  "confidence": "High",
                  "file": {
                    "hash": {
                      "md5": "0123456789abcdef0123456789abcdef"
                    }
                  }
                }
              },
              "process": {
                "command_line": [
                  "a",
                  "b"
                ]
              },
              "cloud": {
                "instance": {
                  "id": "i-1"
                }
              },
              "related": {
                "hosts": [
                  "bucket"
                ],
                "ip": [
                  "10.0.0.1"
                ],
                "user": [
                  "alice"
                ]
              },
              "observer": {
                "vendor": "Aurora"
              }
            }"#]],
    );
}

#[test]
fn what_is_no_event_gives_nothing() {
    for value in [json!(null), json!([]), json!("x")] {
        assert_eq!(project(&value), json!({}));
    }
}

fn check_givers(field: &str, wanted: Expect) {
    let lines: Vec<String> = givers(field)
        .iter()
        .map(|giver| {
            let Giver { row, part, when } = giver;
            format!(
                "{:?} {} {:?} {part:?} {when:?}\n",
                row.scope, row.ocsf, row.transform
            )
        })
        .collect();
    wanted.assert_eq(&lines.concat());
}

#[test]
fn what_gives_a_field() {
    check_givers(
        "process.command_line",
        expect![[r#"
            Class(1007) process.cmd_line CommandLine Value NoProcessAccess
            Class(201004) win_service.cmd_line Copy Value Always
            Class(1006) job.cmd_line Copy Value Always
            Class(2004) evidences[].process.cmd_line Copy Value Always
            ActorProcess actor.process.cmd_line CommandLine Value Always
        "#]],
    );
    check_givers(
        "user.name",
        expect![[r#"
            Class(3002) actor.user.name RunAs Value Always
            Class(3002) user.name Copy Value Always
            Class(3001) actor.user.name Copy Value Always
            Class(2004) evidences[].user.name Copy Value Always
            Any actor.user.name Copy Value Always
        "#]],
    );
    check_givers(
        "Target.process.hash.sha256",
        expect![[r#"
            Class(1007) process.file.hashes[].value Hashes OfKind(3) ProcessAccess
        "#]],
    );
    check_givers("no.such.field", expect![[""]]);
}

#[test]
fn numbers_come_back() {
    for (transform, number, text) in [
        (
            Transform::Timestamp,
            1_714_557_072_003,
            "2024-05-01T09:51:12.003Z",
        ),
        (Transform::Nanoseconds, 5, "5000000"),
        (Transform::Offset, -90, "-01:30"),
        (Transform::Offset, 0, "+00:00"),
        (Transform::Hex, 5136, "0x1410"),
    ] {
        assert_eq!(back(transform, text), Some(number));
        let there = convert(transform, &number.into()).unwrap();
        assert_eq!(super::convert::plain_text(&there), text);
    }
    for (transform, text) in [
        (Transform::Timestamp, "2024-05-01"),
        (Transform::Nanoseconds, "5000001"),
        (Transform::Offset, "-1:30"),
        (Transform::Hex, "1410"),
        (Transform::Copy, "1"),
    ] {
        assert_eq!(back(transform, text), None, "{text}");
    }
}

#[test]
fn every_path_exists_in_a_class_of_its_scope() {
    for row in rows() {
        let path = Path::parse(row.ocsf).unwrap();
        let mut covered = match row.scope {
            Scope::Class(uid) => std::slice::from_ref(class(uid).unwrap()),
            _ => classes(),
        }
        .iter()
        .filter(|class| row.scope.may_cover(class.uid));
        assert!(
            covered.any(|class| resolve(class, &path).is_some()),
            "{row:?}"
        );
    }
}
