//! The same event in every shape is the same event.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;

fn evtx() -> Value {
    json!({"Event": {"#attributes": {"xmlns": "x"}, "System": {
        "Provider": {"#attributes": {"Name": "Service Control Manager", "Guid": "555908d1", "EventSourceName": "SCM"}},
        "EventID": {"#attributes": {"Qualifiers": 16384}, "#text": 7045}, "Level": 4, "Correlation": null,
        "TimeCreated": {"#attributes": {"SystemTime": "2026-01-30T10:00:00.123456Z"}}, "EventRecordID": 77,
        "Execution": {"#attributes": {"ProcessID": 600, "ThreadID": 700}}, "Channel": "System",
        "Computer": "srv-1.corp.example", "Security": {"#attributes": {"UserID": "S-1-5-18"}}},
        "EventData": {"ServiceName": "updater", "ImagePath": "C:\\u.exe", "ServiceType": "user mode service",
                      "StartType": "auto start", "AccountName": "LocalSystem"}}})
}

fn winlogbeat() -> Value {
    json!({"@timestamp": "2026-01-30T10:00:00.123Z", "log": {"level": "information"}, "message": "A service",
        "agent": {"version": "8.1"}, "winlog": {"channel": "System", "computer_name": "srv-1.corp.example",
        "provider_name": "Service Control Manager", "event_id": "7045", "record_id": 77, "api": "wineventlog",
        "process": {"pid": 600, "thread": {"id": 700}}, "user": {"identifier": "S-1-5-18", "name": "SYSTEM"},
        "keywords": ["Classic"], "event_data": {"ServiceName": "updater", "ImagePath": "C:\\u.exe",
        "ServiceType": "user mode service", "StartType": "auto start", "AccountName": "LocalSystem"}}})
}

fn nxlog() -> Value {
    json!({"EventTime": "2026-01-30 10:00:00", "Hostname": "srv-1.corp.example", "EventID": 7045,
        "SourceName": "Service Control Manager", "Channel": "System", "RecordNumber": 77, "SeverityValue": 2,
        "Keywords": -9187343239835811840_i64, "ExecutionProcessID": 600, "UserID": "S-1-5-18",
        "ServiceName": "updater", "ImagePath": "C:\\u.exe", "ServiceType": "user mode service",
        "StartType": "auto start", "AccountName": "LocalSystem", "tags": ["a", "b"]})
}

fn check(record: &Value, wanted: Expect) {
    let parser = super::parser();
    let text = record.to_string();
    assert!(parser.detects(text.as_bytes()));
    let parsed = parse(&parser, text.as_bytes()).unwrap();
    let event = finished(parsed.event);
    assert_eq!(errors(&event), [""; 0]);
    let common = json!([
        event["class_uid"],
        event["activity_id"],
        event["win_service"],
        event["device"]["hostname"]
    ]);
    assert_eq!(
        common.to_string(),
        r#"[201004,1,{"name":"updater","cmd_line":"C:\\u.exe","service_type":"user mode service","service_type_id":99,"service_start_type":"auto start","service_start_type_id":3,"service_start_name":"LocalSystem"},"srv-1.corp.example"]"#
    );
    let rest = json!([
        event["time"],
        event["severity"],
        event["metadata"],
        event["message"],
        event["unmapped"],
        parsed.identity
    ]);
    wanted.assert_eq(&format!("{rest:#}"));
}

#[test]
fn evtx_json() {
    check(
        &evtx(),
        expect![[r#"
        [
          1769767200123,
          "Informational",
          {
            "product": {
              "name": "Windows",
              "vendor_name": "Microsoft"
            },
            "version": "1.3.0",
            "original_time": "2026-01-30T10:00:00.123456Z",
            "log_provider": "Service Control Manager",
            "event_code": "7045",
            "log_level": "4",
            "sequence": 77,
            "log_name": "System"
          },
          null,
          {
            "Provider_Guid": "555908d1",
            "Execution_ProcessID": 600,
            "Execution_ThreadID": 700,
            "Security_UserID": "S-1-5-18",
            "Provider_EventSourceName": "SCM",
            "EventID_Qualifiers": 16384
          },
          "srv-1.corp.example\nSystem\n77\n1769767200123"
        ]"#]],
    );
}

#[test]
fn winlogbeat_json() {
    check(
        &winlogbeat(),
        expect![[r#"
        [
          1769767200123,
          "Informational",
          {
            "product": {
              "name": "Windows",
              "vendor_name": "Microsoft"
            },
            "version": "1.3.0",
            "original_time": "2026-01-30T10:00:00.123Z",
            "log_provider": "Service Control Manager",
            "event_code": "7045",
            "log_level": "information",
            "sequence": 77,
            "log_name": "System"
          },
          "A service",
          {
            "Keywords": [
              "Classic"
            ],
            "Execution_ProcessID": 600,
            "Execution_ThreadID": 700,
            "Security_UserID": "S-1-5-18",
            "log.level": "information",
            "agent.version": "8.1",
            "winlog.api": "wineventlog",
            "winlog.user.name": "SYSTEM"
          },
          "srv-1.corp.example\nSystem\n77\n1769767200123"
        ]"#]],
    );
}

#[test]
fn nxlog_json() {
    check(
        &nxlog(),
        expect![[r#"
        [
          1769767200000,
          "Informational",
          {
            "product": {
              "name": "Windows",
              "vendor_name": "Microsoft"
            },
            "version": "1.3.0",
            "original_time": "2026-01-30 10:00:00",
            "log_provider": "Service Control Manager",
            "event_code": "7045",
            "sequence": 77,
            "log_name": "System"
          },
          null,
          {
            "Keywords": -9187343239835811840,
            "SeverityValue": 2,
            "ExecutionProcessID": 600,
            "UserID": "S-1-5-18",
            "tags": [
              "a",
              "b"
            ]
          },
          "srv-1.corp.example\nSystem\n77\n1769767200000"
        ]"#]],
    );
}

#[test]
fn data_without_names_is_a_list() {
    let parser = super::parser();
    for (data, wanted) in [
        (
            json!({"Data": ["a", "b"], "Binary": "00"}),
            json!({"Data": ["a", "b"], "Binary": "00"}),
        ),
        (
            json!({"Data": {"#text": ["a", "b"]}}),
            json!({"Data": ["a", "b"]}),
        ),
        (json!({"Data": "a"}), json!({"Data": "a"})),
        (
            json!({"Data": [{"@Name": "x", "#text": "1"}, {"#attributes": {"Name": "y"}}]}),
            json!({"x": "1"}),
        ),
        (json!(null), json!({})),
    ] {
        let record = json!({"Event": {"System": {"EventID": 1, "Channel": "Application"}, "EventData": data}});
        let event = parse(&parser, record.to_string().as_bytes()).unwrap().event;
        assert_eq!(event.get("unmapped").cloned().unwrap_or(json!({})), wanted);
    }
}

#[test]
fn user_data_is_event_data() {
    let parser = super::parser();
    let record = json!({"Event": {"System": {"Provider": {"#attributes": {"Name": "Microsoft-Windows-Eventlog"}},
        "EventID": 104, "Channel": "System", "Computer": "a"}, "UserData": {"LogFileCleared": {
        "#attributes": {"xmlns": "x"}, "SubjectUserName": "eve", "Channel": "Security", "BackupPath": ""}}}});
    let event = parse(&parser, record.to_string().as_bytes()).unwrap().event;
    assert_eq!(event["class_uid"], 1008);
    assert_eq!(event["log_name"], "Security");
    assert_eq!(event["actor"]["user"]["name"], "eve");
    assert_eq!(event["metadata"]["log_name"], "System");
}

#[test]
fn what_is_no_windows_event_is_refused() {
    let parser = super::parser();
    let cases = [
        "[]",
        "{}",
        "{\"EventID\":{}}",
        "{\"EventID\":1",
        "\u{0}",
        "{\"EventID\":1}x",
    ];
    for text in cases {
        assert!(
            matches!(parse(&parser, text.as_bytes()), Err(Failure::Unparsable(_))),
            "{text}"
        );
    }
    let deep = format!("{{\"EventID\":{}", "[".repeat(10_000));
    assert_eq!(parse(&parser, deep.as_bytes()), Err(Failure::TooDeep));
    for text in [
        "{\"eventID\":\"x\",\"eventSource\":\"s3\"}",
        "{\"event_type\":\"dns\"}",
        "type=SYSCALL",
        "",
    ] {
        assert!(!parser.detects(text.as_bytes()), "{text}");
    }
}

#[test]
fn the_last_of_duplicate_names_wins() {
    let parser = super::parser();
    let text = br#"{"EventID":4104,"Channel":"x","A":"first","A":"last"}"#;
    assert_eq!(parse(&parser, text).unwrap().event["unmapped"]["A"], "last");
}

#[test]
fn a_clock_ten_years_ahead_is_taken_as_it_is() {
    let parser = super::parser();
    let text = br#"{"EventID":1,"Channel":"x","SystemTime":"2036-01-31T09:30:00Z"}"#;
    assert_eq!(
        parse(&parser, text).unwrap().event["time"],
        2_085_384_600_000_i64
    );
    let text = br#"{"EventID":1,"Channel":"x","SystemTime":"9999-99-99"}"#;
    assert_eq!(
        parse(&parser, text).unwrap().event["time"],
        RECEIVED_AT.as_millis()
    );
}

#[test]
fn an_event_without_what_its_class_requires_is_a_base_event() {
    let parser = super::parser();
    let text =
        br#"{"EventID":1,"Channel":"Microsoft-Windows-Sysmon/Operational","Image":"C:\\a.exe"}"#;
    let event = parse(&parser, text).unwrap().event;
    assert_eq!(event["class_uid"], 0);
    assert_eq!(event["unmapped"]["Image"], "C:\\a.exe");
    assert_eq!(
        event["metadata"]["log_provider"],
        "Microsoft-Windows-Sysmon"
    );
}
